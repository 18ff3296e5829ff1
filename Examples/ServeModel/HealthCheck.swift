import HTTPTransport
import JobSupport

/// Checks the health of a running service, for images that contain no other program that could.
enum HealthCheck {
    /// - Throws: ``JobError`` when the service reports that it is unhealthy; a transport error when it does not respond.
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
