import Essentials
import StorageIO

extension ConformanceCheck {
    static let reading = [
        ConformanceCheck(name: "head") { subject in
            let key = try subject.key("a.txt")
            try await subject.put("hello", "a.txt")
            let first = try await subject.store.head(key)
            try subject.expectEqual(first.key, key, "key")
            try subject.expectEqual(first.size, 5, "size")
            // Between 2001 and 2100: seconds since 1970, not since 2001, not milliseconds.
            try subject.expect(
                (1e9...4.2e9).contains(first.modified.timeIntervalSince1970), "modification time is \(first.modified)")
            let again = try await subject.store.head(key)
            try subject.expectEqual(again, first, "a second look at an unchanged object")
            try await subject.put("HELLO", "a.txt")
            let replaced = try await subject.store.head(key)
            if let tag = first.entityTag {
                try subject.expect(replaced.entityTag != tag, "the entity tag \(tag) stays though the content changed")
            }
        },
        ConformanceCheck(name: "missing-object") { subject in
            try await subject.put("x", "folder/there")
            for name in ["nothing", "folder", "folder/nothing", "folder/there/deeper", "folder/ther"] {
                let key = try subject.key(name)
                try await subject.expectError(.notFound, "head of \(name)", naming: name) {
                    _ = try await subject.store.head(key)
                }
                try await subject.expectError(.notFound, "read of \(name)", naming: name) {
                    _ = try await subject.store.read(key)
                }
                try await subject.expectError(.notFound, "ranged read of \(name)", naming: name) {
                    _ = try await subject.store.read(key, range: 0..<1)
                }
                try await subject.expectError(.notFound, "copy of \(name)", naming: name) {
                    try await subject.store.copy(from: key, to: subject.key("copy"))
                }
                try subject.expect(try await !subject.store.exists(key), "\(name) exists")
            }
            try subject.expect(
                try await subject.store.exists(subject.key("folder/there")), "folder/there does not exist")
        },
        ConformanceCheck(name: "ranges") { subject in
            try await subject.put("0123456789", "digits")
            for (range, expected) in [
                (0..<10, "0123456789"), (0..<1, "0"), (3..<7, "3456"), (9..<10, "9"), (4..<4, ""), (0..<0, ""),
                (7..<11, "789"), (5..<Int64.max, "56789"), (10..<10, ""), (10..<20, ""),
            ] as [(Range<Int64>, String)] {
                try subject.expectEqual(try await subject.text("digits", range), expected, "bytes \(range)")
            }
            let key = try subject.key("digits")
            for range in [11..<12, 11..<11, 1_000_000..<1_000_001] as [Range<Int64>] {
                try await subject.expectError(.invalidRange, "bytes \(range) of ten", naming: "digits") {
                    _ = try await subject.store.read(key, range: range)
                }
            }
        },
        ConformanceCheck(name: "entity-tag") { subject in
            let key = try subject.key("a")
            try await subject.put("the first version", "a")
            let first = try await subject.store.head(key)
            guard let tag = first.entityTag else { return }
            let part = try await subject.store.read(key, range: 4..<9, matching: tag)
            try subject.expectEqual(String(decoding: part, as: UTF8.self), "first", "a range of the version asked for")
            try await subject.put("the other version", "a")
            for range in [nil, 4..<9, 0..<1_000] as [Range<Int64>?] {
                try await subject.expectError(.modified, "reading a version that was replaced", naming: "a") {
                    _ = try await subject.store.read(key, range: range, matching: tag)
                }
            }
            let second = try await subject.store.head(key)
            let whole = try await subject.store.read(key, range: nil, matching: second.entityTag)
            try subject.expectEqual(
                String(decoding: whole, as: UTF8.self), "the other version", "the version that replaced it")
            try await subject.store.delete(key)
            try await subject.expectError(.notFound, "reading a version that was deleted", naming: "a") {
                _ = try await subject.store.read(key, range: nil, matching: tag)
            }
        },
        ConformanceCheck(name: "empty-object") { subject in
            try await subject.put("", "empty")
            let key = try subject.key("empty")
            try subject.expectEqual(try await subject.store.head(key).size, 0, "size")
            try subject.expectEqual(try await subject.text("empty"), "", "content")
            try subject.expectEqual(try await subject.text("empty", 0..<5), "", "a range of it")
            try subject.expectEqual(try await subject.names(), ["empty"], "listing")
            try await subject.expectError(.invalidRange, "bytes 1..<2", naming: "empty") {
                _ = try await subject.store.read(key, range: 1..<2)
            }
            let writer = try await subject.store.write(subject.key("unwritten"))
            try await writer.finish()
            try subject.expectEqual(try await subject.text("unwritten"), "", "an object finished without a write")
        },
        ConformanceCheck(name: "large-object") { subject in
            let size = subject.largeObjectSize
            let bytes = StoreUnderTest.bytes(size, seed: 1)
            let key = try subject.key("large")
            let writer = try await subject.store.write(key)
            // Chunks of very different sizes, none of them a divisor of a usual buffer size.
            var position = 0
            for length in [1, 0, 70_001, 3, 1_048_577, 5_300_003].cycled where position < size {
                let end = min(size, position + length)
                try await writer.write(Array(bytes[position..<end]))
                position = end
                if position == size { break }
            }
            try await writer.finish()
            try subject.expectEqual(try await subject.store.head(key).size, Int64(size), "size")
            try subject.expect(try await subject.store.read(key) == bytes, "the bytes read are not those written")
            for start in [0, size / 3, size - 100_000] {
                let range = start..<min(size, start + 100_000)
                let part = try await subject.store.read(key, range: Int64(range.lowerBound)..<Int64(range.upperBound))
                try subject.expect(part == Array(bytes[range]), "bytes \(range) are not those written")
            }
        },
        ConformanceCheck(name: "parallel-reads") { subject in
            let bytes = StoreUnderTest.bytes(200_000, seed: 2)
            try await subject.put(bytes, "shared")
            let key = try subject.key("shared")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        let range = index * 5_000..<(index + 1) * 5_000
                        let part = try await subject.store.read(
                            key, range: Int64(range.lowerBound)..<Int64(range.upperBound))
                        try subject.expect(part == Array(bytes[range]), "bytes \(range) are not those written")
                    }
                }
                try await group.waitForAll()
            }
        },
    ]
}

extension Array {
    /// The elements, repeated endlessly.
    fileprivate var cycled: some Sequence<Element> { (0...).lazy.map { self[$0 % count] } }
}
