/// Decompresses a stream chunk by chunk, with memory bounded by the caller's buffers.
///
/// One stream may hold several members (gzip) or frames (zstd) after one another, as `cat a.gz b.gz` makes them; their
/// contents are concatenated.
package protocol StreamDecompressor: AnyObject {
    /// Decompresses some of `input` into `output`, and returns how much of both it used. It stops when either is used
    /// up: call again with the rest. With `consumed` and `produced` both 0 it needs more input.
    /// - Throws: ``CompressionError/corrupt(codec:message:)``.
    func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> (consumed: Int, produced: Int)

    /// Call at the end of the input, once nothing more is produced.
    /// - Throws: ``CompressionError/truncated(codec:)`` when the last member is not complete.
    func finish() throws(CompressionError)
}
