import CCurl

/// Why curl ended a transfer.
struct CurlFailure {
    private let code: CURLcode
    private let message: String
    private let isConnected: Bool

    /// - Parameter isConnected: whether there had been a connection.
    init(_ code: CURLcode, easy: EasyHandle, isConnected: Bool) {
        self.code = code
        message = easy.message(for: code)
        self.isConnected = isConnected
    }

    func error(for request: TransportRequest) -> HTTPTransportError {
        HTTPTransportError(
            kind, method: request.method, url: request.url, message: "\(message) (curl \(code.rawValue))")
    }

    private var kind: HTTPTransportError.Code {
        switch code {
        case CURLE_URL_MALFORMAT: .invalidURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unknownHost
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: .connectionFailed
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ENGINE_NOTFOUND: .invalidConfiguration
        case CURLE_SSL_CONNECT_ERROR where isConnectionEnd: .connectionFailed
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            .tlsFailed
        // curl takes anything but an HTTP/1 status line for HTTP/0.9; our URLs have been checked before.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING,
            CURLE_OUT_OF_MEMORY:
            .protocolViolation
        default: isConnected ? .connectionLost : .connectionFailed
        }
    }

    /// Whether the connection ended in the middle of the TLS handshake, which is not a TLS failure. curl has one code
    /// for both; these are its messages with OpenSSL.
    private var isConnectionEnd: Bool {
        [" in connection to ", "unexpected eof", "Connection reset"].contains { message.contains($0) }
    }
}
