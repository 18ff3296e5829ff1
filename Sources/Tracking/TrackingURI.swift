import Foundation

/// Where runs are tracked, as MLflow writes it.
enum TrackingURI: Hashable {
    /// A file; the path is absolute.
    case sqlite(path: String)

    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/invalidValue`` for anything that is not supported.
    init(_ uri: String) throws(TrackingError) {
        guard let end = uri.range(of: "://") else {
            throw TrackingError(
                .invalidValue, uri, "is not a tracking URI; write sqlite:///FILE or sqlite:////ABSOLUTE/FILE")
        }
        let scheme = uri[..<end.lowerBound].lowercased()
        guard scheme == "sqlite" || scheme.hasPrefix("sqlite+") else {
            throw TrackingError(
                .invalidValue, Self.withoutSecrets(uri), "scheme '\(scheme)' is not supported; sqlite is")
        }
        let rest = uri[end.upperBound...]
        guard rest.hasPrefix("/"), rest.count > 1 else {
            throw TrackingError(.invalidValue, uri, "names no file; write sqlite:///FILE or sqlite:////ABSOLUTE/FILE")
        }
        let path = String(rest.dropFirst())
        guard path != ":memory:", !path.contains("?"), !path.utf8.contains(0) else {
            throw TrackingError(.invalidValue, uri, "must name a file, without '?' options")
        }
        self = .sqlite(path: Self.absolute(path))
    }

    /// The URI to show to people and to hand to MLflow.
    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:///\(path)"
        }
    }

    static func absolute(_ path: String) -> String {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return URL(filePath: absolute).standardizedFileURL.path(percentEncoded: false)
    }

    /// The URI with its password, if any, left out.
    private static func withoutSecrets(_ uri: String) -> String {
        guard var parts = URLComponents(string: uri) else { return String(uri.prefix { $0 != ":" }) + "://…" }
        if parts.password != nil { parts.password = "…" }
        return parts.string ?? uri
    }
}
