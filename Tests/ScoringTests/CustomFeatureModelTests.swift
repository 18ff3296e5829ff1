import Columnar
import Features
import ModelKit
import Scoring
import StorageIO
import TestSupport
import Testing

/// Models whose plans have features of kinds that a program adds.
@Suite struct CustomFeatureModelTests {
    /// The sum of the amounts in a window, the older the less.
    private struct DecayedSum: WindowFunction {
        func value(values: [Double], ages: [Double], settings: [String: Double]) -> Double {
            zip(values, ages).reduce(0) { $0 + $1.0 / (1 + $1.1 / 3600) }
        }
    }

    private struct Cents: RowFunction {
        func value(_ inputs: UnsafeBufferPointer<Double>, settings: [String: Double]) -> Double {
            inputs[0].truncatingRemainder(dividingBy: 1)
        }
    }

    private static var custom: CustomFeatures {
        var custom = CustomFeatures()
        custom.add("decayed_sum", DecayedSum())
        custom.add("cents", Cents())
        return custom
    }

    private static let cents = FeatureDeclaration("cents", .custom(CustomFeature("cents", inputs: ["tx_amount"])))
    private static let decayed = FeatureDeclaration(
        "terminal_decayed",
        .custom(
            CustomFeature(
                "decayed_sum", inputs: ["tx_amount", "terminal_id"],
                settings: ["window_seconds": 7 * 86_400, "current": 1])))

    private static func model(_ features: [FeatureDeclaration]) throws -> FraudModel {
        let plan = FeaturePlan(name: "own", features: features)
        let engine = try FeatureEngine(plan, schema: .handbook, custom: custom)
        var history = engine.makeHistory()
        let transactions = TransactionColumns(ScoringFixture.transactions(3000, seed: 1))
        let table = try SchemaReader(.handbook, table: transactions.recordBatch().schema).read(
            transactions.recordBatch()
        ).batch
        let matrix = try FeatureMatrix(names: plan.names, columns: engine.columns(table, history: &history))
        return try FraudModel(
            features: .plan(plan, schema: .handbook),
            classifier: ScoringFixture.classifier(matrix, transactions.labels()),
            provenance: ScoringFixture.provenance, history: history, custom: custom)
    }

    @Test func aLoadedModelScoresTheSameBits() async throws {
        let location = try ScoringFixture.location()
        let model = try Self.model([Self.cents, Self.decayed])
        try await model.save(to: location)
        let loaded = try await FraudModel.load(from: location, custom: Self.custom)
        let batch = try ScoringFixture.batch(ScoringFixture.transactions(500, seed: 20, firstDay: 60))
        let scores = try await loaded.score(batch)
        #expect(try await scores == model.score(batch))
        #expect(Set(scores.probabilities).count > 10)
        let watched = try await ModelSource.watching(location, custom: Self.custom).opened().first
        #expect(try await watched.score(batch) == scores)
    }

    /// With a history and without one.
    @Test(arguments: [[cents, decayed], [cents]])
    func kindsThatTheProgramDoesNotAddAreNamed(features: [FeatureDeclaration]) async throws {
        let location = try ScoringFixture.location()
        try await Self.model(features).save(to: location)
        let error = await #expect(throws: StoredModelError.self) { try await FraudModel.load(from: location) }
        #expect(
            error
                == .unregisteredFunction(
                    file: "\(location)/model.json", feature: "cents", name: "cents", available: []))
        let message = "\(try #require(error))"
        #expect(message.contains("'cents'") && message.contains("FraudModel.load(from:custom:)"))
        var other = CustomFeatures()
        other.add("cent", Cents())
        let second = await #expect(throws: StoredModelError.self) {
            try await FraudModel.load(from: location, custom: other)
        }
        #expect("\(try #require(second))".hasSuffix("it gives cent"))
    }
}
