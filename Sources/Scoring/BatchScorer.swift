public import Columnar
import DataPrep
public import ModelKit

/// Which history scoring starts from.
public enum HistoryChoice: Sendable, Hashable {
    /// The model's saved one when it ends before the first row, else none.
    case automatic
    /// The model's saved one, also where rows are older than its end.
    case saved
    /// None.
    case empty
}

/// Which history scoring did start from.
public enum HistoryUse: Sendable, Hashable {
    /// The features need no history.
    case notNeeded
    /// None: windows of the first rows reach back to before the data.
    case empty
    /// The model's saved one, which ends at that time (microseconds since 1970-01-01T00:00:00).
    case saved(through: Int64)
}

/// Scores the tables of a data set one after the other, each against the history of those before it.
///
/// Features are exact when the tables come in time order; rows within one table may come in any order.
public struct BatchScorer: Sendable {
    /// The model that scores.
    public let model: FraudModel
    /// Which history was started from; nil before the first row.
    public private(set) var history: HistoryUse?
    private let choice: HistoryChoice
    private var state: FeatureState?

    /// - Throws: ``ScoringError/noSavedHistory`` when `history` is `.saved` and the model has none.
    public init(_ model: FraudModel, history choice: HistoryChoice = .automatic) throws(ScoringError) {
        self.model = model
        self.choice = choice
        let usesHistory = model.features.pipeline?.usesHistory ?? false
        if choice == .saved, usesHistory, model.state == nil { throw .noSavedHistory }
        history = usesHistory ? nil : .notNeeded
    }

    /// Scores a table, on at most `threads` threads. Blocks the calling thread.
    /// - Throws: `TransactionError` or `ColumnarError` for a column that is missing or unusable.
    public mutating func score(_ batch: RecordBatch, threads: Int = 1) throws -> BatchScores {
        let matrix = try features(batch, threads: threads)
        let probabilities = try model.classifier.probabilities(matrix, threads: threads)
        return BatchScores(
            transactionIDs: try BatchScorer.transactionIDs(batch), probabilities: probabilities,
            predictions: probabilities.map(model.prediction), history: history ?? .empty)
    }

    /// The features of a table's rows, which then belong to the history.
    public mutating func features(_ batch: RecordBatch, threads: Int = 1) throws -> FeatureMatrix {
        switch model.features {
        case .columns(let names):
            return try FeatureMatrix(batch, features: names, keepingDoubles: model.classifier.takesDoubles)
        case .pipeline(let pipeline):
            let transactions = try TransactionColumns(batch)
            var state = startingState(pipeline, firstTime: transactions.dateTime.min())
            // The state is unique here while it changes: a second owner would have all of it copied.
            self.state = nil
            let columns = try pipeline.columns(transactions, state: &state, threads: threads)
            self.state = state
            return try FeatureMatrix(names: pipeline.names, columns: columns)
        }
    }

    private mutating func startingState(_ pipeline: FeaturePipeline, firstTime: Int64?) -> FeatureState {
        if let state { return state }
        if pipeline.usesHistory, choice != .empty, let saved = model.state, let end = saved.newestDateTime,
            choice == .saved || firstTime.map({ end < $0 }) ?? false
        {
            history = .saved(through: end)
            return saved
        }
        if pipeline.usesHistory, firstTime != nil { history = .empty }
        return pipeline.makeState()
    }

    private static func transactionIDs(_ batch: RecordBatch) throws -> [Int64]? {
        guard let index = TransactionSchema.index(of: .transactionID, in: batch.schema) else { return nil }
        let column = batch.columns[index]
        if case .int32 = column.type { return try column.int32Values().map(Int64.init) }
        guard case .int64 = column.type, column.validity == nil else { return nil }
        return try column.int64Values()
    }
}

extension FraudModel {
    /// Scores one table; see ``BatchScorer``.
    public func score(
        _ batch: RecordBatch, history: HistoryChoice = .automatic, threads: Int = 1
    ) throws -> BatchScores {
        var scorer = try BatchScorer(self, history: history)
        return try scorer.score(batch, threads: threads)
    }
}
