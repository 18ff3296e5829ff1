import Columnar
import DataPrep
import Features
import Parallelism

/// Holds a scorer so that it can be passed between threads without copying its history.
final class OrderedScoring: Sendable {
    private let scorer: Lock<BatchScorer>

    init(_ model: FraudModel, _ choice: HistoryChoice) throws(ScoringError) {
        scorer = Lock(try BatchScorer(model, history: choice))
    }

    var history: HistoryUse? { scorer.withLock { $0.history } }

    /// - Returns: nil when the batch has rows that belong before those of earlier batches.
    func score(_ batch: RecordBatch, _ threads: Int) throws -> BatchScores? {
        try scorer.withLock { scorer in
            let scores = try scorer.score(batch, threads: threads)
            return scorer.isInTimeOrder ? scores : nil
        }
    }
}

/// Sorts a data set's rows, scores them in time order, and returns the scores in the order of the rows.
final class SortedScoring: Sendable {
    private struct State: ~Copyable {
        var sorter: TransactionSorter
        var scorer: BatchScorer
        var scores: RowScores
        var scored: Int64 = 0
        var given = 0
    }

    private static let portion = 1 << 18
    private let state: Lock<State>

    init(
        _ model: FraudModel, _ choice: HistoryChoice, memoryLimit: Int, temporaryFolder: String?
    ) throws(ScoringError) {
        // Sorted rows and scores are in memory at the same time.
        let storage = SpillFile(folder: temporaryFolder)
        state = Lock(
            State(
                sorter: TransactionSorter(memoryLimit: memoryLimit * 3 / 4, storage: storage),
                scorer: try BatchScorer(model, history: choice),
                scores: RowScores(memoryLimit: memoryLimit / 4, storage: storage)))
    }

    var history: HistoryUse? { state.withLock { $0.scorer.history } }
    var count: Int64 { state.withLock { $0.sorter.count } }

    /// Adds a batch of rows.
    /// - Returns: the number of rows so far.
    func add(_ batch: RecordBatch) throws -> Int64 {
        try state.withLock { state in
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
            let rows = try state.sorter.next(SortedScoring.portion)
            guard !rows.isEmpty else { return nil }
            let probabilities = try state.scorer.probabilities(TransactionColumns(rows), threads: threads)
            for (row, probability) in zip(rows, probabilities) { try state.scores.add(probability, row: row.row) }
            state.scored += Int64(rows.count)
            return state.scored
        }
    }

    /// The scores of the next rows in the data set's order; the batch holds their ids.
    func scores(_ batch: RecordBatch) throws -> BatchScores {
        try state.withLock { state in
            let rows = state.given..<(state.given + batch.rowCount)
            state.given = rows.upperBound
            return BatchScores(
                batch, probabilities: try state.scores.probabilities(rows), model: state.scorer.model,
                history: state.scorer.history ?? .empty)
        }
    }
}
