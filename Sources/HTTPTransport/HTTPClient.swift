import Essentials

/// Sends HTTP requests over connections that it keeps for the next ones.
///
/// All transfers of a client run on one thread of its own, which starts with the first request and ends with
/// ``shutDown()``, or when the client is released. Make one client for a program, or one for each set of certificates: connections are
/// shared by all requests of a client.
public final class HTTPClient: HTTPSending {
    private let mailbox: Mailbox

    /// A client without connections yet.
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidConfiguration`` for a file of certificates or
    ///   a key that cannot be read.
    public init(configuration: HTTPClientConfiguration = HTTPClientConfiguration()) throws {
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
        mailbox = Mailbox(configuration: configuration)
    }

    deinit { mailbox.close() }

    /// Sends a request and waits for the whole answer; see ``HTTPSending``.
    public func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws -> HTTPResponse {
        try await Exchange(request, maximumBodyBytes: maximumBodyBytes, mailbox: mailbox).answer()
    }

    /// Sends a request and waits for the head of the answer; see ``HTTPSending``. The body keeps the client.
    public func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        let exchange = Exchange(request, maximumBodyBytes: nil, mailbox: mailbox)
        let head = try await exchange.answer().head
        let reader = StreamedBodyReader(exchange, client: self)
        return HTTPStreamedResponse(head: head, body: HTTPResponseBody { try await reader.nextPiece() })
    }

    /// Ends the client: requests under way fail with ``HTTPTransportError/Code/shutDown``, as do all later ones. Returns when
    /// connections and the thread are gone.
    public func shutDown() async {
        mailbox.close()
        await mailbox.waitUntilClosed()
    }
}

/// Ends the exchange when its last user has gone, and keeps the client until then.
private final class StreamedBodyReader: Sendable {
    private let exchange: Exchange
    private let client: HTTPClient

    init(_ exchange: Exchange, client: HTTPClient) {
        self.exchange = exchange
        self.client = client
    }

    func nextPiece() async throws -> [UInt8]? { try await exchange.nextPiece() }

    deinit { exchange.fail(CancellationError()) }
}
