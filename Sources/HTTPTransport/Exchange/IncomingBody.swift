/// A streamed answer's body between the connection that brings it and the task that reads it.
///
/// The reader takes all that is there at once. So the connection can go on while the reader works, and no more than two
/// times `limit` bytes are held.
struct IncomingBody {
    private let limit: Int
    private var buffer: [UInt8] = []
    /// The piece that was taken last. Its memory serves again once the reader has dropped it: fresh memory costs more than the
    /// bytes that are copied to it.
    private var taken: [UInt8] = []
    private(set) var isPaused = false

    /// - Parameter limit: bytes to hold; the connection is paused at it.
    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { buffer.isEmpty }

    /// Bytes come.
    /// - Returns: false when they have not been taken because the reader is behind; they come again later.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if buffer.count >= limit {
            isPaused = true
            return false
        }
        buffer.append(contentsOf: bytes)
        return true
    }

    /// All that is there.
    /// - Returns: The piece, and whether the connection has to be told to go on.
    mutating func take() -> (chunk: [UInt8], resumes: Bool) {
        defer { isPaused = false }
        taken.removeAll(keepingCapacity: true)
        swap(&buffer, &taken)
        return (taken, isPaused)
    }
}
