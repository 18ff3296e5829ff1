import Columnar
import Features
public import Essentials
public import ModelKit
import Parallelism
public import Scoring
public import StorageIO

/// Compares two models on labelled transactions that are later than what either of them was trained on.
public struct ComparisonPipeline: Sendable {
    private let data: String
    private let champion: FraudModel
    private let candidate: FraudModel
    private let label: String?
    private let includesTrainingRows: Bool
    private let settings: ModelComparison.Settings
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - data: the location of the transactions, or of a table with the models' columns.
    ///   - champion: the model in use.
    ///   - candidate: the model that might replace it.
    ///   - label: the column of labels; nil for the candidate's.
    ///   - includesTrainingRows: whether rows are judged that the models were trained on.
    ///   - settings: bootstrap samples and seed.
    ///   - stores: finds the data.
    ///   - threads: threads that compute; the result does not depend on them.
    ///   - progress: gets rows read and steps begun.
    public init(
        data: String, champion: FraudModel, candidate: FraudModel, label: String? = nil,
        includesTrainingRows: Bool = false, settings: ModelComparison.Settings = ModelComparison.Settings(),
        stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.data = data
        self.champion = champion
        self.candidate = candidate
        self.label = label
        self.includesTrainingRows = includesTrainingRows
        self.settings = settings
        self.stores = stores
        self.threads = threads
        self.progress = progress
    }

    /// Reads the data, scores them with both models and compares the rankings.
    /// - Throws: ``PipelineError``; `DataSetError` and what reading and scoring throw; `CancellationError`.
    public func run() async throws -> ComparisonResult {
        let label = label ?? candidate.provenance.label ?? TransactionColumn.fraud.name
        let dataSet = try await DataSet.open(data, stores: stores)
        let columns = try dataSet.available(in: data) { dataSet in
            let label = Self.labelName(label, candidate, dataSet.schema)
            return try candidate.features.columns(
                of: dataSet, and: champion.features.columns(of: dataSet, and: [label]))
        }
        let table = try await dataSet.readAll(columns: columns, reporting: progress, threads: threads)
        let schema = candidate.features.schema ?? champion.features.schema
        let choice = try ComparisonRows(
            champion: champion.provenance, candidate: candidate.provenance,
            times: try TransactionTimes.times(table, schema: schema), rowCount: table.rowCount, location: data,
            includesTrainingRows: includesTrainingRows)
        let allLabels = try DataPreparation.labels(table, label, data, schema: candidate.features.schema)
        let labels = choice.rows.map { allLabels[$0] }
        try ClassCheck(location: data, purpose: "to judge by", wayOut: choice.wayOut).require(
            labels, times: choice.times)
        return try await compare(table, labels, choice)
    }

    /// What a table calls the column of labels.
    private static func labelName(_ label: String, _ model: FraudModel, _ table: Schema) -> String {
        if let column = model.features.schema?.column(named: label),
            let match = try? TransactionSchema(columns: [column]).match(table, optional: [column.role.kind]),
            let position = match.positions[0]
        {
            return table.fields[position].name
        }
        return TransactionColumn.spelling(of: label, in: table)
    }

    private func compare(
        _ table: RecordBatch, _ labels: [UInt8], _ choice: ComparisonRows
    ) async throws -> ComparisonResult {
        progress(WorkProgress(done: 0, unit: "rows", detail: "scoring with both models"))
        let threads = threads
        // Rows that are left out still belong to the history of those that are judged.
        let (candidateScores, championScores) = try await onDedicatedThread(named: "scoring") { _ in
            func scores(_ model: FraudModel) throws -> [Double] {
                let all = try model.score(table, threads: threads).probabilities
                return choice.rows.map { all[$0] }
            }
            return (try scores(candidate), try scores(champion))
        }
        progress(WorkProgress(done: 0, unit: "samples", detail: "drawing \(settings.samples) bootstrap samples"))
        let comparison = try await ModelContest.compare(
            candidate: candidateScores, champion: championScores, labels: labels, settings: settings, threads: threads)
        let (candidateQuality, championQuality) = try await onDedicatedThread(named: "evaluation") { _ in
            func quality(_ scores: [Double], _ model: FraudModel) throws -> EvaluationSummary {
                try EvaluationSummary(
                    probabilities: scores, labels: labels, threshold: model.threshold, threads: threads)
            }
            return (try quality(candidateScores, candidate), try quality(championScores, champion))
        }
        return ComparisonResult(
            summary: summary(comparison, candidateQuality, championQuality, choice), comparison: comparison,
            candidate: candidateQuality, champion: championQuality, data: data)
    }

    private func summary(
        _ comparison: ModelComparison, _ candidate: EvaluationSummary, _ champion: EvaluationSummary,
        _ choice: ComparisonRows
    ) -> ComparisonSummary {
        ComparisonSummary(
            rows: comparison.rowCount, frauds: comparison.positiveCount, laterThan: choice.laterThan,
            trainingRowsLeftOut: choice.leftOut, mayIncludeTrainingRows: choice.warning != nil, warning: choice.warning,
            candidateROCAUC: comparison.deLong.first.value,
            candidateBootstrapROCAUC: comparison.candidateBootstrapAUC, championROCAUC: comparison.deLong.second.value,
            candidateAveragePrecision: candidate.averagePrecision, championAveragePrecision: champion.averagePrecision,
            difference: comparison.deLong.difference,
            deLongInterval: [comparison.deLong.lower, comparison.deLong.upper],
            deLongPValue: comparison.deLong.pValue,
            bootstrapInterval: [comparison.paired.differences[0].lower, comparison.paired.differences[0].upper],
            tTestPValue: comparison.tTest.pValue, verdict: comparison.verdict, report: nil)
    }
}
