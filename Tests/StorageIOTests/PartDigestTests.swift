import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

@Suite struct PartDigestTests {
    private struct Response: Decodable {
        var md5: String
        var sha256: String
    }

    private static let bytes: [UInt8] = {
        var generator = SeededGenerator(seed: 21)
        return (0..<600_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }()

    /// Parts of all lengths around the borders of blocks and strips, alone and in parallel, compared with hashlib.
    @Test(.needs(.python)) func anyPartsSideBySide() throws {
        var generator = SeededGenerator(seed: 22)
        let lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1_000, 65_535, 65_536, 65_537, 131_072, 200_003]
        var groups: [[Range<Int64>]] = lengths.map { [7..<7 + Int64($0)] }
        for count in 2...PartDigests.lanes {
            for _ in 0..<4 {
                groups.append(
                    (0..<count).map { _ in
                        let start = Int64.random(in: 0...300_000, using: &generator)
                        return start..<start + Int64(lengths.randomElement(using: &generator) ?? 0)
                    })
            }
            // As files are split: all of one length but the last.
            groups.append(
                (0..<count).map { Int64($0) * 70_000..<Int64($0) * 70_000 + ($0 == count - 1 ? 333 : 70_000) })
        }
        let folder = try TemporaryFolder()
        try Data(Self.bytes).write(to: URL(filePath: folder.path("bytes")))
        let responses = try Oracle.json(
            [[Response]].self,
            """
            import hashlib, json
            data = open(r"\(folder.path("bytes"))", "rb").read()
            digests = lambda part: {"md5": hashlib.md5(part).hexdigest(), "sha256": hashlib.sha256(part).hexdigest()}
            print(json.dumps([[digests(data[a:b]) for a, b in group] for group in
                json.loads('\(groups.map { $0.map { [$0.lowerBound, $0.upperBound] } })')]))
            """)
        for (group, expected) in zip(groups, responses) {
            let digests = try PartDigests.compute(group, withSHA256: true, flag: CancellationFlag()) { buffer, offset in
                buffer.copyBytes(from: Self.bytes[Int(offset)..<Int(offset) + buffer.count])
            }
            #expect(
                digests.map { $0.md5.map { String(format: "%02x", $0) }.joined() } == expected.map(\.md5), "\(group)")
            #expect(digests.map(\.sha256) == expected.map(\.sha256), "\(group)")
        }
        #expect(try PartDigests.compute([0..<1], flag: CancellationFlag()) { _, _ in }.first?.sha256 == nil)
    }

    @Test func stopsWhenCancelled() {
        let flag = CancellationFlag()
        #expect(throws: CancellationError.self) {
            try PartDigests.compute([0..<Int64.max / 2], flag: flag) { _, offset in
                if offset > 1 << 20 { flag.cancel() }
            }
        }
    }

    @Test func failuresOfReadingPass() {
        #expect(throws: CocoaError.self) {
            try PartDigests.compute([0..<100, 0..<1_000_000], flag: CancellationFlag()) { _, offset in
                if offset > 500_000 { throw CocoaError(.fileReadUnknown) }
            }
        }
    }
}
