import Essentials
import StorageIO

/// Opens the locations that runs and models name.
struct ArtifactStores: Sendable {
    /// Where new experiments keep artifacts; also the target of `mlflow-artifacts:/`.
    let root: String
    let stores: ObjectStoreRegistry
    /// Set for a client of a server; other clients find the artifacts that a server proxies under ``root``.
    var proxied: ProxiedArtifacts?

    func folder(at location: String) throws -> ArtifactFolder {
        if let folder = try proxied?.folder(at: location) { return folder }
        var location = location
        if ArtifactPath.scheme(of: location) == "mlflow-artifacts" { location = try throughServer(location) }
        switch ArtifactPath.scheme(of: location) {
        case nil:
            return ArtifactFolder(
                uri: location, location: try stores.resolve(Self.fileURL(TrackingURI.absolute(location))))
        case "file":
            guard let url = URL(string: location), url.isFileURL else {
                throw TrackingError(.invalidValue, location, "is not a file URL")
            }
            let path = url.standardizedFileURL.path(percentEncoded: false)
            return ArtifactFolder(uri: location, location: try stores.resolve(Self.fileURL(path)))
        default: return ArtifactFolder(uri: location, location: try stores.resolve(location))
        }
    }

    /// A path as a URL in which every character stands for itself: none is part of a pattern.
    private static func fileURL(_ path: String) -> String { "file://" + PercentEncoding.path(path) }

    /// What MLflow's server keeps under `mlflow-artifacts:/x` lies under `x` in its artifacts' destination.
    private func throughServer(_ location: String) throws -> String {
        guard let path = URLComponents(string: location)?.path.utf8, path.first == UInt8(ascii: "/"),
            !path.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) })
        else { throw TrackingError(.invalidValue, location, "is not of the form mlflow-artifacts:/path") }
        let below = String(decoding: path.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
        return below.isEmpty ? root : ArtifactPath.join(root, below)
    }
}
