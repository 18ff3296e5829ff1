/// Gets the bytes that a store streams.
///
/// A value, not a function, so that stores of any package implement the same requirement: whether the type of an `async`
/// function is bound to its caller's isolation depends on the settings of the package that writes it
/// (`NonisolatedNonsendingByDefault`), and a method with the other one would silently not be the store's.
public struct ChunkReceiver {
    private let receive: (_ chunk: [UInt8]) async throws -> Void

    /// - Parameter receive: gets the chunks in order, none of them empty; what it throws ends the stream.
    public init(_ receive: @escaping (_ chunk: [UInt8]) async throws -> Void) { self.receive = receive }

    /// Passes on a chunk, and waits until it has been taken.
    public func callAsFunction(_ chunk: [UInt8]) async throws { try await receive(chunk) }
}
