/// Why there is no response from a server, or only a part of one.
public struct HTTPTransportError: Error, Sendable, Hashable {
    /// What a program may want to react to.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The meaning in words.
        public let description: String

        /// The URL is malformed, or neither `http` nor `https`.
        public static let invalidURL = Code(description: "invalid URL")
        /// The method or a header field cannot be sent.
        public static let invalidRequest = Code(description: "invalid request")
        /// The host's name is not known. Nothing of the request was sent.
        public static let unknownHost = Code(description: "unknown host")
        /// There is no connection to the host or the proxy. Nothing of the request was sent.
        public static let connectionFailed = Code(description: "connection failed")
        /// The connection ended before the response did. The server may have carried out the request.
        public static let connectionLost = Code(description: "connection lost")
        /// Connecting took too long, nothing was sent or received for too long, or the whole exchange took too long.
        public static let timedOut = Code(description: "timed out")
        /// The server's certificate is not trusted, or TLS could not be agreed on.
        public static let tlsFailed = Code(description: "TLS failed")
        /// The response's body is longer than was allowed.
        public static let bodyTooLarge = Code(description: "body too large")
        /// The request's body is not of the length announced.
        public static let wrongBodyLength = Code(description: "wrong body length")
        /// The server does not speak HTTP as it should.
        public static let protocolViolation = Code(description: "protocol violation")
        /// The client has been shut down.
        public static let shutDown = Code(description: "client shut down")
        /// Settings that cannot be used, such as a missing file of certificates.
        public static let invalidConfiguration = Code(description: "invalid configuration")
    }

    /// What kind of failure it is.
    public var code: Code
    /// `GET`, `PUT` and so on; empty when the failure is not that of a request.
    public var method: String
    /// The URL without user, password and query, which can hold secrets.
    public var url: String
    /// What happened, for people.
    public var message: String

    /// A failure of `code` while requesting a URL. Whatever may be secret in the URL is left out.
    public init(_ code: Code, method: String, url: String, message: String) {
        self.code = code
        self.method = method
        self.url = HTTPTransportError.withoutSecrets(url)
        self.message = message
    }

    /// Whether a retry may help, as far as the connection is concerned.
    public var isTransient: Bool {
        switch code {
        case .unknownHost, .connectionFailed, .connectionLost, .timedOut, .protocolViolation: true
        default: false
        }
    }

    /// A URL without user, password, query and fragment; its scheme alone where it is unclear which characters belong
    /// to them.
    public static func withoutSecrets(_ url: String) -> String { URLUserInfo.display(url) }
}

extension HTTPTransportError: CustomStringConvertible {
    /// Method, URL, message and code in one line.
    public var description: String {
        method.isEmpty ? "\(message) (\(code))" : "\(method) \(url): \(message) (\(code))"
    }
}
