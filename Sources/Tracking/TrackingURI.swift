import Essentials
import HTTPTransport

/// Where runs are tracked, as MLflow writes it.
enum TrackingURI: Hashable {
    /// A file; the path is absolute.
    case sqlite(path: String)
    /// A database, as libpq takes it: `postgresql://…`. May hold a password.
    case postgresql(String)
    /// An MLflow server: `http://…` or `https://…`, without a slash at the end. May hold a user and a password.
    case server(String)

    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/invalidValue`` for anything that is not supported. It shows
    ///   nothing of what may be a password.
    init(_ uri: String) throws(TrackingError) {
        let shown = Self.withoutSecrets(uri)
        let parts = uri.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].starts(with: "//".utf8),
            let scheme = String(parts[0])?.lowercased(), let rest = String(parts[1].dropFirst(2))
        else { throw TrackingError(.invalidValue, shown, "is not a tracking URI; \(Self.advice)") }
        // SQLAlchemy, whose URIs MLflow takes, names a driver after a plus sign.
        switch scheme.prefix(while: { $0 != "+" }) {
        case "sqlite": self = .sqlite(path: try Self.path(rest, shown))
        case "postgresql", "postgres": self = .postgresql("postgresql://\(rest)")
        case "http" where scheme == "http", "https" where scheme == "https":
            guard let plain = URLUserInfo(uri) else {
                throw TrackingError(.invalidValue, shown, URLUserInfo.advice)
            }
            guard let host = URL(string: plain.url)?.host(), !host.isEmpty else {
                throw TrackingError(.invalidValue, shown, "names no host")
            }
            var address = "\(scheme)://\(rest)"
            while address.utf8.last == UInt8(ascii: "/") { address.removeLast() }
            self = .server(address)
        default:
            throw TrackingError(.invalidValue, shown, "is of a scheme that is not supported; \(Self.advice)")
        }
    }

    private static let advice =
        "write sqlite:///FILE, sqlite:////ABSOLUTE/FILE, postgresql://USER@HOST/DATABASE, http://HOST:PORT or https://HOST"

    private static func path(_ rest: String, _ shown: String) throws(TrackingError) -> String {
        guard rest.utf8.first == UInt8(ascii: "/"), rest.utf8.count > 1, let path = String(rest.utf8.dropFirst()) else {
            throw TrackingError(.invalidValue, shown, "names no file; write sqlite:///FILE or sqlite:////ABSOLUTE/FILE")
        }
        guard path != ":memory:", !path.utf8.contains(UInt8(ascii: "?")), !path.utf8.contains(0) else {
            throw TrackingError(.invalidValue, shown, "must name a file, without '?' options")
        }
        return absolute(path)
    }

    /// The URI to show to people: without user, password and options.
    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:///\(path)"
        case .postgresql(let uri), .server(let uri): Self.withoutSecrets(uri)
        }
    }

    static func absolute(_ path: String) -> String {
        let isAbsolute = path.utf8.first == UInt8(ascii: "/")
        let absolute = isAbsolute ? path : FileManager.default.currentDirectoryPath + "/" + path
        return URL(filePath: absolute).standardizedFileURL.path(percentEncoded: false)
    }

    /// The URI without user, password and options.
    static func withoutSecrets(_ uri: String) -> String { URLUserInfo.display(uri) }
}
