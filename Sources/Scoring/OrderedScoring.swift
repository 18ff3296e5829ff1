import Columnar
import DataPrep
import Features
import Parallelism

/// Holds a scorer so that it can be passed between threads without copying its history.
final class OrderedScoring: Sendable {
    private let scorer: Lock<BatchScorer>

    init(_ model: FraudModel, _ choice: HistoryChoice, digests: Bool = false) throws(ScoringError) {
        scorer = Lock(try BatchScorer(model, history: choice, digests: digests))
    }

    var history: HistoryUse? { scorer.withLock { $0.history } }

    /// - Returns: nil when the batch has rows that belong before those of earlier batches.
    func score(_ batch: RecordBatch, _ threads: Int) throws -> BatchScores? {
        try scorer.withLock { scorer in
            let scores = try scorer.score(batch, threads: threads)
            return scorer.isInTimeOrder ? scores : nil
        }
    }

    /// - Returns: nil when the batch has rows that belong before those of earlier batches.
    func replay(_ batch: RecordBatch, firstRow: Int64, _ threads: Int) throws -> ReplayedRows? {
        try scorer.withLock { scorer in
            let rows = try scorer.replay(batch, firstRow: firstRow, threads: threads)
            return scorer.isInTimeOrder ? rows : nil
        }
    }
}

/// Sorts a data set's rows, scores them in time order, and returns the scores in the order of the rows.
final class SortedScoring: Sendable {
    private struct State: ~Copyable {
        var sorter: TransactionSorter
        /// For a model with a plan.
        var tables: TableSorter?
        var scorer: BatchScorer
        var scores: RowScores
        var scored: Int64 = 0
        var given = 0
    }

    private static let portion = 1 << 18
    private let state: Lock<State>

    init(
        _ model: FraudModel, _ choice: HistoryChoice, digests: Bool = false, memoryLimit: Int,
        temporaryFolder: String?
    ) throws {
        // Sorted rows and scores are in memory at the same time.
        let storage = SpillFile(folder: temporaryFolder)
        let scorer = try BatchScorer(model, history: choice, digests: digests)
        state = Lock(
            State(
                sorter: TransactionSorter(memoryLimit: memoryLimit * 3 / 4, storage: storage),
                tables: try scorer.tableSorter(memoryLimit: memoryLimit * 3 / 4, storage: storage),
                scorer: scorer,
                scores: RowScores(
                    memoryLimit: memoryLimit / 4, storage: storage,
                    digestedFeatures: digests ? model.features.names.count : nil)))
    }

    var history: HistoryUse? { state.withLock { $0.scorer.history } }
    var count: Int64 { state.withLock { $0.tables?.count ?? $0.sorter.count } }

    /// Adds a batch of rows.
    /// - Returns: the number of rows so far.
    func add(_ batch: RecordBatch, _ threads: Int) throws -> Int64 {
        try state.withLock { state in
            if let count = state.tables?.count {
                let table = try TransactionError.naming(after: count) {
                    try state.scorer.canonical(batch, threads: threads)
                }
                if let table { try state.tables?.add(table) }
                return count + Int64(batch.rowCount)
            }
            let transactions = try TransactionError.naming(after: state.sorter.count) {
                try state.scorer.model.transactions(batch)
            }
            try state.sorter.add(transactions)
            return state.sorter.count
        }
    }

    /// Scores the next rows in time order.
    /// - Returns: the number of rows scored so far; nil after the last.
    func scoreNext(_ threads: Int) throws -> Int64? {
        try state.withLock { state in
            if state.tables != nil {
                guard let portion = try state.tables?.next(SortedScoring.portion),
                    let scores = try state.scorer.scores(canonical: portion.table, threads: threads)
                else { return nil }
                try state.scores.add(scores, rows: portion.rows)
                state.scored += Int64(portion.rows.count)
                return state.scored
            }
            let rows = try state.sorter.next(SortedScoring.portion)
            guard !rows.isEmpty else { return nil }
            let scores = try state.scorer.scores(TransactionColumns(rows), threads: threads)
            try state.scores.add(scores, rows: rows.lazy.map(\.row))
            state.scored += Int64(rows.count)
            return state.scored
        }
    }

    /// The features of the next rows in time order; nil after the last.
    func replayNext(_ threads: Int) throws -> ReplayedRows? {
        try state.withLock { state in
            if state.tables != nil {
                guard let portion = try state.tables?.next(SortedScoring.portion) else { return nil }
                return try state.scorer.replay(canonical: portion.table, rows: portion.rows, threads: threads)
            }
            let rows = try state.sorter.next(SortedScoring.portion)
            guard !rows.isEmpty else { return nil }
            return try state.scorer.replay(TransactionColumns(rows), rows: rows.map(\.row), threads: threads)
        }
    }

    /// The scores of the next rows in the data set's order; the batch holds their ids.
    func scores(_ batch: RecordBatch) throws -> BatchScores {
        try state.withLock { state in
            let rows = state.given..<(state.given + batch.rowCount)
            state.given = rows.upperBound
            return BatchScores(
                batch, try state.scores.scores(rows), model: state.scorer.model,
                history: state.scorer.history ?? .empty)
        }
    }
}
