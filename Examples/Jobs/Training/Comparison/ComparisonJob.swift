import Columnar
import DataPrep
import Essentials
package import JobSupport
package import ModelKit
import Parallelism
import Scoring
package import StorageIO
package import TrackingJobs

/// Compares two saved models on a labelled data set.
package struct ComparisonJob: Sendable {
    package struct Result: Sendable, Codable {
        package var rows: Int
        package var frauds: Int
        /// Rows are judged that are later than this, until when the models were trained; nil where all rows are.
        package var laterThan: String?
        /// Earlier rows, which were left out.
        package var trainingRowsLeftOut: Int
        /// Whether rows were judged that a model was trained on, or may have been.
        package var mayIncludeTrainingRows: Bool
        /// What that means for the figures; null where all rows are new to both models.
        package var warning: String?
        package var candidateROCAUC: Double
        /// The candidate's mean area over the bootstrap samples of the t-test.
        package var candidateBootstrapROCAUC: Double
        package var championROCAUC: Double
        package var candidateAveragePrecision: Double
        package var championAveragePrecision: Double
        /// Candidate minus champion, by DeLong, with its interval.
        package var difference: Double
        package var deLongInterval: [Double]
        package var deLongPValue: Double
        package var bootstrapInterval: [Double]
        package var tTestPValue: Double
        package var verdict: ModelComparison.Verdict
        package var report: String?

        package var text: String {
            func pair(_ values: [Double]) -> String {
                values.map { $0.text(decimals: 5) }.joined(separator: " to ")
            }
            let mark = warning.map { "WARNING              \($0)\n" } ?? ""
            let later = laterThan.map { ", later than \($0) (\(trainingRowsLeftOut) earlier rows left out)" } ?? ""
            return mark + """
                rows                 \(rows), \(frauds) frauds among them\(later)
                ROC AUC              candidate \(candidateROCAUC.text(decimals: 5)), champion \(championROCAUC.text(decimals: 5))
                average precision    candidate \(candidateAveragePrecision.text(decimals: 5)), champion \(championAveragePrecision.text(decimals: 5))
                DeLong               \(difference.text(decimals: 5)) (\(pair(deLongInterval)), p \(deLongPValue.text(decimals: 4)))
                paired bootstrap     \(pair(bootstrapInterval))
                t-test               p \(tTestPValue.text(decimals: 4)) (decides nothing)
                verdict              the candidate is \(verdict.text) the champion
                """
        }
    }

    private let data: String
    private let champion: String
    private let candidate: String
    private let label: String?
    private let includesTrainingRows: Bool
    private let report: String?
    private let settings: ModelComparison.Settings
    private let models: ModelLoader
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let progress: ProgressHandler

    /// - Parameters:
    ///   - label: the column of labels; nil for the candidate's.
    ///   - includesTrainingRows: whether rows are judged that the models were trained on.
    package init(
        data: String, champion: String, candidate: String, label: String?, includesTrainingRows: Bool, report: String?,
        settings: ModelComparison.Settings, models: ModelLoader, stores: ObjectStoreRegistry, threads: Int,
        progress: @escaping ProgressHandler = { _ in }
    ) {
        self.data = data
        self.champion = champion
        self.candidate = candidate
        self.label = label
        self.includesTrainingRows = includesTrainingRows
        self.report = report
        self.settings = settings
        self.models = models
        self.stores = stores
        self.threads = threads
        self.progress = progress
    }

    package func run() async throws -> Result {
        try await stores.checkOutputs([report], against: [data, champion, candidate])
        let champion = try await models.load(champion)
        let candidate = try await models.load(candidate)
        let label = label ?? candidate.provenance.label ?? TransactionColumn.fraud.name
        let table = try await TableLoader.load(data, stores: stores, threads: threads, progress: progress) { dataSet in
            let label = TransactionSchema.spelling(of: label, in: dataSet.schema)
            return try candidate.features.columns(
                of: dataSet, and: champion.features.columns(of: dataSet, and: [label]))
        }
        let choice = try ComparisonRows(
            champion: champion.provenance, candidate: candidate.provenance, times: TransactionTimes.times(table),
            rowCount: table.rowCount, location: data, includesTrainingRows: includesTrainingRows)
        let allLabels = try DataPreparation.labels(table, label, data)
        let labels = choice.rows.map { allLabels[$0] }
        try ClassCheck(location: data, purpose: "to judge by", wayOut: choice.wayOut).require(
            labels, times: choice.times)
        progress(JobProgress(done: 0, unit: "rows", detail: "scoring with both models"))
        let threads = threads
        // Rows that are left out still belong to the history of those that are judged.
        let (candidateScores, championScores) = try await onDedicatedThread(named: "scoring") { _ in
            func scores(_ model: FraudModel) throws -> [Double] {
                let all = try model.score(table, threads: threads).probabilities
                return choice.rows.map { all[$0] }
            }
            return (try scores(candidate), try scores(champion))
        }
        progress(JobProgress(done: 0, unit: "samples", detail: "drawing \(settings.samples) bootstrap samples"))
        let comparison = try await ModelContest.compare(
            candidate: candidateScores, champion: championScores, labels: labels, settings: settings, threads: threads)
        let evaluations = try await onDedicatedThread(named: "evaluation") { _ in
            try [(candidateScores, candidate.threshold), (championScores, champion.threshold)].map {
                scores, threshold in
                try EvaluationSummary(probabilities: scores, labels: labels, threshold: threshold, threads: threads)
            }
        }
        if let report {
            let page = ComparisonReport(
                data: data, warning: choice.warning, comparison: comparison, candidate: evaluations[0],
                champion: evaluations[1])
            let location = try stores.resolve(report)
            try await location.store.put(Array(page.html().utf8), to: location.key())
        }
        return result(comparison, evaluations, choice)
    }

    private func result(
        _ comparison: ModelComparison, _ evaluations: [EvaluationSummary], _ choice: ComparisonRows
    ) -> Result {
        Result(
            rows: comparison.rowCount, frauds: comparison.positiveCount, laterThan: choice.laterThan,
            trainingRowsLeftOut: choice.leftOut, mayIncludeTrainingRows: choice.warning != nil, warning: choice.warning,
            candidateROCAUC: comparison.deLong.first.value,
            candidateBootstrapROCAUC: comparison.candidateBootstrapAUC, championROCAUC: comparison.deLong.second.value,
            candidateAveragePrecision: evaluations[0].averagePrecision,
            championAveragePrecision: evaluations[1].averagePrecision, difference: comparison.deLong.difference,
            deLongInterval: [comparison.deLong.lower, comparison.deLong.upper],
            deLongPValue: comparison.deLong.pValue,
            bootstrapInterval: [comparison.bootstrap.lower, comparison.bootstrap.upper],
            tTestPValue: comparison.tTest.pValue, verdict: comparison.verdict, report: report)
    }
}

extension ModelComparison.Verdict {
    /// How the candidate is, before the champion's name.
    package var text: String { self == .undecided ? "not distinguishable from" : "\(rawValue) than" }
}
