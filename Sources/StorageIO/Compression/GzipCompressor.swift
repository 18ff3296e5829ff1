import CZlib

/// Writes gzip members (RFC 1952).
package final class GzipCompressor {
    private static let codec = "gzip"
    private var stream = z_stream()

    /// - Parameter level: 1 (fastest) to 9 (smallest).
    package init(level: Int = 6) throws(CompressionError) {
        // 15 bits of window; 16 asks for the gzip wrapper.
        let status = deflateInit2_(
            &stream, Int32(clamping: level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw .unavailable(codec: Self.codec, message: "level \(level) is refused")
        }
    }

    deinit { deflateEnd(&stream) }

    /// The most bytes that ``compress(_:into:)`` makes of `count` bytes.
    package func bound(_ count: Int) -> Int {
        // After a finished member zlib does not count the wrapper (18 bytes of gzip).
        Int(deflateBound(&stream, UInt(count))) + 18
    }

    /// Compresses a whole block as one member; returns its length.
    /// - Parameter output: at least ``bound(_:)`` bytes; both buffers below 4 GiB.
    package func compress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        guard let inputCount = UInt32(exactly: input.count), deflateReset(&stream) == Z_OK else {
            throw .unavailable(codec: Self.codec, message: "a block of \(input.count) bytes is refused")
        }
        let room = UInt32(clamping: output.count)
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = inputCount
        stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else {
            throw .unavailable(codec: Self.codec, message: "deflate failed")
        }
        return Int(room - stream.avail_out)
    }
}
