import CSnappy

/// Snappy's raw block format (no framing), as Parquet uses it.
package enum Snappy {
    private static let codec = "snappy"

    /// The most bytes that ``compress(_:into:)`` makes of `count` bytes.
    package static func bound(_ count: Int) -> Int { snappy_max_compressed_length(count) }

    /// Compresses a block; returns its length.
    /// - Parameter output: at least ``bound(_:)`` bytes.
    package static func compress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        var count = output.count
        let status = snappy_compress(
            input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count,
            output.baseAddress?.assumingMemoryBound(to: CChar.self), &count)
        guard status == SNAPPY_OK else {
            throw .unavailable(codec: codec, message: "the output buffer is too small")
        }
        return count
    }

    /// Decompresses a block whose content fills `output` exactly.
    package static func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) {
        let source = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var count = 0
        guard snappy_uncompressed_length(source, input.count, &count) == SNAPPY_OK else {
            throw .corrupt(codec: codec, message: "no length at its start")
        }
        guard count == output.count else {
            throw .sizeMismatch(codec: codec, expected: output.count, actual: count)
        }
        let status = snappy_uncompress(
            source, input.count, output.baseAddress?.assumingMemoryBound(to: CChar.self), &count)
        guard status == SNAPPY_OK else { throw .corrupt(codec: codec, message: "it does not decompress") }
    }
}
