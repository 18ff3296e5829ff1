import Features
import ModelKit
import Parallelism

/// The part of an ``OnlineScorer`` for models whose features come from the Handbook's columns.
///
/// Features are computed and the history updated under a lock, about a microsecond per transaction; the classifier runs
/// outside of it.
final class TransactionScorer: Sendable {
    /// A model with what is derived from it once; a class, so that sharing it copies one reference.
    private final class Loaded: Sendable {
        /// Without the history saved with it: the scorer has its own, and a second reference would cause a copy at the
        /// first recording.
        let model: FraudModel
        let features: TransactionFeatures
        let takesDoubles: Bool
        /// nil unless digests are wanted.
        let digester: FeatureDigester?

        init(_ model: FraudModel, digests: Bool) throws(ScoringError) {
            var model = model
            model.state = nil
            self.model = model
            features = try TransactionFeatures(model.features)
            takesDoubles = features.areOwnNumbers && model.classifier.takesDoubles
            digester = digests ? FeatureDigester(model.features.names) : nil
        }

        /// - Parameter row: the transaction's features in 32 bits.
        func probability(_ transaction: Transaction, _ row: UnsafeBufferPointer<Float>) -> Double {
            guard takesDoubles else { return model.classifier.probability(row: row) }
            return withUnsafeTemporaryAllocation(of: Double.self, capacity: features.count) { row in
                row.initialize(repeating: 0)
                features.compute(transaction, into: row)
                return model.classifier.probability(row: UnsafeBufferPointer(row))
            }
        }
    }

    private struct Current: Sendable {
        var loaded: Loaded
        var state: FeatureState
        var ledger = LabelLedger()
        /// The newest transaction's time when the last label came, by itself or with its transaction, or when the history began.
        var labelledUntil: Int64?

        init(loaded: Loaded, state: FeatureState) {
            self.loaded = loaded
            self.state = state
            labelledUntil = state.watermarkDateTime
        }

        mutating func record(_ transaction: Transaction) {
            guard loaded.features.usesHistory, transaction.amount.isFinite else { return }
            state.record(transaction)
            ledger.didRecord(transaction, in: &state)
            if labelledUntil == nil || transaction.fraud != nil { labelledUntil = state.watermarkDateTime }
        }
    }

    private let current: Lock<Current>
    private let digests: Bool

    /// - Parameters:
    ///   - state: the history to start from; without one, the model's saved one, or none.
    ///   - digests: whether scores come with digests of the features.
    /// - Throws: ``ScoringError`` when the model's features are columns that a transaction does not have, or the state was kept
    ///   for other windows.
    init(_ model: FraudModel, state: FeatureState?, digests: Bool) throws(ScoringError) {
        let loaded = try Loaded(model, digests: digests)
        let windows = model.features.pipeline?.windows
        if let state, let windows, state.windows != windows {
            throw .stateMismatch(expected: windows, actual: state.windows)
        }
        let start = state ?? model.state ?? FeatureState(windows: windows ?? .handbook)
        current = Lock(Current(loaded: loaded, state: start))
        self.digests = digests
    }

    /// The model in use, without the history that was saved with it; ``state`` is the current one.
    var model: FraudModel { current.withLock { $0.loaded.model } }

    /// The history up to now, for saving. The scorer's next recording after this copies what it still shares.
    var state: FeatureState { current.withLock { $0.state } }

    /// Continues with another model.
    ///
    /// The history stays when it suits the new model; else it is replaced by the new model's saved one, or an empty
    /// one.
    /// - Returns: whether the history stayed.
    /// - Throws: ``ScoringError/notInTransaction(columns:)``; the earlier model then stays.
    func replaceModel(with model: FraudModel) throws(ScoringError) -> Bool {
        let loaded = try Loaded(model, digests: digests)
        return current.withLock { current in
            current.loaded = loaded
            guard let windows = model.features.pipeline?.windows, windows != current.state.windows else { return true }
            current = Current(loaded: loaded, state: model.state ?? FeatureState(windows: windows))
            return false
        }
    }

    /// Scores a transaction against the history.
    /// - Parameter recording: whether it then belongs to the history.
    func score(_ transaction: Transaction, recording: Bool) -> TransactionScore {
        while true {
            let featureCount = current.withLock { $0.loaded.features.count }
            let score = withUnsafeTemporaryAllocation(of: Float.self, capacity: featureCount) { row in
                self.score(transaction, recording, row)
            }
            if let score { return score }
        }
    }

