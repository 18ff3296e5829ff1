import CZlib

/// Reads gzip (RFC 1952) and zlib (RFC 1950) streams of one or more members. Zeros after a member pad a block of a tape
/// or file and are skipped, as gzip and Python do.
package final class GzipDecompressor: StreamDecompressor {
    private static let codec = "gzip"
    private var stream = z_stream()
    /// Whether the input so far ended with a complete member; a stream without any is not complete.
    private var isAtMemberEnd = false

    package init() throws(CompressionError) {
        // 15 bits of window; 32 asks zlib to tell gzip from zlib by the header.
        guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .unavailable(codec: Self.codec, message: "inflateInit2 failed")
        }
    }

    deinit { inflateEnd(&stream) }

    package func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> (consumed: Int, produced: Int) {
        var consumed = 0
        var produced = 0
        // zlib counts in 32 bits, so larger buffers take several rounds.
        while consumed < input.count || (!isAtMemberEnd && produced < output.count) {
            if isAtMemberEnd {
                while consumed < input.count, input[consumed] == 0 { consumed += 1 }
                guard consumed < input.count else { break }
                guard inflateReset(&stream) == Z_OK else {
                    throw .unavailable(codec: Self.codec, message: "inflateReset failed")
                }
                isAtMemberEnd = false
            }
            let available = min(input.count - consumed, Int(UInt32.max))
            let room = min(output.count - produced, Int(UInt32.max))
            guard room > 0 else { break }
            stream.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self))
            stream.avail_in = UInt32(available)
            stream.next_out = output.baseAddress?.advanced(by: produced).assumingMemoryBound(to: UInt8.self)
            stream.avail_out = UInt32(room)
            let status = inflate(&stream, Z_NO_FLUSH)
            let used = available - Int(stream.avail_in)
            let made = room - Int(stream.avail_out)
            consumed += used
            produced += made
            switch status {
            case Z_STREAM_END: isAtMemberEnd = true
            case Z_OK where used > 0 || made > 0: break
            case Z_OK, Z_BUF_ERROR: return (consumed, produced)
            default:
                throw .corrupt(
                    codec: Self.codec, message: stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
            }
        }
        return (consumed, produced)
    }

    package func finish() throws(CompressionError) {
        guard isAtMemberEnd else { throw .truncated(codec: Self.codec) }
    }

    /// Prepares for another stream.
    package func reset() throws(CompressionError) {
        guard inflateReset(&stream) == Z_OK else {
            throw .unavailable(codec: Self.codec, message: "inflateReset failed")
        }
        isAtMemberEnd = false
    }
}
