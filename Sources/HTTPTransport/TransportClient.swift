import Essentials

/// Sends HTTP requests over connections that it keeps for the next ones.
///
/// All transfers of a client run on its own thread, which starts with the first request and ends with ``shutDown()``,
/// or when the client is released. Make one client per program, or one per set of certificates: connections are shared
/// by all requests of a client.
public final class TransportClient: HTTPSending {
    private let commandQueue: CommandQueue

    /// A client without connections yet.
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidConfiguration`` for a file of certificates or
    ///   a key that cannot be read.
    public init(configuration: TransportClientConfiguration = TransportClientConfiguration()) throws {
        let tls = configuration.tls
        for (meaning, path) in [
            ("certificate authorities", tls.certificateAuthorityFile),
            ("client certificate", tls.clientCertificateFile),
            ("client key", tls.clientKeyFile),
        ] {
            guard let path, !FileManager.default.isReadableFile(atPath: path) else { continue }
            throw HTTPTransportError(
                .invalidConfiguration, method: "", url: "", message: "cannot read the file of \(meaning), \(path)")
        }
        commandQueue = CommandQueue(configuration: configuration)
    }

    deinit { commandQueue.close() }

    /// Sends a request and waits for the whole response; see ``HTTPSending``.
    public func send(_ request: TransportRequest, maximumBodyBytes: Int) async throws -> TransportResponse {
        try await Exchange(request, maximumBodyBytes: maximumBodyBytes, commandQueue: commandQueue).response()
    }

    /// Sends a request and waits for the head of the response; see ``HTTPSending``. The body keeps the client.
    public func stream(_ request: TransportRequest) async throws -> TransportStreamedResponse {
        let exchange = Exchange(request, maximumBodyBytes: nil, commandQueue: commandQueue)
        let head = try await exchange.response().head
        let reader = StreamedBodyReader(exchange, client: self)
        return TransportStreamedResponse(head: head, body: TransportResponseBody { try await reader.nextChunk() })
    }

    /// Ends the client: requests in progress fail with ``HTTPTransportError/Code/shutDown``, as do all later ones.
    /// Returns when the connections and the thread have ended.
    public func shutDown() async {
        commandQueue.close()
        await commandQueue.waitUntilClosed()
    }
}

/// Ends the exchange when its last user has gone, and keeps the client until then.
private final class StreamedBodyReader: Sendable {
    private let exchange: Exchange
    private let client: TransportClient

    init(_ exchange: Exchange, client: TransportClient) {
        self.exchange = exchange
        self.client = client
    }

    func nextChunk() async throws -> [UInt8]? { try await exchange.nextChunk() }

    deinit { exchange.fail(CancellationError()) }
}
