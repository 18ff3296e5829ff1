import Features
import ModelKit
import ModelTracking
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Testing
import Tracking

/// Registered models whose plans have features of a kind that only the program knows.
@Suite struct CustomFeatureRegistryTests {
    private struct Cents: RowFunction {
        func value(_ inputs: UnsafeBufferPointer<Double>, settings: [String: Double]) -> Double {
            inputs[0].truncatingRemainder(dividingBy: 1)
        }
    }

    @Test func theProgramsKindsAreGivenToTheRegistrysModels() async throws {
        var custom = CustomFeatures()
        custom.add("cents", Cents())
        let registry = try await TestRegistry()
        try await registry.publish(isGood: false, alias: "champion")
        let plan = FeaturePlan(
            name: "own",
            features: [
                FeatureDeclaration("amount", .column("tx_amount")),
                FeatureDeclaration("cents", .custom(CustomFeature("cents", inputs: ["tx_amount"]))),
            ])
        var request = TrainingRequest(data: registry.early, features: .plan(plan, schema: .handbook), threads: 2)
        request.custom = custom
        try await registry.publish(request, rocAUC: 0.8, alias: nil)

        await #expect(throws: (any Error).self) { try await registry.promote("models:/antifraud/2", policy: .notWorse) }
        #expect(try await registry.championVersion() == 1)
        let result = try await registry.promote("models:/antifraud/2", policy: .notWorse, custom: custom)
        #expect(result.comparison != nil && result.candidateVersion == 2)

        let client = try await registry.destination.open(program: "tests", stores: registry.stores)
        try await client.models.setAlias("champion", of: "antifraud", to: 2)
        await #expect(throws: (any Error).self) { _ = try await Champion.find(client, experiment: "antifraud") }
        let champion = try #require(try await Champion.find(client, experiment: "antifraud", custom: custom))
        #expect(champion.model.features.names == ["amount", "cents"])
        try await client.close()
    }
}
