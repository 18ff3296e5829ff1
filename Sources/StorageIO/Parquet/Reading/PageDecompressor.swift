/// Decompresses the pages of one column chunk into memory that it reuses.
final class PageDecompressor {
    private let codec: ParquetFormat.Codec
    private let scratch = ScratchBuffer()
    private var gzip: GzipDecompressor?
    private var zstd: ZstdDecompressor?

    init(_ codec: ParquetFormat.Codec) throws(ParquetFault) {
        switch codec {
        case .uncompressed, .snappy, .gzip, .zstd, .lz4, .lz4Raw, .brotli: self.codec = codec
        case .lzo: throw ParquetFault(.unsupported, "LZO compression is not supported")
        }
    }

    /// The content of a page, which is `size` bytes long; valid until the next call.
    func decompress(_ input: UnsafeRawBufferPointer, to size: Int) throws -> UnsafeRawBufferPointer {
        guard codec != .uncompressed else { return input }
        guard size > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let output = try scratch.reserve(size)
        try decompress(input, into: output)
        return UnsafeRawBufferPointer(output)
    }

    /// A copy of a page's content in the reused memory.
    func keep(_ content: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        let output = try scratch.reserve(content.count)
        output.copyMemory(from: content)
        return UnsafeRawBufferPointer(output)
    }

    /// Whether pages are compressed at all.
    var isCompressing: Bool { codec != .uncompressed }

    /// The content of a page, which fills `output` exactly.
    func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws {
        let size = output.count
        switch codec {
        case .uncompressed, .lzo: break
        case .snappy: try Snappy.decompress(input, into: output)
        case .brotli: try Brotli.decompress(input, into: output)
        case .lz4Raw: try LZ4.decompress(input, into: output)
        case .lz4: try LZ4.decompressHadoop(input, into: output)
        case .gzip:
            let gzip = try self.gzip ?? GzipDecompressor()
            self.gzip = gzip
            try gzip.reset()
            let (consumed, produced) = try gzip.decompress(input, into: output)
            if consumed == input.count { try gzip.finish() }
            guard produced == size else {
                throw CompressionError.sizeMismatch(codec: "gzip", expected: size, actual: produced)
            }
        case .zstd:
            let zstd = try self.zstd ?? ZstdDecompressor()
            self.zstd = zstd
            let produced = try zstd.decompressBlock(input, into: output)
            guard produced == size else {
                throw CompressionError.sizeMismatch(codec: "zstd", expected: size, actual: produced)
            }
        }
    }
}
