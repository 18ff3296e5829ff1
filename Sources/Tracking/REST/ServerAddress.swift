import Essentials
import HTTPTransport

/// The address of an MLflow server, and the client's credentials.
struct ServerAddress: Sendable, Hashable {
    /// `http` or `https`.
    let scheme: String
    /// `HOST` or `HOST:PORT`.
    let authority: String
    /// The path before `/api`: empty, or `/…` without a trailing slash.
    let prefix: String
    /// The value of the `Authorization` header.
    let authorization: String?

    /// - Parameters:
    ///   - uri: as ``TrackingURI/server(_:)`` has it; its user and password count where `credentials` are not given.
    init(_ uri: String, credentials: TrackingCredentials? = nil) throws(TrackingError) {
        guard let plain = URLUserInfo(uri) else {
            throw TrackingError(.invalidValue, TrackingURI.withoutSecrets(uri), URLUserInfo.advice)
        }
        guard let parts = URLComponents(string: plain.url), let scheme = parts.scheme, let host = parts.encodedHost,
            !host.isEmpty, parts.query == nil, parts.fragment == nil
        else {
            throw TrackingError(
                .invalidValue, TrackingURI.withoutSecrets(uri), "is not of the form http://HOST:PORT or https://HOST")
        }
        var prefix = parts.percentEncodedPath
        while prefix.utf8.last == UInt8(ascii: "/") { prefix.removeLast() }
        self.scheme = scheme.lowercased()
        authority = host + (parts.port.map { ":\($0)" } ?? "")
        self.prefix = prefix
        let inURI = plain.user.map { TrackingCredentials.user($0, password: plain.password ?? "") }
        authorization = try (credentials ?? inURI).map(Self.authorization)
    }

    private init(scheme: String, authority: String, prefix: String, authorization: String?) {
        self.scheme = scheme
        self.authority = authority
        self.prefix = prefix
        self.authorization = authorization
    }

    /// Another address of the same scheme. Only the server that the credentials are for gets them.
    func with(scheme: String? = nil, authority: String, prefix: String) -> ServerAddress {
        let scheme = scheme ?? self.scheme
        let isSame = scheme == self.scheme && authority == self.authority
        return ServerAddress(
            scheme: scheme, authority: authority, prefix: prefix, authorization: isSame ? authorization : nil)
    }

    /// Without user and password, without a trailing slash.
    var url: String { "\(scheme)://\(authority)\(prefix)" }

    /// The header fields of every request.
    var headers: TransportHeaders {
        var headers: TransportHeaders = ["Accept": "*/*"]
        if let authorization { headers["Authorization"] = authorization }
        return headers
    }

    private static func authorization(_ credentials: TrackingCredentials) throws(TrackingError) -> String {
        let value: String
        switch credentials.kind {
        case .token(let token): value = "Bearer \(token)"
        case .password(let user, let password):
            guard !user.utf8.contains(UInt8(ascii: ":")) else {
                throw TrackingError(.invalidValue, "credentials", "the user's name holds a colon (RFC 7617)")
            }
            value = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
        }
        guard value.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw TrackingError(.invalidValue, "credentials", "the token holds characters that no header can have")
        }
        return value
    }
}

extension ServerAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without secrets.
    var description: String { url }

    /// The URL without secrets.
    var debugDescription: String { url }

    /// Nothing inside is shown.
    var customMirror: Mirror { Mirror(self, children: []) }
}
