import CCurl

/// Why curl ended a transfer.
struct CurlFailure {
    private let code: CURLcode
    private let message: String
    private let mayHaveSent: Bool

    /// - Parameter mayHaveSent: whether the request went over some connection, or a part of it.
    init(_ code: CURLcode, easy: EasyHandle, mayHaveSent: Bool) {
        self.code = code
        message = easy.message(for: code)
        self.mayHaveSent = mayHaveSent
    }

    func error(for request: TransportRequest) -> HTTPTransportError {
        HTTPTransportError(
            kind, method: request.method, url: request.url, message: "\(message) (curl \(code.rawValue))")
    }

    /// Over a kept connection that ends without a response, curl sends the request again by itself. If the server is gone, the
    /// code says only that the second connection failed, although the first may have carried the whole request.
    private var kind: HTTPTransportError.Code {
        switch ownKind {
        case .unknownHost where mayHaveSent, .connectionFailed where mayHaveSent: .connectionLost
        case let kind: kind
        }
    }

    private var ownKind: HTTPTransportError.Code {
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
        default: .connectionFailed
        }
    }

    /// Whether the connection ended in the middle of the TLS handshake, which is not a TLS failure. curl has one code
    /// for both; these are its messages with OpenSSL.
    private var isConnectionEnd: Bool {
        [" in connection to ", "unexpected eof", "Connection reset"].contains { message.contains($0) }
    }
}
