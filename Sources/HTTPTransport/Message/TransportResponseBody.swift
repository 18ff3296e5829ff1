/// The body of an answer, piece by piece, none of them empty. For one reader, once.
///
/// Reading slowly slows the sender down. Dropping the body, or cancelling the reading task, ends the exchange; a cancelled
/// reader gets a `CancellationError`, never an early end that looks like a whole body.
public struct TransportResponseBody: AsyncSequence, Sendable {
    /// Reads a body.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let nextChunk: @Sendable () async throws -> [UInt8]?

        /// The next piece, nil after the last.
        /// - Throws: ``HTTPTransportError`` when the body ends early.
        public mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            return try await nextChunk()
        }
    }

    private let nextChunk: @Sendable () async throws -> [UInt8]?

    /// A body whose pieces a closure gives, nil after the last. It is called by one task at a time.
    public init(next: @escaping @Sendable () async throws -> [UInt8]?) { nextChunk = next }

    /// The pieces of a stream.
    public init(_ stream: AsyncThrowingStream<[UInt8], any Error>) {
        nextChunk = {
            var iterator = stream.makeAsyncIterator()
            return try await iterator.next()
        }
    }

    /// Starts to read; a second iterator goes on where the first has stopped.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(nextChunk: nextChunk) }
}
