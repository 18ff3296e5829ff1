public import Features

/// Scores transactions as they arrive, and keeps them as the history of later ones.
///
/// What a transaction is follows from the model. One with a pipeline's features scores `Transaction`s, which have the
/// Handbook's columns. One with a plan scores `TransactionRecord`s of its schema, ``schema``. A later model has to be of the
/// same kind, and a plan's of the same schema.
///
/// A transaction whose amount is missing or not a finite number gets NaN for its probability, and is not added to the history.
///
/// Safe to use from any thread. Features are computed and the history updated under a lock; the classifier runs outside of it.
public final class OnlineScorer: Sendable {
    private enum Scorer: Sendable {
        case transactions(TransactionScorer)
        case records(RecordScorer)
    }

    private let scorer: Scorer

    /// Checks that single transactions can be scored with a model, without creating a scorer.
    /// - Throws: ``ScoringError/notInTransaction(columns:)``.
    public static func check(_ model: FraudModel) throws(ScoringError) {
        if model.engine == nil { _ = try TransactionFeatures(model.features) }
    }

    /// - Parameters:
    ///   - state: The history to start from, for a pipeline's features; without one, the model's saved one, or none.
    ///   - history: The same for a plan's features.
    ///   - digests: Whether scores come with digests of the features, to verify them later.
    /// - Throws: ``ScoringError`` when the model's features are columns that a transaction does not have, or the history was kept
    ///   for other features.
    public init(
        _ model: FraudModel, state: FeatureState? = nil, history: FeatureHistory? = nil, digests: Bool = false
    ) throws(ScoringError) {
        scorer =
            if let engine = model.engine {
                .records(try RecordScorer(model, engine, history: history, digests: digests))
            } else {
                .transactions(try TransactionScorer(model, state: state, digests: digests))
            }
    }

    /// The model in use, without the history that was saved with it; ``state`` or ``history`` is the current one.
    public var model: FraudModel {
        switch scorer {
        case .transactions(let scorer): scorer.model
        case .records(let scorer): scorer.model
        }
    }

    /// What the transactions are, for a model with a plan; nil for one that scores the Handbook's columns.
    public var schema: TransactionSchema? {
        switch scorer {
        case .transactions: nil
        case .records(let scorer): scorer.schema
        }
    }

    /// A pipeline's history up to now, for saving; nil for a model with a plan. The scorer's next recording after this copies
    /// what it still shares.
    public var state: FeatureState? {
        switch scorer {
        case .transactions(let scorer): scorer.state
        case .records: nil
        }
    }

    /// A plan's history up to now, for saving; nil for a model with a pipeline. The scorer's next recording after this copies
    /// what it still shares.
    public var history: FeatureHistory? {
        switch scorer {
        case .transactions: nil
        case .records(let scorer): scorer.history
        }
    }

    /// Continues with another model.
    ///
    /// The history stays when it suits the new model; else it is replaced by the new model's saved one, or an empty
    /// one.
    /// - Returns: whether the history stayed.
    /// - Throws: ``ScoringError/notInTransaction(columns:)``, or ``ScoringError/otherTransactions(expected:actual:)`` for a model that
    ///   scores other transactions; the earlier model then stays.
    @discardableResult
    public func replaceModel(with model: FraudModel) throws(ScoringError) -> Bool {
        switch (scorer, model.engine) {
        case (.transactions(let scorer), nil): return try scorer.replaceModel(with: model)
        case (.records(let scorer), let engine?): return try scorer.replaceModel(with: model, engine)
        case (.transactions, let engine?):
            throw .otherTransactions(expected: .handbook, actual: engine.schema)
        case (.records(let scorer), nil):
            throw .otherTransactions(expected: scorer.schema, actual: .handbook)
        }
    }

    // MARK: The Handbook's columns

    /// Scores a transaction against the history.
    /// - Parameter recording: whether it then belongs to the history.
    /// - Throws: ``ScoringError/otherTransactions(expected:actual:)`` for a model with a plan.
    public func score(_ transaction: Transaction, recording: Bool = true) throws(ScoringError) -> TransactionScore {
        try transactionScorer.score(transaction, recording: recording)
    }

    /// Scores transactions in their order, each against the history and, when recording, those before it.
    /// - Parameters:
    ///   - recording: whether they then belong to the history.
    ///   - threads: the number of threads that the classifier may use.
    /// - Returns: one score per transaction, in their order.
    /// - Throws: ``ScoringError/otherTransactions(expected:actual:)`` for a model with a plan.
    public func score(
        _ transactions: [Transaction], recording: Bool = true, threads: Int = 1
    ) throws -> [TransactionScore] {
        try transactionScorer.score(transactions, recording: recording, threads: threads)
    }

