import CZstd

/// Writes Zstandard frames (RFC 8878).
package final class ZstdCompressor {
    private static let codec = "zstd"
    private let context: OpaquePointer
    private let level: Int32

    /// - Parameter level: 1 (fastest) to 22 (smallest); negative levels are faster still.
    package init(level: Int = 1) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else {
            throw .unavailable(codec: Self.codec, message: "out of memory")
        }
        self.context = context
        self.level = Int32(clamping: level)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// The most bytes that ``compress(_:into:)`` makes of `count` bytes.
    package func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

    /// Compresses a whole block as one frame; returns its length.
    /// - Parameter output: at least ``bound(_:)`` bytes.
    package func compress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        let count = ZSTD_compressCCtx(
            context, output.baseAddress, output.count, input.baseAddress, input.count, level)
        guard ZSTD_isError(count) == 0 else {
            throw .unavailable(codec: Self.codec, message: String(cString: ZSTD_getErrorName(count)))
        }
        return count
    }
}
