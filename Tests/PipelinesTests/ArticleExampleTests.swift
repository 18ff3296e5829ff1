import DataPrep
import Foundation
import ModelKit
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "Pipelines"))
    }

    @Test func exampleTrainsAndSaves() async throws {
        let data = try await SimulatedData()
        let folder = try TemporaryFolder(), file = folder.path("transactions.parquet")
        try await data.write(data.table, to: file)
        let saved = try ObjectStoreRegistry().resolve(folder.path("model"))
        let result = try await trainFraudModel(on: file, savingTo: saved)
        #expect(try #require(result.evaluation).rocAUC > 0.6)
        #expect(try await FraudModel.load(from: saved).threshold == result.model.threshold)
    }
}
