import Columnar
import DataPrep
import Features
import ModelKit
import ModelTracking
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Tracking

/// A registry in an SQLite file, and simulated transactions of 40 days beside it.
struct TestRegistry {
    let folder: TemporaryFolder
    let destination: TrackingDestination
    let stores = ObjectStoreRegistry()
    /// The first 25 days.
    let early: String
    /// All 40 days.
    let all: String

    init() async throws {
        folder = try TemporaryFolder()
        destination = TrackingDestination(
            uri: "sqlite:///\(folder.path("runs.db"))", artifactRoot: folder.path("artifacts"), environment: [:])
        early = folder.path("early.parquet")
        all = folder.path("all.parquet")
        let simulator = try HandbookSimulator(options: .scaled(toTransactions: 30_000, days: 40, seed: 3))
        var batches: [RecordBatch] = []
        for try await batch in simulator.batches(threads: 2) { batches.append(batch) }
        let table = try RecordBatch.concatenating(batches, schema: batches[0].schema)
        let days = try TransactionColumns(table).timeDays
        try await write(table.take(days.indices.filter { days[$0] < 25 }), early)
        try await write(table, all)
    }

    private func write(_ table: RecordBatch, _ location: String) async throws {
        let stream = AsyncThrowingStream<RecordBatch, any Error> { continuation in
            continuation.yield(table)
            continuation.finish()
        }
        try await DataSet.write(stream, schema: table.schema, to: stores.resolve(location))
    }

    /// Trains on the first days and registers; few rounds and basic features make a poor model.
    @discardableResult
    func publish(isGood: Bool, alias: String? = nil) async throws -> ModelPublisher.Receipt {
        var trees = BoostedTreesConfiguration()
        trees.rounds = isGood ? 30 : 1
        trees.maxLeaves = isGood ? 15 : 2
        let request = TrainingRequest(
            data: early, features: .transactions(isGood ? .windows : .basic), learner: .boostedTrees(trees), threads: 2)
        return try await publish(request, rocAUC: isGood ? 0.9 : 0.6, alias: alias)
    }

    /// Trains and registers.
    @discardableResult
    func publish(_ request: TrainingRequest, rocAUC: Double, alias: String?) async throws -> ModelPublisher.Receipt {
        let result = try await TrainingPipeline(request, stores: stores).run()
        let model = try stores.resolve(folder.path("model"))
        try await result.model.save(to: model)
        return try await ModelPublisher.withTracking(destination, program: "tests", stores: stores) { publisher in
            try await publisher.publish(
                result, model: model, data: early, metrics: ["test_bootstrap_roc_auc": rocAUC],
                registration: ModelRegistration(alias: alias))
        }
    }

    func promote(
        _ candidate: String, policy: PromotionPolicy = .better, isDryRun: Bool = false,
        custom: CustomFeatures = .none
    ) async throws -> PromotionResult {
        try await ModelPromotion(
            PromotionRequest(
                candidate: candidate, champion: "models:/antifraud@champion", data: all, policy: policy,
                isDryRun: isDryRun, settings: ModelComparison.Settings(samples: 200, seed: 1)),
            tracking: destination, stores: stores, program: "tests", custom: custom, threads: 2
        ).run()
    }

    func championVersion() async throws -> Int? {
        let client = try await destination.open(program: "tests", stores: stores)
        let version = try? await client.models.version(alias: "champion", of: "antifraud").version
        try await client.close()
        return version
    }
}
