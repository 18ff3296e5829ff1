import Essentials
package import HTTPTransport
import JSONText

/// An MLflow server as a tracking store: every call is one of MLflow's REST API, as MLflow's own Python client makes
/// it.
package struct RESTTrackingStore: TrackingStore {
    /// The tag by which a created run is found again when the response was lost.
    package static let creationTokenTag = "antifraud.creation_token"

    /// Long enough for a restart of the server, which takes MLflow about 15 seconds.
    package static let retryPolicy = RetryPolicy(maximumAttempts: 12)

    let server: MLflowServer
    /// The location under which new experiments keep artifacts; nil for the server's choice.
    private let artifactRoot: String?
    private let client: TransportClient

    /// Does not connect yet.
    /// - Parameters:
    ///   - uri: `http://HOST:PORT` or `https://HOST`, with a path if the server has one, and with user and password if
    ///     `credentials` are not given.
    ///   - artifactRoot: The location under which new experiments keep artifacts, instead of the server's choice.
    ///   - isReadOnly: Refuses changes.
    ///   - policy: How often and how long failed calls are retried.
    /// - Throws: ``TrackingError`` for settings that cannot be used.
    package init(
        uri: String, artifactRoot: String? = nil, credentials: TrackingCredentials? = nil,
        certificateAuthorities: String? = nil,
        isReadOnly: Bool = false, policy: RetryPolicy = RESTTrackingStore.retryPolicy
    ) throws {
        self.artifactRoot = artifactRoot
        let address = try ServerAddress(uri, credentials: credentials)
        let configuration = TransportClientConfiguration(
            tls: TransportClientConfiguration.TLS(certificateAuthorityFile: certificateAuthorities))
        do {
            let client = try TransportClient(configuration: configuration)
            self.client = client
            server = MLflowServer(address: address, http: client, policy: policy, isReadOnly: isReadOnly)
        } catch let error as HTTPTransportError {
            throw TrackingError(.invalidValue, address.url, error.message)
        }
    }

    /// The limits of a request to `runs/log-batch`.
    package var batchLimits: BatchLimits {
        BatchLimits(metrics: 1000, parameters: 100, tags: 100, total: 1000, concurrentParts: 4)
    }

    package func close() async throws { await client.shutDown() }

    /// Checks that the server responds as MLflow does, and accepts its client. An unreachable server is given up sooner
    /// than during later calls.
    package func checkWritable() async throws {
        let call = ServerCall.send("experiments/search", ["max_results": JSONValue(1)], about: server.address.url)
        guard !server.isReadOnly else {
            throw TrackingError(.readOnly, call.subject, "the client was opened for reading only")
        }
        let policy = RetryPolicy(maximumAttempts: 4, maximumDelay: .seconds(1))
        try await MLflowServer(address: server.address, http: client, policy: policy, isReadOnly: false).call(call)
    }

    /// A location for a new experiment, whose id the server has not assigned yet; nil for the server's choice.
    func newArtifactLocation() -> String? { artifactRoot.map { ArtifactPath.join($0, Identifier.random()) } }

    /// Reads a response, and names its subject when it does not follow MLflow's protocol.
    func read<Value>(_ response: JSONValue, about subject: String, _ body: (JSONValue) throws -> Value) throws -> Value
    {
        do {
            return try body(response)
        } catch let error as JSONValue.Mismatch {
            throw TrackingError(
                .incompatibleServer, subject, "the response of \(server.address) is not MLflow's: \(error)")
        }
    }

    func page<Element>(
        _ response: JSONValue, _ name: String, about subject: String, _ element: (JSONValue) throws -> Element
    ) throws -> Page<Element> {
        try read(response, about: subject) { response in
            let token = try response.optionalText("next_page_token") ?? ""
            return Page(
                elements: try response.list(name).map(element), nextPageToken: token.isEmpty ? nil : token)
        }
    }
}

extension LifecycleView {
    /// MLflow's name of the view.
    var serverName: String {
        switch self {
        case .active: "ACTIVE_ONLY"
        case .deleted: "DELETED_ONLY"
        case .all: "ALL"
        }
    }
}

extension [String] {
    var json: JSONValue? { isEmpty ? nil : .array(map(JSONValue.string)) }
}
