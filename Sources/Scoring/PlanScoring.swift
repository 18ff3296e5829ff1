import Columnar
import Features
import ModelKit

/// Computes the features of tables by a plan, each against the history of the earlier ones.
struct PlanScoring: Sendable {
    private let engine: FeatureEngine
    /// Tables of a data set have the same columns, mostly.
    private var reader: SchemaReader?
    private var history: FeatureHistory?
    /// The last row in the order of time.
    private var last: RecordKey?
    private(set) var isInTimeOrder = true

    init(_ engine: FeatureEngine) { self.engine = engine }

    /// A table's columns as the schema has them.
    mutating func canonical(_ batch: RecordBatch, threads: Int) throws -> RecordBatch {
        let reader: SchemaReader
        if let known = self.reader, known.table == batch.schema {
            reader = known
        } else {
            reader = try SchemaReader(engine.schema, table: batch.schema)
            self.reader = reader
        }
        return try reader.require(batch, roles: [.time], threads: threads)
    }

    /// The features of a table's rows, which then belong to the history.
    /// - Parameter use: Set when the history begins.
    mutating func features(
        _ batch: RecordBatch, _ model: FraudModel, _ choice: HistoryChoice, _ use: inout HistoryUse?, threads: Int
    ) throws -> FeatureMatrix {
        try features(canonical: canonical(batch, threads: threads), model, choice, &use, threads: threads)
    }

    /// The scores of a table's rows, which then belong to the history.
    mutating func scores(
        _ batch: RecordBatch, _ model: FraudModel, _ choice: HistoryChoice, _ use: inout HistoryUse?,
        _ digester: FeatureDigester?, threads: Int
    ) throws -> ScoredRows {
        try scores(canonical: canonical(batch, threads: threads), model, choice, &use, digester, threads: threads)
    }

    /// The scores of the rows of a table of the schema's columns, which then belong to the history.
    mutating func scores(
        canonical: RecordBatch, _ model: FraudModel, _ choice: HistoryChoice, _ use: inout HistoryUse?,
        _ digester: FeatureDigester?, threads: Int
    ) throws -> ScoredRows {
        let matrix = try features(canonical: canonical, model, choice, &use, threads: threads)
        var scores = try ScoredRows(matrix, model.classifier, digester, threads: threads)
        for row in unscored(canonical) { scores.probabilities[row] = .nan }
        return scores
    }

    private mutating func features(
        canonical: RecordBatch, _ model: FraudModel, _ choice: HistoryChoice, _ use: inout HistoryUse?, threads: Int
    ) throws -> FeatureMatrix {
        let bounds = engine.usesHistory ? RecordKey.bounds(of: canonical, schema: engine.schema) : nil
        if let bounds {
            if let last, bounds.first < last { isInTimeOrder = false }
            last = max(bounds.last, last ?? bounds.last)
        }
        var history = self.history ?? start(model, choice, bounds?.first.time, &use)
        // The history is uniquely referenced here while it changes: a second reference would copy all of it.
        self.history = nil
        defer { self.history = history }
        let columns = try engine.columns(canonical, history: &history, threads: threads)
        return try FeatureMatrix(names: engine.names, columns: columns)
    }

    /// The features of a table's rows, which then belong to the history, and what the rows are.
    /// - Parameter rows: The numbers of the rows.
    mutating func replay(
        _ batch: RecordBatch, _ model: FraudModel, _ choice: HistoryChoice, _ use: inout HistoryUse?, rows: [Int64],
        threads: Int
    ) throws -> ReplayedRows {
        try replay(canonical: canonical(batch, threads: threads), model, choice, &use, rows: rows, threads: threads)
    }

    /// The same of a table of the schema's columns.
    mutating func replay(
        canonical: RecordBatch, _ model: FraudModel, _ choice: HistoryChoice, _ use: inout HistoryUse?, rows: [Int64],
        threads: Int
    ) throws -> ReplayedRows {
        let columns = engine.schema.columns
        return ReplayedRows(
            rows: rows, ids: columns.firstIndex { $0.role == .id }.map { canonical.columns[$0] },
            times: try columns.firstIndex { $0.role == .time }.map { try canonical.columns[$0].int64Values() },
            features: try features(canonical: canonical, model, choice, &use, threads: threads),
            unscored: unscored(canonical))
    }

    /// The history to begin with.
    private func start(
        _ model: FraudModel, _ choice: HistoryChoice, _ firstTime: Int64?, _ use: inout HistoryUse?
    ) -> FeatureHistory {
        guard engine.usesHistory else { return engine.makeHistory() }
        if choice != .empty, let saved = model.history {
            let end = choice == .saved ? saved.newestTime : firstTime.flatMap { saved.end(before: $0) }
            if let end {
                use = .saved(through: end)
                return saved
            }
        }
        if firstTime != nil { use = .empty }
        return engine.makeHistory()
    }

    /// The rows without an amount, where the schema has one: they get no score.
    private func unscored(_ canonical: RecordBatch) -> [Int] {
        guard let index = engine.schema.columns.firstIndex(where: { $0.role == .amount }) else { return [] }
        let column = canonical.columns[index]
        guard case .float64(let values) = column.storage else {
            return (0..<column.count).filter(column.isNull)
        }
        return values.indices.filter { column.isNull($0) || !values[$0].isFinite }
    }
}

extension RecordKey {
    /// The first and the last row of a canonical table in the order of time; nil without rows or times.
    fileprivate static func bounds(of batch: RecordBatch, schema: TransactionSchema) -> (
        first: RecordKey, last: RecordKey
    )? {
        guard let position = schema.columns.firstIndex(where: { $0.role == .time }),
            case .int64(let times) = batch.columns[position].storage, let earliest = times.min(),
            let latest = times.max()
        else { return nil }
        let ids = schema.columns.firstIndex { $0.role == .id }.map { batch.columns[$0] }
        func keys(_ time: Int64) -> [RecordID] {
            times.indices.filter { times[$0] == time }.map { RecordID(ids, row: $0) }
        }
        return (
            RecordKey(time: earliest, id: keys(earliest).min() ?? .none),
            RecordKey(time: latest, id: keys(latest).max() ?? .none)
        )
    }
}
