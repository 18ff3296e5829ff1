public import Columnar
import DataPrep
import Features
public import ModelKit
import Parallelism

/// Which history scoring starts from.
public enum HistoryChoice: Sendable, Hashable {
    /// The model's saved one when it ends before the first row, else none: where it overlaps the data, rows would be
    /// counted twice.
    case automatic
    /// The model's saved one, even where rows are older than its end.
    case saved
    /// None.
    case empty
}

/// Which history scoring started from.
public enum HistoryUse: Sendable, Hashable {
    /// The features need no history.
    case notNeeded
    /// None: windows of the first rows reach back before the data.
    case empty
    /// The model's saved one, which ends at that time (microseconds since 1970-01-01T00:00:00).
    case saved(through: Int64)
}

/// Scores the tables of a data set one after the other, each against the history of the earlier ones.
///
/// Features are exact when the tables come in time order, which ``isInTimeOrder`` says afterwards; rows within one table may come in
/// any order. ``DataSetScorer`` takes tables in any order.
///
/// With features that are computed from transactions, one whose amount is not a finite number gets no score, and does not
/// count in the features of others.
public struct BatchScorer: Sendable {
    /// The model that scores.
    public let model: FraudModel
    /// Which history was started from; nil before the first row.
    public private(set) var history: HistoryUse?
    /// Whether features are exact: history was not used, or each table's rows came at or after the last of the tables before.
    public var isInTimeOrder: Bool { isTableOrderKept && plan?.isInTimeOrder ?? true }
    private var isTableOrderKept = true
    private var plan: PlanScoring?
    private var last: TransactionKey?
    private let choice: HistoryChoice
    private let digester: FeatureDigester?
    private var state: FeatureState?

    /// - Parameter digests: Whether scores come with digests of the features, to verify them later.
    /// - Throws: ``ScoringError/noSavedHistory`` when `history` is `.saved` and the model has none.
    public init(
        _ model: FraudModel, history choice: HistoryChoice = .automatic, digests: Bool = false
    ) throws(ScoringError) {
        self.model = model
        self.choice = choice
        plan = model.engine.map { PlanScoring($0) }
        digester = digests ? FeatureDigester(model.features.names) : nil
        let usesHistory = model.usesHistory
        if choice == .saved, usesHistory, model.state == nil, model.history == nil { throw .noSavedHistory }
        history = usesHistory ? nil : .notNeeded
    }

    /// Scores a table, on at most `threads` threads. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: `TransactionError`, `SchemaError` or `ColumnarError` for a column that is missing or unusable.
    public mutating func score(_ batch: RecordBatch, threads: Int = 1) throws -> BatchScores {
        let rows: ScoredRows
        let (model, choice, digester) = (model, choice, digester)
        var use = history
        if let planned = try plan?.scores(batch, model, choice, &use, digester, threads: threads) {
            history = use
            rows = planned
        } else if model.features.pipeline != nil {
            rows = try scores(model.transactions(batch), threads: threads)
        } else {
            rows = try ScoredRows(
                features(batch, threads: threads), model.classifier, digester, threads: threads)
        }
        return BatchScores(batch, rows, model: model, history: history ?? .empty)
    }

    /// Scores a table on a thread of its own and at most `threads - 1` others.
    /// - Throws: as the variant that blocks; `CancellationError` if the task is cancelled. The table belongs to the history
    ///   then, unless scoring had not begun.
    public mutating func score(_ batch: RecordBatch, threads: Int = 1) async throws -> BatchScores {
        // The thread gets the only reference to the state: a second one would copy all of it.
        let work = Lock(self)
        state = nil
        plan = nil
        defer { self = work.withLock { $0 } }
        return try await computeOnDedicatedThread(named: "scoring") { _ in
            try work.withLock { try $0.score(batch, threads: threads) }
        }
    }

    /// A sorter of rows as the model's plan orders them; nil without a plan.
    func tableSorter(memoryLimit: Int, storage: any SpillStorage) throws -> TableSorter? {
        guard let schema = model.engine?.schema else { return nil }
        return TableSorter(
            schema: try schema.tableSchema(), time: schema.columns.firstIndex { $0.role == .time },
            id: schema.columns.firstIndex { $0.role == .id }, memoryLimit: memoryLimit, storage: storage)
    }

    /// A table's columns as the plan's schema has them; nil without a plan.
    mutating func canonical(_ batch: RecordBatch, threads: Int) throws -> RecordBatch? {
        try plan?.canonical(batch, threads: threads)
    }

    /// The scores of the rows of a table of the schema's columns, by a plan; nil without one.
    mutating func scores(canonical: RecordBatch, threads: Int) throws -> ScoredRows? {
        let (model, choice, digester) = (model, choice, digester)
        var use = history
        defer { history = use }
        return try plan?.scores(canonical: canonical, model, choice, &use, digester, threads: threads)
    }

