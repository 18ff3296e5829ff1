import Foundation

/// Where runs are tracked, as MLflow writes it.
enum TrackingURI: Hashable {
    /// A file; the path is absolute.
    case sqlite(path: String)
    /// A database, as libpq takes it: `postgresql://…`. May hold a password.
    case postgresql(String)
    /// An MLflow server: `http://…` or `https://…`, without a slash at the end. May hold a user and a password.
    case server(String)

    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/invalidValue`` for anything that is not supported.
    init(_ uri: String) throws(TrackingError) {
        guard let end = uri.range(of: "://") else {
            throw TrackingError(.invalidValue, uri, "is not a tracking URI; \(Self.advice)")
        }
        let scheme = uri[..<end.lowerBound].lowercased()
        let rest = uri[end.upperBound...]
        // SQLAlchemy, whose URIs MLflow takes, names a driver after a plus sign.
        switch scheme.prefix(while: { $0 != "+" }) {
        case "sqlite": self = .sqlite(path: try Self.path(rest, of: uri))
        case "postgresql", "postgres": self = .postgresql("postgresql://\(rest)")
        case "http" where scheme == "http", "https" where scheme == "https":
            guard let host = URL(string: uri)?.host(), !host.isEmpty else {
                throw TrackingError(.invalidValue, Self.withoutSecrets(uri), "names no host")
            }
            var address = "\(scheme)://\(rest)"
            while address.hasSuffix("/") { address.removeLast() }
            self = .server(address)
        default:
            throw TrackingError(
                .invalidValue, Self.withoutSecrets(uri), "scheme '\(scheme)' is not supported; \(Self.advice)")
        }
    }

    private static let advice =
        "write sqlite:///FILE, sqlite:////ABSOLUTE/FILE, postgresql://USER@HOST/DATABASE, http://HOST:PORT or https://HOST"

    private static func path(_ rest: Substring, of uri: String) throws(TrackingError) -> String {
        guard rest.hasPrefix("/"), rest.count > 1 else {
            throw TrackingError(.invalidValue, uri, "names no file; write sqlite:///FILE or sqlite:////ABSOLUTE/FILE")
        }
        let path = String(rest.dropFirst())
        guard path != ":memory:", !path.contains("?"), !path.utf8.contains(0) else {
            throw TrackingError(.invalidValue, uri, "must name a file, without '?' options")
        }
        return absolute(path)
    }

    /// The URI to show to people: without a password.
    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:///\(path)"
        case .postgresql(let uri), .server(let uri): Self.withoutSecrets(uri)
        }
    }

    static func absolute(_ path: String) -> String {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return URL(filePath: absolute).standardizedFileURL.path(percentEncoded: false)
    }

    /// The URI without its password, whether before the host or among the options.
    static func withoutSecrets(_ uri: String) -> String {
        guard var parts = URLComponents(string: uri) else { return String(uri.prefix { $0 != ":" }) + "://…" }
        parts.password = nil
        if let options = parts.queryItems {
            let shown = options.filter { !["password", "sslpassword", "passfile"].contains($0.name.lowercased()) }
            parts.queryItems = shown.isEmpty ? nil : shown
        }
        return parts.string ?? String(uri.prefix { $0 != ":" }) + "://…"
    }
}
