import ModelTracking
import Pipelines
import StorageIO
import TestSupport
import Testing
import Tracking

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "ModelTracking"))
    }

    @Test func exampleTrainsAndPromotes() async throws {
        let registry = try await TestRegistry()
        let folder = try ObjectStoreRegistry().resolve(registry.folder.path("model"))
        let result = try await trainAndPromote(
            on: registry.early, judgedOn: registry.all, tracking: registry.destination, model: folder)
        #expect(result.decision == .promoted && result.championVersion == nil && result.candidateVersion == 1)
        #expect(try #require(result.testBootstrapROCAUC) > 0.6)
    }
}