    /// Adds a transaction to the history without scoring it.
    /// - Throws: ``ScoringError/otherTransactions(expected:actual:)`` for a model with a plan.
    public func record(_ transaction: Transaction) throws(ScoringError) { try transactionScorer.record(transaction) }

    /// Applies what became known about a transaction: late, in any order, any number of times.
    ///
    /// A label that arrives before its transaction waits for it, and one that differs from an earlier one replaces it.
    /// The same label again changes nothing, also where a terminal has several transactions in one microsecond. Labels
    /// of single transactions are kept as long as the scorer; a history from a saved state has only the number of
    /// frauds in each microsecond.
    /// - Returns: what the label changed.
    /// - Throws: ``ScoringError/otherTransactions(expected:actual:)`` for a model with a plan.
    public func applyLabel(_ label: TransactionLabel) throws(ScoringError) -> LabelOutcome {
        try transactionScorer.applyLabel(label)
    }

    /// Sets the label of a recorded transaction by its terminal and time alone, see
    /// `FeatureState.recordLabel(isFraud:terminalID:dateTime:)`; ``applyLabel(_:)-(TransactionLabel)`` identifies transactions by
    /// their ids.
    /// - Returns: whether the transaction is still in the history.
    /// - Throws: ``ScoringError/otherTransactions(expected:actual:)`` for a model with a plan.
    @discardableResult
    public func recordLabel(isFraud: Bool, terminalID: Int64, dateTime: Int64) throws(ScoringError) -> Bool {
        try transactionScorer.recordLabel(isFraud: isFraud, terminalID: terminalID, dateTime: dateTime)
    }

    // MARK: The columns of a schema

    /// Scores a transaction of the model's schema against the history.
    /// - Parameter recording: whether it then belongs to the history.
    /// - Throws: ``ScoringError/otherTransactions(expected:actual:)`` for a model without a plan; `FeatureEngineError` for a
    ///   transaction that does not fit the schema.
    public func score(_ record: TransactionRecord, recording: Bool = true) throws -> RecordScore {
        try recordScorer.score(record, recording: recording)
    }

    /// Scores transactions of the model's schema in their order, each against the history and, when recording, those before it.
    /// - Parameters:
    ///   - recording: whether they then belong to the history.
    ///   - threads: the number of threads that the classifier may use.
    /// - Returns: one score per transaction, in their order.
    /// - Throws: as ``score(_:recording:)-(TransactionRecord,_)`` does; the transactions before the one that does not fit then belong to
    ///   the history.
    public func score(
        _ records: [TransactionRecord], recording: Bool = true, threads: Int = 1
    ) throws -> [RecordScore] {
        try recordScorer.score(records, recording: recording, threads: threads)
    }

    /// Adds a transaction of the model's schema to the history without scoring it.
    /// - Throws: as ``score(_:recording:)-(TransactionRecord,_)`` does.
    public func record(_ record: TransactionRecord) throws { try recordScorer.record(record) }

    /// Applies the label that a transaction carries, as ``applyLabel(_:)-(TransactionLabel)`` does.
    ///
    /// It is found in the history by its time and keys: those, its id, the label, a column that tells when the label became known,
    /// and the columns by which features with labels choose transactions are needed; others may be null. Without an id in the schema
    /// a transaction is identified by its keys and time.
    /// - Returns: what the label changed.
    /// - Throws: as ``score(_:recording:)-(TransactionRecord,_)`` does.
    public func applyLabel(_ record: TransactionRecord) throws -> LabelOutcome { try recordScorer.applyLabel(record) }

    /// How long labels have been missing; nil for a model that uses no labels, and before the first transaction.
    public var labelSilence: LabelSilence? {
        switch scorer {
        case .transactions(let scorer): scorer.labelSilence
        case .records(let scorer): scorer.labelSilence
        }
    }

    private var transactionScorer: TransactionScorer {
        get throws(ScoringError) {
            switch scorer {
            case .transactions(let scorer): return scorer
            case .records(let scorer):
                throw .otherTransactions(expected: scorer.schema, actual: .handbook)
            }
        }
    }

    private var recordScorer: RecordScorer {
        get throws(ScoringError) {
            switch scorer {
            case .records(let scorer): return scorer
            case .transactions:
                throw .recordsNotScored
            }
        }
    }
}
