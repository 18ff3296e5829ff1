import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct StreamDecompressorTests {
    /// A text that compresses, of a length that is not a multiple of any buffer.
    static let text: [UInt8] = (0..<20_011).flatMap { Array("\($0 * $0),\($0 % 7)\n".utf8) }

    static func compressed(_ kind: StreamCompression, _ content: [UInt8]) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: content.count + 1_000)
        let count = try content.withUnsafeBytes { source in
            try output.withUnsafeMutableBytes { target in
                switch kind {
                case .gzip: try GzipCompressor().compress(source, into: target)
                case .zstd: try ZstdCompressor().compress(source, into: target)
                }
            }
        }
        return Array(output[..<count])
    }

    /// Feeds chunks of `inputSize` and takes chunks of `outputSize`.
    static func decompress(
        _ decompressor: any StreamDecompressor, _ input: [UInt8], inputSize: Int, outputSize: Int
    ) throws -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: outputSize)
        var position = 0
        while true {
            let chunk = input[position..<min(input.count, position + inputSize)]
            let (consumed, produced) = try chunk.withUnsafeBytes { source in
                try buffer.withUnsafeMutableBytes { try decompressor.decompress(source, into: $0) }
            }
            result += buffer[..<produced]
            position += consumed
            if consumed == 0, produced == 0 { break }
        }
        #expect(position == input.count)
        try decompressor.finish()
        return result
    }

    @Test(arguments: [StreamCompression.gzip, .zstd], [(1, 7), (100_000, 1), (4_096, 65_536), (1 << 20, 1 << 20)])
    func membersAreReadInChunksOfAnySize(kind: StreamCompression, sizes: (input: Int, output: Int)) throws {
        let one = try Self.compressed(kind, Self.text)
        let empty = try Self.compressed(kind, [])
        let input = empty + one + empty + one
        #expect(StreamCompression(head: input) == kind)
        let output = try Self.decompress(
            kind.makeDecompressor(), input, inputSize: sizes.input, outputSize: sizes.output)
        #expect(output == Self.text + Self.text)
    }

    @Test(arguments: [StreamCompression.gzip, .zstd])
    func truncationIsNoticed(kind: StreamCompression) throws {
        let whole = try Self.compressed(kind, Self.text)
        for count in [0, 1, 5, 20, whole.count / 2, whole.count - 1] {
            let input = Array(whole[..<count])
            #expect(throws: CompressionError.truncated(codec: kind == .gzip ? "gzip" : "zstd")) {
                try Self.decompress(kind.makeDecompressor(), input, inputSize: 1_000, outputSize: 1_000)
            }
        }
    }

    @Test(arguments: [StreamCompression.gzip, .zstd])
    func corruptionEndsInAnErrorOrOtherText(kind: StreamCompression) throws {
        let whole = try Self.compressed(kind, Array(Self.text[..<5_000]))
        var generator = SeededGenerator(seed: 1)
        var failures = 0
        for _ in 0..<500 {
            var input = whole
            input[Int.random(in: 0..<input.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            do {
                _ = try Self.decompress(kind.makeDecompressor(), input, inputSize: 777, outputSize: 4_096)
            } catch is CompressionError {
                failures += 1
            }
        }
        #expect(failures > 0)
    }

    @Test(.needs(.python), arguments: [StreamCompression.gzip, .zstd])
    func otherProgramsAgree(kind: StreamCompression) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("text"), plain = folder.path("plain")
        try Data(Self.text).write(to: URL(filePath: plain))
        let codec = kind == .gzip ? "gzip" : "zstd"
        try Oracle.run(
            """
            import pyarrow as pa, sys
            content = open(sys.argv[1], "rb").read()
            with pa.CompressedOutputStream(sys.argv[2], sys.argv[3]) as stream: stream.write(content)
            """, [plain, path, codec])
        let input = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let output = try Self.decompress(kind.makeDecompressor(), input, inputSize: 1_000, outputSize: 3_000)
        #expect(output == Self.text)
        try Data(Self.compressed(kind, Self.text)).write(to: URL(filePath: path))
        try Oracle.run(
            """
            import pyarrow as pa, sys
            with pa.CompressedInputStream(pa.OSFile(sys.argv[2]), sys.argv[3]) as stream:
                assert stream.read() == open(sys.argv[1], "rb").read()
            """, [plain, path, codec])
    }
    @Test func zerosAfterGzipMembersAreSkipped() throws {
        let one = try Self.compressed(.gzip, Self.text), zeros = [UInt8](repeating: 0, count: 1_000)
        for (input, size) in [(one + zeros, 777), (one + zeros + one + [0], 1), (one + [0], 1 << 20)] {
            let output = try Self.decompress(GzipDecompressor(), input, inputSize: size, outputSize: 10_000)
            #expect(output == (input.count > one.count * 2 ? Self.text + Self.text : Self.text))
        }
        for input in [zeros + one, one + zeros + [1, 2, 3]] {
            #expect(throws: CompressionError.self) {
                try Self.decompress(GzipDecompressor(), input, inputSize: 1_000, outputSize: 10_000)
            }
        }
    }

    @Test func skippableZstdFramesMayComeFirst() throws {
        let one = try Self.compressed(.zstd, Self.text)
        func skippable(_ number: UInt8, _ count: Int) -> [UInt8] {
            [0x50 + number, 0x2A, 0x4D, 0x18, UInt8(count & 255), UInt8(count >> 8), 0, 0]
                + [UInt8](repeating: 7, count: count)
        }
        for input in [
            skippable(0, 4) + one + skippable(3, 0) + one, skippable(15, 600) + skippable(0, 0) + one + one,
        ] {
            #expect(StreamCompression(head: input) == .zstd)
            #expect(StreamCompression(head: input.prefix(512)) == .zstd)
            let output = try Self.decompress(ZstdDecompressor(), input, inputSize: 100, outputSize: 10_000)
            #expect(output == Self.text + Self.text)
        }
        // lz4 has the same frames.
        #expect(StreamCompression(head: skippable(0, 4) + [0x04, 0x22, 0x4D, 0x18]) == nil)
        #expect(StreamCompression(head: Array("P,Q\n1,2\n".utf8)) == nil)
    }

    /// A frame of one raw block that requires a window of 2 to that power.
    private func frame(windowLog: UInt8, _ content: [UInt8]) -> [UInt8] {
        let header = 1 | content.count << 3
        return [0x28, 0xB5, 0x2F, 0xFD, 0, (windowLog - 10) << 3]
            + [UInt8(header & 255), UInt8(header >> 8 & 255), UInt8(header >> 16)] + content
    }

    @Test func largeZstdWindowsAreReadAndLargerOnesNamed() throws {
        let content = Array("id\n1\n".utf8)
        for log: UInt8 in [10, 27, 28, 31] {
            let output = try Self.decompress(
                ZstdDecompressor(), frame(windowLog: log, content), inputSize: 1_000, outputSize: 1_000)
            #expect(output == content)
        }
        let error = #expect(throws: CompressionError.self) {
            try Self.decompress(ZstdDecompressor(), frame(windowLog: 32, content), inputSize: 1_000, outputSize: 1_000)
        }
        #expect("\(try #require(error))".contains("window is above 2 GiB"))
    }
}
