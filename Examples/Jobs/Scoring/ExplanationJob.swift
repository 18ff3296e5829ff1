import Columnar
import Essentials
import JobSupport
package import Logging
package import ModelKit
package import ModelTracking
import Pipelines
import Scoring
package import StorageIO

/// Explains the scores of a data set: a table of reasons, a page with plots, and the features' mean contributions.
package struct ExplanationJob: Sendable {
    package struct Result: Sendable, Codable {
        package struct Feature: Sendable, Codable {
            package var name: String
            /// The mean magnitude of its contributions.
            package var meanContribution: Double
        }

        /// Where the table was written; nil for nowhere.
        package var output: String?
        /// Where the page was written; nil for nowhere.
        package var report: String?
        package var rows: Int
        /// Rows without a score: their amount is not a finite number.
        package var unscored: Int
        package var method: ExplanationMethod
        /// What contributions add up to.
        package var scale: Explanation.Scale
        package var baseValue: Double
        /// What the features' history began with.
        package var history: ScoringJob.History
        /// The strongest first.
        package var features: [Feature]
        package var seconds: Double
    }

    private let data: String
    private let model: String
    private let output: String?
    private let report: String?
    private let method: ExplanationMethod
    private let background: String?
    private let models: ModelLoader
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let logger: Logger
    private let pipeline: @Sendable (FraudModel) -> ExplanationPipeline

    /// - Parameter reasons: How many reasons each row gets at most.
    package init(
        data: String, model: String, output: String?, report: String?, method: ExplanationMethod, background: String?,
        backgroundRows: Int, reasons: Int, models: ModelLoader, stores: ObjectStoreRegistry, threads: Int,
        logger: Logger, progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.data = data
        self.model = model
        self.output = output
        self.report = report
        self.method = method
        self.background = background
        self.models = models
        self.stores = stores
        self.threads = threads
        self.logger = logger
        pipeline = {
            ExplanationPipeline(
                data: data, model: $0, method: method, background: background, backgroundRows: backgroundRows,
                reasons: reasons, stores: stores, threads: threads, progress: progress)
        }
    }

    package func run() async throws -> Result {
        let start = ContinuousClock.now
        try await stores.checkOutputs([output, report], against: [data, model, background])
        let pipeline = pipeline(try await models.load(model))
        let explained = try await write(pipeline)
        if let report { try await explained.writeReport(to: stores.resolve(report)) }
        if explained.unscored > 0 {
            logger.warning("\(explained.unscored) rows have no score: their amount is not a finite number")
        }
        return Result(
            output: output, report: report, rows: explained.rows, unscored: explained.unscored,
            method: explained.method, scale: explained.scale, baseValue: explained.baseValue,
            history: ScoringJob.History(explained.history),
            features: explained.features.map {
                Result.Feature(name: $0.name, meanContribution: $0.meanContribution)
            }, seconds: (ContinuousClock.now - start).inSeconds)
    }

    private func write(_ pipeline: ExplanationPipeline) async throws -> ExplanationResult {
        guard let output else { return try await pipeline.run() }
        let target = try stores.resolve(output)
        var writer: DataSetWriter?
        do {
            let result = try await pipeline.run { schema in
                if let earlier = writer {
                    guard try await !target.isStream else {
                        throw JobError.unusableData(
                            location: data,
                            reason: "its rows are not in the order of time, so that scores are explained twice; "
                                + "\(output) cannot be written from the start again: write to a file")
                    }
                    await earlier.abort()
                }
                writer = try await self.writer(target, schema)
            } into: {
                try await writer?.write($0)
            }
            try await writer?.finish()
            return result
        } catch {
            await writer?.abort()
            throw error
        }
    }

    private func writer(_ target: StorageLocation, _ schema: Schema) async throws -> DataSetWriter {
        try await DataSetWriter(to: target, schema: schema, options: .table(at: target, threads: threads))
    }
}
