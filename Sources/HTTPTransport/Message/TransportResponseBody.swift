/// The body of a response in chunks, none of them empty. For one reader, once.
///
/// Reading slowly slows the sender down. Dropping the body, or cancelling the reading task, ends the exchange; a cancelled
/// reader gets a `CancellationError`, never an early end that looks like a whole body.
public struct TransportResponseBody: AsyncSequence, Sendable {
    /// Reads a body.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let nextChunk: @Sendable () async throws -> [UInt8]?

        /// The next chunk, nil after the last.
        /// - Throws: ``HTTPTransportError`` when the body ends early.
        public mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            return try await nextChunk()
        }
    }

    private let nextChunk: @Sendable () async throws -> [UInt8]?

    /// A body whose chunks a closure returns, nil after the last. It is called by one task at a time.
    public init(next: @escaping @Sendable () async throws -> [UInt8]?) { nextChunk = next }

    /// The chunks of a stream.
    public init(_ stream: AsyncThrowingStream<[UInt8], any Error>) {
        nextChunk = {
            var iterator = stream.makeAsyncIterator()
            return try await iterator.next()
        }
    }

    /// Starts to read; a second iterator continues where the first has stopped.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(nextChunk: nextChunk) }
}
