import StorageIO
import Tracking

func logFolders(of run: Run, plots: String, samples: StorageLocation, to local: String) async throws -> [String] {
    try await run.log(artifactFolder: plots, as: "plots")
    try await run.log(artifacts: samples, as: "samples")
    try await run.artifacts.download("plots", to: local)
    return try await run.artifacts.list().map(\.path)
}
