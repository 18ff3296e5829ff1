/// What sends requests: ``TransportClient``, or a stand-in in tests.
///
/// Redirects are answers like any other: nothing is followed. Any status is an answer, not an error.
public protocol HTTPSending: Sendable {
    /// Sends a request and waits for the whole answer.
    /// - Parameter maximumBodyBytes: A longer body fails with ``HTTPTransportError/Code/bodyTooLarge``.
    /// - Throws: ``HTTPTransportError``; `CancellationError` when the task is cancelled; what the request's body throws.
    func send(_ request: TransportRequest, maximumBodyBytes: Int) async throws -> TransportResponse

    /// Sends a request and waits for the head of the answer.
    /// - Throws: as ``send(_:maximumBodyBytes:)``.
    func stream(_ request: TransportRequest) async throws -> TransportStreamedResponse
}
