import CLZ4

/// LZ4's block format, bare (Parquet's `LZ4_RAW`) and in Hadoop's framing (Parquet's deprecated `LZ4`).
package enum LZ4 {
    private static let codec = "lz4"

    /// Decompresses a bare block whose content fills `output` exactly.
    package static func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) {
        guard let inputCount = Int32(exactly: input.count), let outputCount = Int32(exactly: output.count) else {
            throw .corrupt(codec: codec, message: "a block of 2 GiB or more")
        }
        let count = LZ4_decompress_safe(
            input.baseAddress?.assumingMemoryBound(to: CChar.self),
            output.baseAddress?.assumingMemoryBound(to: CChar.self), inputCount, outputCount)
        guard count >= 0 else { throw .corrupt(codec: codec, message: "it does not decompress") }
        guard count == outputCount else {
            throw .sizeMismatch(codec: codec, expected: output.count, actual: Int(count))
        }
    }

    /// Decompresses Hadoop's framing (blocks after big-endian sizes of content and block), or, since writers disagreed
    /// about this codec, a bare block.
    package static func decompressHadoop(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) {
        var position = 0
        var produced = 0
        while input.count - position >= 8 {
            let contentSize = Int(UInt32(bigEndian: input.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            let blockSize = Int(UInt32(bigEndian: input.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)))
            position += 8
            guard blockSize <= input.count - position, contentSize <= output.count - produced else { break }
            do {
                try decompress(
                    UnsafeRawBufferPointer(rebasing: input[position..<position + blockSize]),
                    into: UnsafeMutableRawBufferPointer(rebasing: output[produced..<produced + contentSize]))
            } catch { break }
            position += blockSize
            produced += contentSize
        }
        if position != input.count || produced != output.count { try decompress(input, into: output) }
    }
}
