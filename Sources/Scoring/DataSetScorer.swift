import Columnar
import DataPrep
import Features
import Parallelism
public import StorageIO

/// Scores a data set of any size whose rows may come in any order, in bounded memory.
///
/// Each row gets the score that it has where the whole table is sorted by time, then transaction id, then row: scores
/// do not depend on how rows are spread over files, row groups and batches. Batches that follow one another in time are
/// scored as they come. At the first that does not, scoring starts over: the rows are sorted, with a temporary file for
/// what does not fit into memory, scored in time order, and returned in the data set's own order.
public struct DataSetScorer: Sendable {
    /// The progress of scoring.
    public struct Progress: Sendable, Hashable {
        /// The current phase.
        public enum Phase: String, Sendable, Hashable {
            /// Scores are computed, or returned after sorting.
            case scoring
            /// Rows are sorted by time.
            case sorting
        }

        /// The current phase.
        public let phase: Phase
        /// The number of rows that this phase has processed.
        public let rows: Int64
    }

    /// The model that scores.
    public let model: FraudModel
    private let choice: HistoryChoice
    private let digests: Bool
    private let memoryLimit: Int
    private let temporaryFolder: String?

    /// - Parameters:
    ///   - history: which history to start from.
    ///   - digests: whether scores come with digests of the features, to verify them later.
    ///   - memoryLimit: about how many bytes sorting may use; further rows go to a temporary file.
    ///   - temporaryFolder: for that file; nil for the system's.
    /// - Throws: ``ScoringError/noSavedHistory`` when `history` is `.saved` and the model has none.
    public init(
        _ model: FraudModel, history: HistoryChoice = .automatic, digests: Bool = false,
        memoryLimit: Int = 256 << 20, temporaryFolder: String? = nil
    ) throws(ScoringError) {
        _ = try BatchScorer(model, history: history)
        self.model = model
        choice = history
        self.digests = digests
        self.memoryLimit = memoryLimit
        self.temporaryFolder = temporaryFolder
    }

    /// Scores all rows.
    /// - Parameters:
    ///   - threads: threads that decode and score.
    ///   - progress: called after each batch.
    ///   - startOver: called at most once, when rows turn out to be out of order: the scores written so far are void,
    ///     and all are written again.
    ///   - write: gets the scores, in the order of the data set's rows.
    /// - Returns: which history the features started from.
    /// - Throws: `TransactionError` or `ColumnarError` for a column that is missing or unusable; `CleaningError.temporaryFile`; what
    ///   reading and the closures throw.
    public func score(
        _ dataSet: DataSet, threads: Int = 1, progress: (Progress) -> Void = { _ in },
        startingOver startOver: () async throws -> Void, into write: (BatchScores) async throws -> Void
    ) async throws -> HistoryUse {
        let columns = try model.scoredColumns(of: dataSet)
        let scoring = try OrderedScoring(model, choice, digests: digests)
        var rows: Int64 = 0
        for try await batch in dataSet.batches(columns: columns, threads: threads) {
            try Task.checkCancellation()
            let earlier = rows
            let scores = try await onDedicatedThread(named: "scoring") { _ in
                try TransactionError.naming(after: earlier) { try scoring.score(batch, threads) }
            }
            guard let scores else {
                try await startOver()
                return try await scoreSorted(dataSet, columns, threads, progress, write)
            }
            try await write(scores)
            rows += Int64(batch.rowCount)
            progress(Progress(phase: .scoring, rows: rows))
        }
        return scoring.history ?? .empty
    }

    private func scoreSorted(
        _ dataSet: DataSet, _ columns: [String], _ threads: Int, _ progress: (Progress) -> Void,
        _ write: (BatchScores) async throws -> Void
    ) async throws -> HistoryUse {
        let sorted = try SortedScoring(
            model, choice, digests: digests, memoryLimit: memoryLimit, temporaryFolder: temporaryFolder)
        for try await batch in dataSet.batches(columns: columns, threads: threads) {
            try Task.checkCancellation()
            let rows = try await onDedicatedThread(named: "sorting") { _ in try sorted.add(batch, threads) }
            progress(Progress(phase: .sorting, rows: rows))
        }
        while let rows = try await onDedicatedThread(named: "scoring", { _ in try sorted.scoreNext(threads) }) {
            try Task.checkCancellation()
            progress(Progress(phase: .scoring, rows: rows))
        }
        var given: Int64 = 0
        let id = model.idColumn(of: dataSet.schema).map { dataSet.schema.fields[$0.index].name }
        for try await batch in dataSet.batches(columns: id.map { [$0] } ?? columns, threads: threads) {
            try Task.checkCancellation()
            let scores = try await onDedicatedThread(named: "scoring") { _ in try sorted.scores(batch) }
            try await write(scores)
            given += Int64(batch.rowCount)
        }
        guard given == sorted.count else { throw ScoringError.dataChanged(rows: sorted.count, rowsLater: given) }
        return sorted.history ?? .empty
    }
}
