import Columnar
import Features
import ModelKit
import Scoring
import StorageIO

func trainAndReload(_ past: RecordBatch, in folder: StorageLocation) async throws -> OnlineScorer {
    let transactions = try TransactionColumns(past)
    let pipeline = FeaturePipeline(.windows)
    var history = pipeline.makeState()
    let features = try await FeatureMatrix(
        names: pipeline.names, columns: pipeline.columns(transactions, state: &history, threads: 2))
    let trained = try await BoostedTreesTrainer().train(features, labels: transactions.labels())

    let model = try FraudModel(
        features: .pipeline(pipeline), classifier: trained.model, threshold: 0.4,
        provenance: ModelProvenance(createdAt: "2026-01-01T00:00:00Z", data: "past", rows: past.rowCount),
        state: history)
    try await model.save(to: folder)
    return try OnlineScorer(try await FraudModel.load(from: folder))
}
