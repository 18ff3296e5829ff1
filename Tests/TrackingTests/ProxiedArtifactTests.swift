import Foundation
import StorageIO
import StorageIOTesting
import TestSupport
import Testing
import Tracking

/// Files that go through a real MLflow server.
@Suite struct ProxiedArtifactTests {
    /// Characters that MLflow's server takes for something else; such names are refused, see ``oddNames()``.
    static let excluded: Set<Character> = ["%", "#", ";", "\t", "\n"]

    static func folder() async throws -> (client: TrackingClient, folder: ArtifactFolder) {
        let client = try await TrackingClient.open(TestServers.mlflow().uri)
        let run = try await client.experiment(named: UniqueNames()("artifacts")).startRun()
        return (client, try run.artifacts)
    }

    @Test(arguments: ObjectStoreConformance.checkNames)
    func theStoreConforms(_ name: String) async throws {
        let (client, folder) = try await Self.folder()
        let conformance = ObjectStoreConformance(
            store: folder.place.store, folder: folder.place.location.path, excludedCharacters: Self.excluded)
        try await conformance.run(name)
        try await client.close()
    }
}
