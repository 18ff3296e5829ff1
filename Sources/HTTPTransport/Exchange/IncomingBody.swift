/// A streamed response's body between the connection that receives it and the task that reads it.
///
/// The reader takes all that is there at once, so the connection can continue while the reader works, and at most twice
/// `limit` bytes are held.
struct IncomingBody {
    private let limit: Int
    private var buffer: [UInt8] = []
    /// The chunk that was taken last. Its memory is reused once the reader has dropped it: allocating costs more than
    /// copying the bytes.
    private var taken: [UInt8] = []
    private(set) var isPaused = false

    /// - Parameter limit: bytes to hold; the connection is paused at it.
    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { buffer.isEmpty }

    /// Takes bytes from the connection.
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
    /// - Returns: The chunk, and whether the connection has to be told to continue.
    mutating func take() -> (chunk: [UInt8], resumes: Bool) {
        defer { isPaused = false }
        taken.removeAll(keepingCapacity: true)
        swap(&buffer, &taken)
        return (taken, isPaused)
    }
}
