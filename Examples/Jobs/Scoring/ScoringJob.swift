import Columnar
import Foundation
import Parallelism
import Scoring
package import StorageIO
import Synchronization

/// Scores a data set with a saved model into one Parquet file.
package struct ScoringJob: Sendable {
    package struct Result: Sendable, Codable {
        package var output: String
        package var rows: Int
        package var predictedFrauds: Int
        /// `saved`, `empty` or `not needed`.
        package var history: String
        package var seconds: Double

        package var text: String {
            """
            output     \(output)
            rows       \(rows), \(predictedFrauds) predicted to be fraud
            history    \(history)
            seconds    \(seconds.formatted(places: 2)) (\((Double(rows) / seconds).formatted(places: 0)) rows a second)
            """
        }
    }

    private let data: String
    private let model: String
    private let output: String
    private let models: ModelPlaces
    private let stores: ObjectStores
    private let threads: Int
    private let progress: ProgressHandler

    package init(
        data: String, model: String, output: String, models: ModelPlaces, stores: ObjectStores, threads: Int,
        progress: @escaping ProgressHandler = { _ in }
    ) {
        self.data = data
        self.model = model
        self.output = output
        self.models = models
        self.stores = stores
        self.threads = threads
        self.progress = progress
    }

    package func run() async throws -> Result {
        let start = ContinuousClock.now
        let fraudModel = try await models.load(model)
        let dataSet = try await DataSet.open(stores.resolve(data))
        let target = try stores.resolve(output)
        let schema = try Self.schema(hasTransactionIDs: dataSet.schema.index(of: "transaction_id") != nil)
        let writer = ParquetWriter(
            to: try await target.store.write(target.key()), schema: schema,
            options: ParquetWriteOptions(threads: threads))
        do {
            var result = Result(output: output, rows: 0, predictedFrauds: 0, history: "", seconds: 0)
            try await score(dataSet, fraudModel, into: writer, &result)
            try await writer.finish()
            result.seconds = (ContinuousClock.now - start).inSeconds
            return result
        } catch {
            await writer.abort()
            throw error
        }
    }

    private static func schema(hasTransactionIDs: Bool) throws -> Schema {
        let scores = [Field("probability", .float64), Field("prediction", .int32)]
        return try Schema(hasTransactionIDs ? [Field("transaction_id", .int64)] + scores : scores)
    }

    private func score(
        _ dataSet: DataSet, _ model: FraudModel, into writer: ParquetWriter, _ result: inout Result
    ) async throws {
        let session = try ScoringSession(model)
        for try await batch in dataSet.batches(columns: nil, threads: threads) {
            try Task.checkCancellation()
            let threads = threads, place = data
            let scores = try await onDedicatedThread(named: "scoring") { _ in
                try JobError.naming(place) { try session.score(batch, threads: threads) }
            }
            try await writer.write(scores.recordBatch())
            result.rows += batch.rowCount
            result.predictedFrauds += scores.predictions.reduce(0) { $0 + Int($1) }
            progress(
                JobProgress(done: Int64(result.rows), total: dataSet.rowCount, unit: "rows"))
        }
        result.history =
            switch session.history {
            case .notNeeded: "not needed"
            case .saved: "saved with the model"
            case .empty, nil: "begins with the data"
            }
    }
}

/// The scorer where it can be handed from thread to thread without a copy of its history.
private final class ScoringSession: Sendable {
    private let scorer: Mutex<BatchScorer>

    init(_ model: FraudModel) throws { scorer = Mutex(try BatchScorer(model)) }

    var history: HistoryUse? { scorer.withLock { $0.history } }

    func score(_ batch: RecordBatch, threads: Int) throws -> BatchScores {
        try scorer.withLock { try $0.score(batch, threads: threads) }
    }
}
