import CZstd

/// Reads Zstandard (RFC 8878) streams of one or more frames.
package final class ZstdDecompressor: StreamDecompressor {
    private static let codec = "zstd"
    private let context: OpaquePointer
    /// Whether the input so far ended with a complete frame; a stream without any is not complete.
    private var isAtFrameEnd = false

    package init() throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else {
            throw .unavailable(codec: Self.codec, message: "out of memory")
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    package func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> (consumed: Int, produced: Int) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while target.pos < target.size, source.pos < source.size || !isAtFrameEnd {
            let before = (source.pos, target.pos)
            let status = ZSTD_decompressStream(context, &target, &source)
            guard ZSTD_isError(status) == 0 else {
                throw .corrupt(codec: Self.codec, message: String(cString: ZSTD_getErrorName(status)))
            }
            guard (source.pos, target.pos) != before else { break }
            isAtFrameEnd = status == 0
        }
        return (source.pos, target.pos)
    }

    package func finish() throws(CompressionError) {
        guard isAtFrameEnd else { throw .truncated(codec: Self.codec) }
    }

    /// Decompresses a block of whole frames at once; returns its length.
    package func decompressBlock(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        let count = ZSTD_decompressDCtx(context, output.baseAddress, output.count, input.baseAddress, input.count)
        guard ZSTD_isError(count) == 0 else {
            throw .corrupt(codec: Self.codec, message: String(cString: ZSTD_getErrorName(count)))
        }
        return count
    }
}
