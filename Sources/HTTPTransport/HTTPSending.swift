/// What sends requests: ``TransportClient``, or a stand-in in tests.
///
/// Redirects are not followed: they are responses like any other. Any status is a response, not an error.
public protocol HTTPSending: Sendable {
    /// Sends a request and waits for the whole response.
    /// - Parameter maximumBodyBytes: A longer body fails with ``HTTPTransportError/Code/bodyTooLarge``.
    /// - Throws: ``HTTPTransportError``; `CancellationError` when the task is cancelled; what the request's body throws.
    func send(_ request: TransportRequest, maximumBodyBytes: Int) async throws -> TransportResponse

    /// Sends a request and waits for the head of the response.
    /// - Throws: as ``send(_:maximumBodyBytes:)``.
    func stream(_ request: TransportRequest) async throws -> TransportStreamedResponse
}
