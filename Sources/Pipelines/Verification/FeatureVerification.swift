import Columnar
public import Essentials
import Features
import Parallelism
public import Scoring
public import StorageIO

/// Computes the features of scored transactions again, and compares them with the digests that were logged with the scores.
///
/// Features are computed in the order of time, as `DataSetScorer` does, from the data as they are now. Scores of a batch are
/// identical if nothing has changed. Those of a stream or service are, too, when the data have the same transactions, when
/// those were scored in the order of their times, and when labels, if the features use them, came in time, or not at all with
/// ``LabelUse/none``.
///
/// The scores are any data set with the transactions' ids and a column `feature_digest`, such as `score-transactions` writes, or the
/// messages of `score-stream` as JSON lines. They are held in memory, about 150 bytes each.
public struct FeatureVerification: Sendable {
    private let scores: String
    private let data: String
    private let model: FraudModel
    private let history: HistoryChoice
    private let labels: LabelUse
    private let limit: Int
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - scores: The location of the scores.
    ///   - data: The location of the transactions.
    ///   - model: What scored them.
    ///   - history: Which history the scorer started from.
    ///   - labels: What the scorer knew of labels.
    ///   - limit: How many scores that differ are described.
    ///   - stores: Finds both.
    ///   - threads: Threads that compute; the result does not depend on them.
    ///   - progress: Gets rows read and steps begun.
    public init(
        scores: String, data: String, model: FraudModel, history: HistoryChoice = .automatic,
        labels: LabelUse = .known, limit: Int = 10, stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.scores = scores
        self.data = data
        self.model = model
        self.history = history
        self.labels = labels
        self.limit = limit
        self.stores = stores
        self.threads = threads
        self.progress = progress
    }

    /// Reads the scores, computes the features, and where some differ computes them with other histories and labels, too.
    /// - Throws: ``PipelineError/unusableData(location:reason:)`` for scores without digests, and for columns that are missing or
    ///   unusable; `ScoringError.noSavedHistory`; what reading and scoring throw; `CancellationError`.
    public func run() async throws -> VerificationResult {
        let logged = try await naming(scores) { try await readScores() }
        guard logged.count > 0 else {
            throw PipelineError.unusableData(
                location: scores,
                reason: "no score has a digest of its features: they are written with --feature-digests")
        }
        let dataSet = try await DataSet.open(data, stores: stores)
        return try await naming(data) { try await verify(logged, dataSet) }
    }

    private func readScores() async throws -> LoggedScores {
        let dataSet = try await DataSet.open(scores, stores: stores)
        let form = try ScoreColumns(dataSet.schema, model)
        let work = Shared(LoggedScores(form))
        var rows: Int64 = 0
        for try await batch in dataSet.batches(columns: form.names, threads: threads) {
            try Task.checkCancellation()
            let earlier = rows
            try await onDedicatedThread(named: "scores") { _ in
                try TransactionError.naming(after: earlier) { try work.value.withLock { try $0.add(batch) } }
            }
            rows += Int64(batch.rowCount)
            progress(WorkProgress(done: rows, total: dataSet.rowCount, unit: "rows", detail: "reading scores"))
        }
        return work.value.withLock { $0 }
    }

    private func verify(_ logged: LoggedScores, _ dataSet: DataSet) async throws -> VerificationResult {
        let (comparison, use) = try await compare(logged, dataSet, history, labels, limit: limit)
        if logged.form.isByPosition, comparison.rows != logged.rows {
            throw PipelineError.unusableData(
                location: scores,
                reason: "it has no ids, so that scores belong to rows by position, but there are \(logged.rows) scores "
                    + "for \(comparison.rows) rows of \(data)")
        }
        var reasons = comparison.reasonsOfDifferences()
        let alternatives = try await explain(&reasons, logged, dataSet, use)
        let notFound = comparison.notFound
        return VerificationResult(
            setting: VerificationResult.Setting(history: use, labels: labels), compared: comparison.comparedCount,
            identical: comparison.identicalCount, notInData: notFound.count,
            firstNotInData: notFound.prefix(limit).map { logged.key($0).id }, notScored: comparison.notScored,
            repeated: logged.repeated, withoutDigest: logged.withoutDigest, repeatedInData: comparison.repeatedInData,
            reasons: reasons.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }, alternatives: alternatives,
            differences: comparison.differences(reasons, names: model.features.names))
    }

    /// Computes the features with other histories and labels, and notes what that explains.
    private func explain(
        _ reasons: inout [Int: VerificationReason], _ logged: LoggedScores, _ dataSet: DataSet, _ use: HistoryUse
    ) async throws -> [VerificationResult.Alternative] {
        let otherLabels: LabelUse? =
            try FeatureReplay.hasLabels(model, in: dataSet) ? (labels == .known ? LabelUse.none : .known) : nil
        let otherHistory: HistoryChoice? =
            switch use {
            case .saved: .empty
            case .empty: model.state == nil && model.history == nil ? nil : .saved
            case .notNeeded: nil
            }
        var alternatives: [VerificationResult.Alternative] = []
        for (history, labels, reason) in [
            (history, otherLabels, .labelUse), (otherHistory, labels, .historyStart),
            (otherHistory, otherLabels, .historyStart),
        ] as [(HistoryChoice?, LabelUse?, VerificationReason)] {
            let open = reasons.filter { [.history, .labels, .unknown].contains($0.value) }.map(\.key)
            guard !open.isEmpty, let history, let labels else { continue }
            let (comparison, use) = try await compare(logged, dataSet, history, labels, limit: 0)
            let explained = open.filter(comparison.isIdentical)
            guard !explained.isEmpty else { continue }
            for score in explained { reasons[score] = reason }
            alternatives.append(
                VerificationResult.Alternative(
                    setting: VerificationResult.Setting(history: use, labels: labels), identical: explained.count))
        }
        return alternatives
    }

    private func compare(
        _ logged: LoggedScores, _ dataSet: DataSet, _ history: HistoryChoice, _ labels: LabelUse, limit: Int
    ) async throws -> (DigestComparison, HistoryUse) {
        let work = Shared(DigestComparison(logged, model, limit: limit))
        let replay = FeatureReplay(model, history: history, labelled: labels == .known)
        let use = try await replay.run(dataSet, threads: threads) { done in
            progress(
                WorkProgress(
                    done: done.rows, total: dataSet.rowCount, unit: "rows",
                    detail: done.phase == .sorting ? "bringing rows into the order of time" : "computing features"))
        } startingOver: {
            work.value.withLock { $0.startOver() }
        } into: { rows in
            try await onDedicatedThread(named: "verification") { [threads] _ in
                work.value.withLock { $0.add(rows, threads: threads) }
            }
        }
        return (work.value.withLock { $0 }, use)
    }

    private func naming<Value>(_ location: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            // Errors about columns do not know the location.
            try PipelineError.naming(location) { () throws -> Void in throw error }
            throw error
        }
    }
}

/// A value that threads work on in turn.
private final class Shared<Value: Sendable>: Sendable {
    let value: Lock<Value>

    init(_ value: Value) { self.value = Lock(value) }
}
