import Columnar
import Essentials
import Foundation
import JobSupport
package import Logging
package import ModelTracking
import Pipelines
import Scoring
package import StorageIO

/// Scores a data set with a saved model into one Parquet or CSV file.
package struct ScoringJob: Sendable {
    package enum History: String, Sendable, Codable {
        case notNeeded = "not_needed"
        case saved
        case empty

        init(_ use: HistoryUse) {
            self =
                switch use {
                case .notNeeded: .notNeeded
                case .saved: .saved
                case .empty: .empty
                }
        }

        var text: String {
            switch self {
            case .notNeeded: "not needed"
            case .saved: "saved with the model"
            case .empty: "begins with the data"
            }
        }
    }

    package struct Result: Sendable, Codable {
        package var output: String
        package var rows: Int
        package var predictedFrauds: Int
        /// Rows without a score: their amount is not a finite number.
        package var unscored: Int
        /// What the features' history began with.
        package var history: History
        package var seconds: Double

        package var text: String {
            """
            output     \(output)
            rows       \(rows), \(predictedFrauds) predicted to be fraud, \(unscored) without a score
            history    \(history.text)
            seconds    \(seconds.text(decimals: 2)) (\((Double(rows) / seconds).text(decimals: 0)) rows a second)
            """
        }
    }

    private let data: String
    private let model: String
    private let output: String
    private let digests: Bool
    private let models: ModelLoader
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let logger: Logger
    private let progress: WorkProgressHandler

    /// - Parameter digests: Whether scores come with digests of the features.
    package init(
        data: String, model: String, output: String, digests: Bool = false, models: ModelLoader,
        stores: ObjectStoreRegistry, threads: Int, logger: Logger, progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.data = data
        self.model = model
        self.output = output
        self.digests = digests
        self.models = models
        self.stores = stores
        self.threads = threads
        self.logger = logger
        self.progress = progress
    }

    package func run() async throws -> Result {
        let start = ContinuousClock.now
        try await stores.checkOutputs([output], against: [data, model])
        let model = try await models.load(model)
        let scorer = try DataSetScorer(model, digests: digests)
        let dataSet = try await DataSet.open(stores.resolve(data))
        let target = try stores.resolve(output)
        let schema = try PipelineError.naming(data) {
            try BatchScores.schema(for: dataSet.schema, model: model, digests: digests)
        }
        var writer = try await self.writer(target, schema)
        do {
            var result = Result(
                output: output, rows: 0, predictedFrauds: 0, unscored: 0, history: .notNeeded, seconds: 0)
            let history = try await scorer.score(dataSet, threads: threads) { done in
                progress(
                    WorkProgress(
                        done: done.rows, total: dataSet.rowCount, unit: "rows",
                        detail: done.phase == .sorting ? "bringing rows into the order of time" : ""))
            } startingOver: {
                guard try await !target.isStream else {
                    throw JobError.unusableData(
                        location: data,
                        reason: "its rows are not in the order of time, so that scores are computed twice; "
                            + "\(output) cannot be written from the start again: write to a file")
                }
                await writer.abort()
                writer = try await self.writer(target, schema)
                (result.rows, result.predictedFrauds, result.unscored) = (0, 0, 0)
            } into: { scores in
                try await writer.write(scores.recordBatch())
                result.rows += scores.probabilities.count
                result.predictedFrauds += scores.predictions.reduce(0) { $0 + Int($1) }
                result.unscored += scores.unscoredCount
            }
            try await writer.finish()
            result.history = History(history)
            if result.unscored > 0 {
                logger.warning("\(result.unscored) rows have no score: their amount is not a finite number")
            }
            result.seconds = (ContinuousClock.now - start).inSeconds
            return result
        } catch {
            await writer.abort()
            // Errors about columns do not know the location.
            try PipelineError.naming(data) { () throws -> Void in throw error }
            throw error
        }
    }

    private func writer(_ target: StorageLocation, _ schema: Schema) async throws -> DataSetWriter {
        try await DataSetWriter(to: target, schema: schema, options: .table(at: target, threads: threads))
    }
}
