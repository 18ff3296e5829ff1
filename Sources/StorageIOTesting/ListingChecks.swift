import StorageIO

extension ConformanceCheck {
    static let listing = [
        ConformanceCheck(name: "list-order") { subject in
            // Byte order over whole keys: '-' and '.' come before '/', digits and letters after it, and UTF-8 last.
            let names = [
                "a", "a-b", "a.txt", "b/1", "b/10", "b/2", "b-c", "b.d/x", "b0", "Y/y", "c/d/e/f", "c/d.e", "c/d-e/f",
                "é",
                "z", "ζ", "語",
            ]
            for name in names.reversed() { try await subject.put(name, name) }
            let expected = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            try subject.expectEqual(try await subject.names(), expected, "listing")
            for try await object in subject.store.list(prefix: subject.folder + "/") {
                let head = try await subject.store.head(object.key)
                try subject.expectEqual(object.size, head.size, "size of \(object.key) in the listing")
                try subject.expectEqual(object.entityTag, head.entityTag, "entity tag of \(object.key) in the listing")
            }
        },
        ConformanceCheck(name: "list-prefix") { subject in
            for name in ["run/1/a", "run/10/a", "run/2", "run-b", "running", "other/run/1"] {
                try await subject.put(name, name)
            }
            for (prefix, expected) in [
                ("run", ["run-b", "run/1/a", "run/10/a", "run/2", "running"]),
                ("run/", ["run/1/a", "run/10/a", "run/2"]),
                ("run/1", ["run/1/a", "run/10/a"]),
                ("run/1/", ["run/1/a"]),
                ("run/1/a", ["run/1/a"]),
                ("run/1/a/", []),
                ("runn", ["running"]),
                ("Run", []),
                ("nothing/here/", []),
                ("run//", []),
                ("other/../run/", []),
                ("./", []),
            ] as [(String, [String])] {
                try subject.expectEqual(try await subject.names(prefix), expected, "listing of the prefix '\(prefix)'")
            }
        },
        ConformanceCheck(name: "folder-contents") { subject in
            for name in ["a", "f/x", "f/y/1", "f/y/2", "f/y-z", "f/z/deep/1", "fg/x"] {
                try await subject.put(name, name)
            }
            for (folder, objects, folders) in [
                ("", ["a"], ["f/", "fg/"]),
                ("f/", ["f/x", "f/y-z"], ["f/y/", "f/z/"]),
                ("f/y/", ["f/y/1", "f/y/2"], []),
                ("f/z/", [], ["f/z/deep/"]),
                ("nothing/", [], []),
                ("a/", [], []),
            ] as [(String, [String], [String])] {
                let contents = try await subject.store.contents(ofFolder: "\(subject.folder)/\(folder)")
                let prefix = subject.folder + "/"
                try subject.expectEqual(
                    contents.objects.map(\.key.path), objects.map { prefix + $0 }, "objects in '\(folder)'")
                try subject.expectEqual(contents.folders, folders.map { prefix + $0 }, "folders in '\(folder)'")
            }
        },
        ConformanceCheck(name: "list-many") { subject in
            // More than one page of any store that lists in pages of a thousand.
            let count = 1_203
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<16 {
                    group.addTask {
                        for index in stride(from: lane, to: count, by: 16) {
                            try await subject.put([], "many/\(100_000 + index)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            try subject.expectEqual(
                try await subject.names("many/"), (0..<count).map { "many/\(100_000 + $0)" }, "listing")
            // A listing may be abandoned half-way.
            for try await _ in subject.store.list(prefix: subject.folder + "/") { break }
        },
        ConformanceCheck(name: "unusual-keys") { subject in
            let names = [
                "with space/and more .txt", " leading", "trailing ", "100%.txt", "%41", "%2F", "a+b", "a%2Bb",
                "ünï/żółw",
                "語/数据.parquet", "emoji 🐢", "quote'\"", "back\\slash", "q?x=1&y=2", "hash#tag", "semi;colon:", "[x]{y}*",
                "tab\tnew\nline", "~tilde", "$HOME", "-dash", "...", ".hidden", "_underscore", "a=1/b=2", "<xml>&amp;",
                String(repeating: "long-", count: 48), Array(repeating: "deep", count: 40).joined(separator: "/"),
            ].filter { name in !name.contains { subject.excludedCharacters.contains($0) } }
            for (index, name) in names.enumerated() { try await subject.put("\(index)", name) }
            for (index, name) in names.enumerated() {
                try subject.expectEqual(try await subject.text(name), "\(index)", "object '\(name)'")
                try subject.expectEqual(
                    try await subject.names(name).first, name, "first object listed for the prefix '\(name)'")
            }
            let expected = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            try subject.expectEqual(try await subject.names(), expected, "listing")
            try await subject.store.copy(from: subject.key(names[0]), to: subject.key("copy of 100%"))
            try subject.expectEqual(try await subject.text("copy of 100%"), "0", "a copy")
            for name in names { try await subject.store.delete(subject.key(name)) }
            try subject.expectEqual(try await subject.names(), ["copy of 100%"], "listing after deletion")
        },
    ]
}
