import CZstd

/// Reads Zstandard (RFC 8878) streams of one or more frames, with windows of up to 2 GiB, as `zstd --long=31` writes
/// them: a window takes only as much memory as the content fills.
package final class ZstdDecompressor: StreamDecompressor {
    private static let codec = "zstd"
    private let context: OpaquePointer
    /// Whether the input so far ended with a complete frame; a stream without any is not complete.
    private var isAtFrameEnd = false

    package init() throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else {
            throw .unavailable(codec: Self.codec, message: "out of memory")
        }
        // The library refuses windows above 128 MiB unless told otherwise.
        guard ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogLimit)) == 0 else {
            ZSTD_freeDCtx(context)
            throw .unavailable(codec: Self.codec, message: "windows of 2 GiB are refused")
        }
        self.context = context
    }

    /// The largest window, as a power of 2: the library's maximum on 64-bit machines.
    private static let windowLogLimit: Int32 = 31

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
                throw Self.error(status)
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
            throw Self.error(count)
        }
        return count
    }

    /// Not every failure means damaged data.
    private static func error(_ status: Int) -> CompressionError {
        let message = String(cString: ZSTD_getErrorName(status))
        return switch ZSTD_getErrorCode(status) {
        case ZSTD_error_frameParameter_windowTooLarge:
            .unavailable(codec: codec, message: "its window is above 2 GiB; compress it with --long=31 at most")
        case ZSTD_error_memory_allocation:
            .unavailable(codec: codec, message: "there is no memory for its window; compress it without --long")
        case ZSTD_error_dictionary_wrong:
            .unavailable(codec: codec, message: "it was compressed with a dictionary, which is not in the file")
        case ZSTD_error_version_unsupported, ZSTD_error_frameParameter_unsupported:
            .unavailable(codec: codec, message: message)
        default: .corrupt(codec: codec, message: message)
        }
    }
}
