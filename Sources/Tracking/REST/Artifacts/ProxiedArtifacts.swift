import Parallelism
import StorageIO

/// Finds the stores of locations that MLflow servers proxy: `mlflow-artifacts:/PATH` at the tracking server,
/// `mlflow-artifacts://HOST:PORT/PATH` at another, and the `http(s)` URLs that both stand for.
final class ProxiedArtifacts: Sendable {
    private let server: MLflowServer
    private let stores = Lock<[ServerAddress: ProxiedArtifactStore]>([:])

    init(server: MLflowServer) { self.server = server }

    /// - Returns: nil for a location of another kind.
    func folder(at location: String) throws -> ArtifactFolder? {
        guard let (address, path) = try Self.resolve(location, server.address) else { return nil }
        let segments = path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        let whole = segments.joined(separator: "/")
        guard !segments.contains(where: { $0 == "." || $0 == ".." }),
            ProxiedArtifactStore.reasonAgainst(whole) == nil
        else {
            throw TrackingError(.invalidValue, location, "has a path that MLflow's server would take for another")
        }
        let store = stores.withLock { stores in
            let store =
                stores[address]
                ?? ProxiedArtifactStore(address: address, http: server.http, retrier: server.retrier)
            stores[address] = store
            return store
        }
        let root = try StorageURI(store.root + Self.escaped(whole))
        return ArtifactFolder(uri: location, location: StorageLocation(store: store, uri: root))
    }

    private static func resolve(
        _ location: String, _ tracking: ServerAddress
    ) throws -> (address: ServerAddress, path: String)? {
        guard let scheme = ArtifactPath.scheme(of: location) else { return nil }
        var bytes = location.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        var authority = ""
        if bytes.starts(with: "//".utf8) {
            let name = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
            authority = String(decoding: name, as: UTF8.self)
            bytes = bytes[name.endIndex...]
        }
        let rest = Substring(bytes)
        guard !authority.utf8.contains(UInt8(ascii: "@")) else {
            throw TrackingError(.invalidValue, "\(scheme)://…@…", "credentials do not belong in an artifact location")
        }
        switch scheme {
        case "mlflow-artifacts":
            if authority.isEmpty || authority == tracking.authority { return (tracking, String(rest)) }
            return (tracking.with(authority: authority, prefix: ""), String(rest))
        case "http", "https":
            guard let api = rest.firstRange(of: ProxiedArtifactStore.apiPath) else { return nil }
            let address = tracking.with(
                scheme: scheme, authority: authority, prefix: String(rest[..<api.lowerBound]))
            return (address, String(rest[api.upperBound...]))
        default: return nil
        }
    }

    /// Characters that would make a location a pattern.
    private static func escaped(_ path: String) -> String {
        var escaped = ""
        for scalar in path.unicodeScalars {
            if "*?[]{},\\".unicodeScalars.contains(scalar) { escaped.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}
