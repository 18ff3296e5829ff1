import Foundation
import StorageIO

/// Opens the places that runs and models name.
struct ArtifactStores: Sendable {
    /// Where new experiments keep artifacts; stands for `mlflow-artifacts:/` too.
    let root: String
    let stores: ObjectStores

    func folder(at place: String) throws -> ArtifactFolder {
        var place = place
        if ArtifactPath.scheme(of: place) == "mlflow-artifacts" { place = try throughServer(place) }
        switch ArtifactPath.scheme(of: place) {
        case nil: return try local(TrackingURI.absolute(place), uri: place)
        case "file":
            guard let url = URL(string: place), url.isFileURL else {
                throw TrackingError(.invalidValue, place, "is not a file URL")
            }
            return try local(url.standardizedFileURL.path(percentEncoded: false), uri: place)
        default:
            let stored = try stores.resolve(place)
            return ArtifactFolder(uri: place, store: stored.store, prefix: stored.folderPrefix)
        }
    }

    private func local(_ path: String, uri: String) throws -> ArtifactFolder {
        ArtifactFolder(uri: uri, store: try LocalObjectStore(folder: path), prefix: "")
    }

    /// What MLflow's server keeps under `mlflow-artifacts:/x` lies under `x` in its artifacts' destination.
    private func throughServer(_ place: String) throws -> String {
        guard let path = URLComponents(string: place)?.path, path.hasPrefix("/"),
            !path.split(separator: "/").contains("..")
        else { throw TrackingError(.invalidValue, place, "is not of the form mlflow-artifacts:/path") }
        let below = String(path.drop { $0 == "/" })
        return below.isEmpty ? root : ArtifactPath.join(root, below)
    }
}
