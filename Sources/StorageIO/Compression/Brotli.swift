import CBrotli

/// Brotli streams (RFC 7932), as Parquet uses them: only read, since nothing here writes them.
package enum Brotli {
    private static let codec = "brotli"

    /// Decompresses a stream whose content fills `output` exactly.
    package static func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) {
        var count = output.count
        let result = BrotliDecoderDecompress(
            input.count, input.baseAddress?.assumingMemoryBound(to: UInt8.self), &count,
            output.baseAddress?.assumingMemoryBound(to: UInt8.self))
        guard result == BROTLI_DECODER_RESULT_SUCCESS else {
            throw .corrupt(codec: codec, message: "it does not decompress to \(output.count) bytes")
        }
        guard count == output.count else {
            throw .sizeMismatch(codec: codec, expected: output.count, actual: count)
        }
    }
}
