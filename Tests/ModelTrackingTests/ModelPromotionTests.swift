import ModelTracking
import Pipelines
import TestSupport
import Testing
import Tracking

@Suite struct ModelPromotionTests {
    @Test func aBetterModelGetsTheAliasAndItsRunTheComparison() async throws {
        let registry = try await TestRegistry()
        try await registry.publish(isGood: false, alias: "champion")
        let receipt = try await registry.publish(isGood: true)
        let trial = try await registry.promote("models:/antifraud/2", isDryRun: true)
        #expect(trial.decision == .promoted && trial.isDryRun)
        #expect(try await registry.championVersion() == 1)

        let result = try await registry.promote("runs:/\(receipt.runID)/model")
        #expect(result.decision == .promoted && result.championVersion == 1 && result.candidateVersion == 2)
        #expect(try await registry.championVersion() == 2)
        let client = try await registry.destination.open(program: "tests", stores: registry.stores)
        let metrics = try await client.run(id: receipt.runID).record().metrics
        try await client.close()
        #expect(metrics["roc_auc_difference"]?.value == result.comparison?.difference)
        #expect(metrics["p_value"]?.value == result.comparison?.tTestPValue)

        let again = try await registry.promote("models:/antifraud/2")
        #expect(again.decision == .alreadyChampion)
    }

    @Test func aWorseModelLeavesTheAliasUnlessThePolicyTakesAny() async throws {
        let registry = try await TestRegistry()
        try await registry.publish(isGood: true, alias: "champion")
        try await registry.publish(isGood: false)
        for policy in [PromotionPolicy.better, .notWorse] {
            let result = try await registry.promote("models:/antifraud/2", policy: policy)
            #expect(result.decision == .keptChampion)
            #expect(try await registry.championVersion() == 1)
        }
        #expect(try await registry.promote("models:/antifraud/2", policy: .always).decision == .promoted)
        #expect(try await registry.championVersion() == 2)
    }

    @Test func candidatesThatAreNotRegisteredAreErrors() async throws {
        let registry = try await TestRegistry()
        try await registry.publish(isGood: false, alias: "champion")
        for candidate in [registry.folder.path("model"), "models:/other/1"] {
            let error = await #expect(throws: ModelTrackingError.self) { try await registry.promote(candidate) }
            #expect("\(try #require(error))".contains(candidate))
        }
        await #expect(throws: TrackingError.self) { try await registry.promote("models:/antifraud/7") }
        #expect(try await registry.championVersion() == 1)
    }
}
