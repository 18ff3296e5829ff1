import StorageIO

extension ConformanceCheck {
    static let streaming = [
        ConformanceCheck(name: "stream") { subject in
            let size = subject.largeObjectSize
            let bytes = StoreUnderTest.bytes(size, seed: 7)
            try await subject.put(bytes, "large")
            try await subject.put("0123456789", "digits")
            try await subject.put("", "empty")
            try subject.expect(try await subject.streamed("large") == bytes, "the bytes streamed are not those written")
            let part = size / 3..<size - 7
            try subject.expect(
                try await subject.streamed("large", Int64(part.lowerBound)..<Int64(part.upperBound))
                    == Array(bytes[part]), "bytes \(part) are not those written")
            for (range, expected) in [
                (nil, "0123456789"), (0..<10, "0123456789"), (3..<7, "3456"), (9..<10, "9"), (4..<4, ""),
                (7..<11, "789"), (5..<Int64.max, "56789"), (10..<10, ""), (10..<20, ""),
            ] as [(Range<Int64>?, String)] {
                let streamed = String(decoding: try await subject.streamed("digits", range), as: UTF8.self)
                try subject.expectEqual(streamed, expected, "bytes \(range.map { "\($0)" } ?? "of the whole")")
            }
            for range in [nil, 0..<5] as [Range<Int64>?] {
                try subject.expectEqual(try await subject.streamed("empty", range), [], "bytes of an empty object")
            }
            for range in [11..<12, 11..<11, 1_000_000..<1_000_001] as [Range<Int64>] {
                try await subject.expectError(.invalidRange, "bytes \(range) of ten", naming: "digits") {
                    _ = try await subject.streamed("digits", range)
                }
            }
            try await subject.expectError(.notFound, "streaming a missing object", naming: "nothing") {
                _ = try await subject.streamed("nothing")
            }
        },
        ConformanceCheck(name: "stream-entity-tag") { subject in
            let key = try subject.key("a")
            try await subject.put("the first version", "a")
            guard let tag = try await subject.store.head(key).entityTag else { return }
            let part = try await subject.streamed("a", 4..<9, matching: tag)
            try subject.expectEqual(String(decoding: part, as: UTF8.self), "first", "a range of the version asked for")
            try await subject.put("the other version", "a")
            for range in [nil, 4..<9, 0..<1_000] as [Range<Int64>?] {
                try await subject.expectError(.modified, "streaming a version that was replaced", naming: "a") {
                    _ = try await subject.streamed("a", range, matching: tag)
                }
            }
        },
        ConformanceCheck(name: "stream-stops") { subject in
            struct Enough: Error {}
            let bytes = StoreUnderTest.bytes(subject.largeObjectSize, seed: 8)
            try await subject.put(bytes, "large")
            var received: [UInt8] = []
            do {
                try await subject.store.stream(subject.key("large")) { chunk in
                    received += chunk
                    throw Enough()
                }
                try subject.expect(false, "a stream goes on though its receiver has thrown")
            } catch is Enough {}
            try subject.expect(!received.isEmpty, "the first chunk is empty")
            try subject.expect(
                received == Array(bytes.prefix(received.count)), "the first chunk is not the start of the object")
        },
    ]
}

extension StoreUnderTest {
    /// All bytes that the store streams.
    fileprivate func streamed(
        _ name: String, _ range: Range<Int64>? = nil, matching entityTag: String? = nil
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await store.stream(key(name), range: range, matching: entityTag, to: ChunkReceiver { bytes += $0 })
        return bytes
    }
}
