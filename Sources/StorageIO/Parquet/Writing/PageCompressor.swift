/// Compresses the pages of one column chunk into memory that it reuses.
final class PageCompressor {
    let codec: ParquetFormat.Codec
    private let scratch = ScratchBuffer()
    private let gzip: GzipCompressor?
    private let zstd: ZstdCompressor?

    init(_ compression: ParquetWriteOptions.Compression) throws {
        switch compression {
        case .uncompressed: (codec, gzip, zstd) = (.uncompressed, nil, nil)
        case .snappy: (codec, gzip, zstd) = (.snappy, nil, nil)
        case .gzip: (codec, gzip, zstd) = (.gzip, try GzipCompressor(), nil)
        case .zstd(let level): (codec, gzip, zstd) = (.zstd, nil, try ZstdCompressor(level: level))
        }
    }

    /// The compressed form of a page; valid until the next call.
    func compress(_ input: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        let output: UnsafeMutableRawBufferPointer
        let count: Int
        if let gzip {
            output = try scratch.reserve(gzip.bound(input.count))
            count = try gzip.compress(input, into: output)
        } else if let zstd {
            output = try scratch.reserve(zstd.bound(input.count))
            count = try zstd.compress(input, into: output)
        } else if codec == .snappy {
            output = try scratch.reserve(Snappy.bound(input.count))
            count = try Snappy.compress(input, into: output)
        } else {
            return input
        }
        return UnsafeRawBufferPointer(rebasing: output[..<count])
    }
}