    /// The features of the rows of a table of the schema's columns, by a plan; nil without one.
    mutating func replay(canonical: RecordBatch, rows: [Int64], threads: Int) throws -> ReplayedRows? {
        let (model, choice) = (model, choice)
        var use = history
        defer { history = use }
        return try plan?.replay(canonical: canonical, model, choice, &use, rows: rows, threads: threads)
    }

    /// The scores of a table's rows by features from a pipeline.
    mutating func scores(_ transactions: TransactionColumns, threads: Int) throws -> ScoredRows {
        let matrix = try features(transactions, threads: threads)
        var scores = try ScoredRows(matrix, model.classifier, digester, threads: threads)
        for row in 0..<transactions.count where !transactions.amount[row].isFinite { scores.probabilities[row] = .nan }
        return scores
    }

    /// The features of a table's rows, which then belong to the history, and what the rows are.
    /// - Parameter first: The number of the first row.
    mutating func replay(_ batch: RecordBatch, firstRow first: Int64, threads: Int) throws -> ReplayedRows {
        let rows = first..<first + Int64(batch.rowCount)
        let (model, choice) = (model, choice)
        var use = history
        if let planned = try plan?.replay(batch, model, choice, &use, rows: Array(rows), threads: threads) {
            history = use
            return planned
        }
        if model.features.pipeline != nil {
            return try replay(model.transactions(batch), rows: Array(rows), threads: threads)
        }
        return ReplayedRows(
            rows: Array(rows), ids: model.idColumn(of: batch.schema).map { batch.columns[$0.index] }, times: nil,
            features: try features(batch, threads: threads), unscored: [])
    }

    /// The same of transactions for features from a pipeline.
    mutating func replay(_ transactions: TransactionColumns, rows: [Int64], threads: Int) throws -> ReplayedRows {
        ReplayedRows(
            rows: rows, ids: .int64(transactions.transactionID), times: transactions.dateTime,
            features: try features(transactions, threads: threads),
            unscored: transactions.amount.indices.filter { !transactions.amount[$0].isFinite })
    }

    /// The features of a table's rows, which then belong to the history.
    public mutating func features(_ batch: RecordBatch, threads: Int = 1) throws -> FeatureMatrix {
        let (model, choice) = (model, choice)
        var use = history
        if let planned = try plan?.features(batch, model, choice, &use, threads: threads) {
            history = use
            return planned
        }
        guard case .columns(let names) = model.features else {
            return try features(model.transactions(batch), threads: threads)
        }
        return try FeatureMatrix(batch, features: names, keepingDoubles: model.classifier.takesDoubles)
    }

    private mutating func features(_ transactions: TransactionColumns, threads: Int) throws -> FeatureMatrix {
        guard let pipeline = model.features.pipeline else { preconditionFailure("the features are ready columns") }
        let bounds = pipeline.usesHistory ? transactions.bounds : nil
        if let bounds {
            if let last, bounds.lowerBound < last { isTableOrderKept = false }
            last = max(bounds.upperBound, last ?? bounds.upperBound)
        }
        var state = startingState(pipeline, firstTime: bounds?.lowerBound.dateTime)
        // The state is uniquely referenced here while it changes: a second reference would copy all of it.
        self.state = nil
        let columns = try pipeline.columns(transactions, state: &state, threads: threads)
        self.state = state
        return try FeatureMatrix(names: pipeline.names, columns: columns)
    }

    private mutating func startingState(_ pipeline: FeaturePipeline, firstTime: Int64?) -> FeatureState {
        if let state { return state }
        if pipeline.usesHistory, choice != .empty, let saved = model.state {
            let end = choice == .saved ? saved.newestDateTime : firstTime.flatMap { saved.end(before: $0) }
            if let end {
                history = .saved(through: end)
                return saved
            }
        }
        if pipeline.usesHistory, firstTime != nil { history = .empty }
        return pipeline.makeState()
    }
}

extension FraudModel {
    /// Scores one table; see ``BatchScorer``. Blocks the calling thread; in a task, use the `async` variant.
    public func score(
        _ batch: RecordBatch, history: HistoryChoice = .automatic, threads: Int = 1
    ) throws -> BatchScores {
        var scorer = try BatchScorer(self, history: history)
        return try scorer.score(batch, threads: threads)
    }

    /// Scores one table on a thread of its own and at most `threads - 1` others; see ``BatchScorer``.
    /// - Throws: as the variant that blocks; `CancellationError` if the task is cancelled.
    public func score(
        _ batch: RecordBatch, history: HistoryChoice = .automatic, threads: Int = 1
    ) async throws -> BatchScores {
        var scorer = try BatchScorer(self, history: history)
        return try await scorer.score(batch, threads: threads)
    }
}