    /// - Returns: nil when the model has been replaced by one with another number of features.
    private func score(
        _ transaction: Transaction, _ recording: Bool, _ row: UnsafeMutableBufferPointer<Float>
    ) -> TransactionScore? {
        row.initialize(repeating: 0)
        let loaded = current.withLock { current -> Loaded? in
            guard current.loaded.features.count == row.count else { return nil }
            current.loaded.features.compute(transaction, state: current.state, into: row)
            if recording { current.record(transaction) }
            return current.loaded
        }
        guard let loaded else { return nil }
        let probability =
            loaded.features.canScore(transaction) ? loaded.probability(transaction, UnsafeBufferPointer(row)) : .nan
        return TransactionScore(
            transactionID: transaction.transactionID, probability: probability,
            prediction: loaded.model.prediction(probability),
            featureDigest: loaded.digester?.digest(UnsafeBufferPointer(row)))
    }

    /// Scores transactions in their order, each against the history and, when recording, those before it.
    /// - Parameters:
    ///   - recording: whether they then belong to the history.
    ///   - threads: the number of threads that the classifier may use.
    /// - Returns: one score per transaction, in their order.
    func score(
        _ transactions: [Transaction], recording: Bool, threads: Int
    ) throws -> [TransactionScore] {
        let (loaded, rows) = current.withLock { current in
            (current.loaded, TransactionScorer.rows(transactions, recording, &current))
        }
        let names = loaded.model.features.names
        let matrix =
            loaded.takesDoubles
            ? try loaded.features.matrix(transactions, names: names)
            : try FeatureMatrix(rows: rows, rowCount: transactions.count, names: names)
        let probabilities = try loaded.model.classifier.probabilities(matrix, threads: threads)
        let digests = loaded.digester?.digests(matrix, threads: threads)
        return transactions.indices.map { index in
            let transaction = transactions[index]
            let probability = loaded.features.canScore(transaction) ? probabilities[index] : .nan
            return TransactionScore(
                transactionID: transaction.transactionID, probability: probability,
                prediction: loaded.model.prediction(probability), featureDigest: digests?[index])
        }
    }

    private static func rows(_ transactions: [Transaction], _ recording: Bool, _ current: inout Current) -> [Float] {
        let features = current.loaded.features
        var rows = [Float](repeating: 0, count: transactions.count * features.count)
        rows.withUnsafeMutableBufferPointer { rows in
            for (index, transaction) in transactions.enumerated() {
                let row = rows[index * features.count..<(index + 1) * features.count]
                features.compute(transaction, state: current.state, into: UnsafeMutableBufferPointer(rebasing: row))
                if recording { current.record(transaction) }
            }
        }
        return rows
    }

    /// Adds a transaction to the history without scoring it.
    func record(_ transaction: Transaction) {
        current.withLock { $0.record(transaction) }
    }

    /// Applies what became known about a transaction: late, in any order, any number of times.
    ///
    /// A label that arrives before its transaction waits for it, and one that differs from an earlier one replaces it.
    /// The same label again changes nothing, also where a terminal has several transactions in one microsecond. Labels
    /// of single transactions are kept as long as the scorer; a history from a saved state has only the number of
    /// frauds in each microsecond.
    /// - Returns: what the label changed.
    func applyLabel(_ label: TransactionLabel) -> LabelOutcome {
        current.withLock { current in
            guard current.loaded.features.usesHistory else { return .unknown }
            let outcome = current.ledger.apply(label, to: &current.state)
            if outcome == .applied || outcome == .unchanged { current.labelledUntil = current.state.watermarkDateTime }
            return outcome
        }
    }

    /// How long labels have been missing; nil for a model that uses no history, and before the first transaction.
    var labelSilence: LabelSilence? {
        current.withLock { current in
            guard current.loaded.features.usesHistory, let newest = current.state.watermarkDateTime,
                let labelled = current.labelledUntil
            else { return nil }
            return LabelSilence(
                duration: max(.zero, .microseconds(newest) - .microseconds(labelled)),
                limit: .seconds(86_400) * current.state.windows.delayDays)
        }
    }

    /// Sets the label of a recorded transaction by its terminal and time alone, see
    /// `FeatureState.recordLabel(isFraud:terminalID:dateTime:)`; ``applyLabel(_:)`` identifies transactions by their
    /// ids.
    /// - Returns: whether the transaction is still in the history.
    @discardableResult
    func recordLabel(isFraud: Bool, terminalID: Int64, dateTime: Int64) -> Bool {
        current.withLock { $0.state.recordLabel(isFraud: isFraud, terminalID: terminalID, dateTime: dateTime) }
    }
}
