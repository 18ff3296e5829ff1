import HTTPTransport
import JobSupport

/// Asks a running service how it is, for images that hold no other program that could.
enum HealthCheck {
    /// - Throws: ``JobError`` when the service says that it is not well; what the transport throws when it says nothing.
    static func run(_ url: String) async throws {
        let client = try TransportClient(
            configuration: TransportClientConfiguration(connectTimeout: .seconds(2), totalTimeout: .seconds(3)))
        let response = try await client.send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 1 << 20)
        await client.shutDown()
        guard response.status == 200 else {
            throw JobError.unhealthyService(url: HTTPTransportError.withoutSecrets(url), status: response.status)
        }
    }
}
