import Features
import ModelKit
import Parallelism

/// The part of an ``OnlineScorer`` for models whose features a plan declares, over the columns of a schema.
///
/// Features are computed and the history updated under a lock, some microseconds per transaction; the classifier runs outside of
/// it.
final class RecordScorer: Sendable {
    /// A model with what is derived from it once; a class, so that sharing it copies one reference.
    private final class Loaded: Sendable {
        /// Without the history saved with it: the scorer has its own.
        let model: FraudModel
        let engine: FeatureEngine
        let columns: ScoredColumns
        /// nil unless digests are wanted.
        let digester: FeatureDigester?

        init(_ model: FraudModel, _ engine: FeatureEngine, digests: Bool) {
            var model = model
            model.history = nil
            self.model = model
            self.engine = engine
            columns = ScoredColumns(engine.schema)
            digester = digests ? FeatureDigester(engine.names) : nil
        }

        func score(_ record: TransactionRecord, _ probability: Double, _ digest: FeatureDigest?) -> RecordScore {
            let probability = columns.canScore(record) ? probability : .nan
            return RecordScore(
                id: columns.id(of: record), probability: probability, prediction: model.prediction(probability),
                featureDigest: digest)
        }
    }

    private struct Current: Sendable {
        var loaded: Loaded
        var history: FeatureHistory
        var ledger: RecordLabelLedger
        /// The newest transaction's time when the last label came, by itself or with its transaction, or when the history began.
        var labelledUntil: Int64?

        init(_ loaded: Loaded, _ history: FeatureHistory) {
            self.loaded = loaded
            self.history = history
            ledger = RecordLabelLedger(loaded.engine.schema, historyEnd: history.newestTime)
            labelledUntil = history.watermarkTime
        }

        mutating func record(_ record: TransactionRecord) throws(FeatureEngineError) {
            guard loaded.engine.usesHistory, loaded.columns.canScore(record) else { return }
            try loaded.engine.record(record, in: &history)
            try ledger.didRecord(record, loaded.engine, &history)
            if labelledUntil == nil || ledger.label(of: record) != nil { labelledUntil = history.watermarkTime }
        }

        /// The features of a transaction, which then belongs to the history if it is to be recorded.
        mutating func compute(
            _ record: TransactionRecord, _ recording: Bool, into row: UnsafeMutableBufferPointer<Float>
        ) throws(FeatureEngineError) {
            try loaded.engine.compute(record, history: history, into: row)
            if recording { try self.record(record) }
        }
    }

    /// What the transactions are, of this and all later models.
    let schema: TransactionSchema
    private let current: Lock<Current>
    private let digests: Bool

    init(
        _ model: FraudModel, _ engine: FeatureEngine, history: FeatureHistory?, digests: Bool
    ) throws(ScoringError) {
        schema = engine.schema
        self.digests = digests
        let start = history ?? model.history ?? engine.makeHistory()
        do {
            try engine.requireHistory(start)
        } catch {
            throw .unusablePlan(error)
        }
        current = Lock(Current(Loaded(model, engine, digests: digests), start))
    }

    var model: FraudModel { current.withLock { $0.loaded.model } }

    var history: FeatureHistory { current.withLock { $0.history } }

    func replaceModel(with model: FraudModel, _ engine: FeatureEngine) throws(ScoringError) -> Bool {
        guard engine.schema == schema else { throw .otherTransactions(expected: schema, actual: engine.schema) }
        let loaded = Loaded(model, engine, digests: digests)
        return current.withLock { current in
            do {
                try engine.requireHistory(current.history)
                current.loaded = loaded
                return true
            } catch {
                current = Current(loaded, model.history ?? engine.makeHistory())
                return false
            }
        }
    }

    func score(_ record: TransactionRecord, recording: Bool) throws(FeatureEngineError) -> RecordScore {
        while true {
            let featureCount = current.withLock { $0.loaded.engine.count }
            let result = withUnsafeTemporaryAllocation(of: Float.self, capacity: featureCount) { row in
                Result { () throws(FeatureEngineError) in try score(record, recording, row) }
            }
            if let score = try result.get() { return score }
        }
    }

    /// - Returns: nil when the model has been replaced by one with another number of features.
    private func score(
        _ record: TransactionRecord, _ recording: Bool, _ row: UnsafeMutableBufferPointer<Float>
    ) throws(FeatureEngineError) -> RecordScore? {
        row.initialize(repeating: 0)
        let outcome = current.withLock { current in
            Result<Loaded?, FeatureEngineError> { () throws(FeatureEngineError) in
                guard current.loaded.engine.count == row.count else { return nil }
                try current.compute(record, recording, into: row)
                return current.loaded
            }
        }
        guard let loaded = try outcome.get() else { return nil }
        let features = UnsafeBufferPointer(row)
        return loaded.score(
            record, loaded.model.classifier.probability(row: features), loaded.digester?.digest(features))
    }

    func score(_ records: [TransactionRecord], recording: Bool, threads: Int) throws -> [RecordScore] {
        let (loaded, rows) = try current.withLock { current in
            let count = current.loaded.engine.count
            var rows = [Float](repeating: 0, count: records.count * count)
            try rows.withUnsafeMutableBufferPointer { rows in
                for (index, record) in records.enumerated() {
                    let row = UnsafeMutableBufferPointer(rebasing: rows[index * count..<(index + 1) * count])
                    try current.compute(record, recording, into: row)
                }
            }
            return (current.loaded, rows)
        }
        let matrix = try FeatureMatrix(rows: rows, rowCount: records.count, names: loaded.model.features.names)
        let probabilities = try loaded.model.classifier.probabilities(matrix, threads: threads)
        let digests = loaded.digester?.digests(matrix, threads: threads)
        return records.indices.map { loaded.score(records[$0], probabilities[$0], digests?[$0]) }
    }

    func record(_ record: TransactionRecord) throws(FeatureEngineError) {
        let result = current.withLock { current in
            Result { () throws(FeatureEngineError) in try current.record(record) }
        }
        try result.get()
    }

    func applyLabel(_ record: TransactionRecord) throws(FeatureEngineError) -> LabelOutcome {
        let result = current.withLock { current in
            Result { () throws(FeatureEngineError) in
                let engine = current.loaded.engine
                let outcome = try current.ledger.apply(record, engine, &current.history)
                if outcome == .applied || outcome == .unchanged {
                    current.labelledUntil = current.history.watermarkTime
                }
                return outcome
            }
        }
        return try result.get()
    }

    var labelSilence: LabelSilence? {
        current.withLock { current in
            guard let delay = current.loaded.engine.labelDelay, let newest = current.history.watermarkTime,
                let labelled = current.labelledUntil
            else { return nil }
            return LabelSilence(
                duration: max(.zero, .microseconds(newest) - .microseconds(labelled)), limit: delay)
        }
    }
}

/// The columns of a schema that scoring itself looks at.
private struct ScoredColumns: Sendable {
    private let id: Int?
    private let amount: Int?

    init(_ schema: TransactionSchema) {
        id = schema.columns.firstIndex { $0.role == .id }
        amount = schema.columns.firstIndex { $0.role == .amount }
    }

    func id(of record: TransactionRecord) -> TransactionValue {
        id.flatMap { $0 < record.values.count ? record.values[$0] : nil } ?? .null
    }

    /// Whether there is an amount, where the schema has one.
    func canScore(_ record: TransactionRecord) -> Bool {
        guard let amount, amount < record.values.count else { return true }
        return switch record.values[amount] {
        case .number(let number): number.isFinite
        case .null: false
        case .integer, .boolean, .text, .time: true
        }
    }
}
