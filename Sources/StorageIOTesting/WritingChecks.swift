import StorageIO

extension ConformanceCheck {
    static let writing = [
        ConformanceCheck(name: "replace") { subject in
            try await subject.put("a longer first version", "a")
            try await subject.put("second", "a")
            try subject.expectEqual(try await subject.text("a"), "second", "content after replacing")
            try subject.expectEqual(try await subject.names(), ["a"], "listing")
        },
        ConformanceCheck(name: "atomic-visibility") { subject in
            let key = try subject.key("a")
            let writer = try await subject.store.write(key)
            try await writer.write(StoreUnderTest.bytes(400_000, seed: 3))
            try subject.expect(try await !subject.store.exists(key), "an unfinished object exists")
            try subject.expectEqual(try await subject.names(), [], "listing during the first write")
            try await writer.write([1])
            try await writer.finish()
            try subject.expectEqual(try await subject.store.head(key).size, 400_001, "size")

            let second = try await subject.store.write(key)
            try await second.write(Array("new".utf8))
            try subject.expectEqual(try await subject.store.head(key).size, 400_001, "size while being replaced")
            try subject.expectEqual(try await subject.names(), ["a"], "listing while being replaced")
            try await second.finish()
            try subject.expectEqual(try await subject.text("a"), "new", "content after replacing")
        },
        ConformanceCheck(name: "readers-see-whole-objects") { subject in
            let key = try subject.key("a")
            let versions = (0..<4).map { version in [UInt8](repeating: UInt8(version), count: 50_000 + version * 10_000)
            }
            try await subject.store.put(versions[0], to: key)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<20 { try await subject.store.put(versions[round % 4], to: key) }
                }
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<40 {
                            let seen = try await subject.store.read(key)
                            try subject.expect(versions.contains(seen), "read \(seen.count) bytes of no single version")
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
        ConformanceCheck(name: "abort") { subject in
            let key = try subject.key("a")
            let writer = try await subject.store.write(key)
            try await writer.write(StoreUnderTest.bytes(600_000, seed: 4))
            await writer.abort()
            await writer.abort()
            try subject.expect(try await !subject.store.exists(key), "an aborted object exists")
            try subject.expectEqual(try await subject.names(), [], "listing after abort")

            try await subject.put("kept", "a")
            let second = try await subject.store.write(key)
            try await second.write(Array("dropped".utf8))
            await second.abort()
            try subject.expectEqual(try await subject.text("a"), "kept", "content after an aborted replacement")

            let third = try await subject.store.write(key)
            try await third.write(Array("third".utf8))
            try await third.finish()
            await third.abort()
            try subject.expectEqual(try await subject.text("a"), "third", "content after finish, then abort")
        },
        ConformanceCheck(name: "use-after-end") { subject in
            let finished = try await subject.store.write(subject.key("finished"))
            try await finished.finish()
            let aborted = try await subject.store.write(subject.key("aborted"))
            await aborted.abort()
            for (writer, how) in [(finished, "finished"), (aborted, "aborted")] {
                try await subject.expectError(.unavailable, "finishing a writer that has \(how)") {
                    try await writer.write([1])
                    try await writer.finish()
                }
            }
            try subject.expectEqual(try await subject.names(), ["finished"], "listing")
        },
        ConformanceCheck(name: "concurrent-writers") { subject in
            let size = 300_000
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        try await subject.put([UInt8](repeating: UInt8(writer), count: size), "same")
                        try await subject.put("\(writer)", "own-\(writer)")
                    }
                }
                try await group.waitForAll()
            }
            let bytes = try await subject.store.read(subject.key("same"))
            try subject.expectEqual(bytes.count, size, "size of the object that all wrote")
            try subject.expectEqual(Set(bytes).count, 1, "number of writers whose bytes it holds")
            for writer in 0..<8 {
                try subject.expectEqual(try await subject.text("own-\(writer)"), "\(writer)", "object of one writer")
            }
            try subject.expectEqual(
                try await subject.names(), (0..<8).map { "own-\($0)" } + ["same"], "listing")
        },
        ConformanceCheck(name: "delete") { subject in
            let key = try subject.key("folder/a")
            try await subject.store.delete(key)
            try await subject.put("x", "folder/a")
            try await subject.put("x", "folder/b")
            try await subject.store.delete(subject.key("folder"))
            try subject.expectEqual(
                try await subject.names(), ["folder/a", "folder/b"], "listing after deleting no object's key")
            try await subject.store.delete(key)
            try await subject.store.delete(key)
            try subject.expect(try await !subject.store.exists(key), "a deleted object exists")
            try subject.expectEqual(try await subject.names(), ["folder/b"], "listing after deletion")
            try await subject.store.delete(subject.key("folder/b"))
            try subject.expectEqual(try await subject.names(), [], "listing after deleting all")
            try await subject.store.delete(subject.key("folder/b/c"))
            try await subject.put("y", "folder")
            try subject.expectEqual(try await subject.text("folder"), "y", "an object named like a folder that went")
        },
        ConformanceCheck(name: "copy") { subject in
            let bytes = StoreUnderTest.bytes(700_000, seed: 5)
            try await subject.put(bytes, "a")
            try await subject.put("earlier", "b")
            let source = try subject.key("a")
            for name in ["b", "deep/er/c"] {
                try await subject.store.copy(from: source, to: subject.key(name))
                try subject.expect(
                    try await subject.store.read(subject.key(name)) == bytes, "\(name) is not a copy of a")
            }
            try await subject.store.copy(from: source, to: source)
            try subject.expect(try await subject.store.read(source) == bytes, "copied onto itself, a has changed")
            try await subject.put("changed", "a")
            try subject.expect(
                try await subject.store.read(subject.key("b")) == bytes, "the copy changes with its source")
            try subject.expectEqual(try await subject.names(), ["a", "b", "deep/er/c"], "listing")
        },
    ]
}
