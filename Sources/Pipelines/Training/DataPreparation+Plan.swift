import Columnar
import Features
import ModelKit
import Scoring

extension DataPreparation {
    /// Splits the transactions of a schema by time, or at random where they have none, and computes a plan's features of both
    /// parts over one history.
    static func planned(
        _ table: RecordBatch, _ plan: FeaturePlan, _ schema: TransactionSchema, _ request: TrainingRequest
    ) throws -> PreparedData {
        let schema = schema.restricted(to: plan)
        let rows = try PlannedRows(table, schema, threads: request.threads)
        let (before, after) = try split(rows, request)
        let times = TransactionTimes.range(rows.times, before)
        try check(before.map { rows.labels[$0] }, times, request)

        let isWhole = before.count == rows.labels.count
        let trainingTable = isWhole ? rows.table : rows.table.take(before)
        var fitted = plan
        if plan.needsFitting {
            var counter = CategoryCounter(for: plan)
            try counter.add(trainingTable)
            fitted = plan.fitted(with: counter)
        }
        let engine = try FeatureEngine(fitted, schema: schema, custom: request.custom)
        var history = engine.makeHistory()
        func prepared(_ part: RecordBatch, _ positions: [Int]) throws -> PreparedRows {
            let columns = try engine.columns(part, history: &history, threads: request.threads)
            return PreparedRows(
                features: try FeatureMatrix(names: engine.names, columns: columns),
                labels: positions.map { rows.labels[$0] }, cards: rows.cards(positions))
        }
        let training = try prepared(trainingTable, before)
        let afterTraining = engine.usesHistory ? history : nil
        let test = try after.map { try prepared(rows.table.take($0), $0) }
        return PreparedData(
            definition: .plan(fitted, schema: schema), training: training, test: test, history: afterTraining,
            trainedTimes: times)
    }

    private static func split(_ rows: PlannedRows, _ request: TrainingRequest) throws -> (before: [Int], after: [Int]?)
    {
        let all = Array(rows.labels.indices)
        switch (request.testRows, rows.times) {
        case (.none, _): return (all, nil)
        case (.fromDay(let day), let times?):
            let days = TransactionTimes.days(times)
            let first = days.min() ?? 0
            return try split(days.map { $0 &- first }, at: day, times, request)
        case (.share(let share), let times?):
            let days = TransactionTimes.days(times)
            return try split(days, at: lastDays(share, of: days), times, request)
        case (.share(let share), nil):
            let split = try RowSplit.random(
                rowCount: all.count, trainShare: 1 - share, seed: request.seed, stratifiedBy: rows.labels)
            return (split.train, split.test)
        case (.fromDay, nil):
            throw PipelineError.contradictorySettings("the schema has no time, so that rows have no days to split at")
        }
    }
}

/// The transactions of a schema that a model is trained on.
private struct PlannedRows {
    /// In the schema's columns.
    let table: RecordBatch
    let labels: [UInt8]
    /// Microseconds since 1970-01-01T00:00:00; nil where the schema has no time.
    let times: [Int64]?
    /// Numbers of the first key's values; nil without a key.
    private let keys: [Int64]?

    /// - Throws: `SchemaError` for columns that are missing; `TransactionError` for a value that is missing or invalid.
    init(_ source: RecordBatch, _ schema: TransactionSchema, threads: Int) throws {
        guard let label = schema.column(.label) else {
            throw PipelineError.contradictorySettings(
                "the schema has no column with the role label, and training needs one")
        }
        let reader = try SchemaReader(schema, table: source.schema, optional: [.knownAt, .ignored])
        let table = try reader.require(source, roles: [.time, .label], threads: threads)
        self.table = table
        let frauds = LabelValues(label)?.frauds(in: try table.column(label.name))
        labels = (0..<table.rowCount).map { frauds?[$0] == true ? 1 : 0 }
        times = try schema.column(.time).map { try table.column($0.name).int64Values() }
        keys = try schema.keys.first.map { try Self.numbers(try table.column($0.name)) }
    }

    func cards(_ rows: [Int]) -> CardDays? {
        guard let keys, let times else { return nil }
        return CardDays(cards: rows.map { keys[$0] }, days: TransactionTimes.days(rows.map { times[$0] }))
    }

    /// Integers as they are, texts by their order of appearance from 1; 0 where there is none.
    private static func numbers(_ column: Column) throws -> [Int64] {
        guard case .bytes(let texts) = column.storage else {
            let values = try column.int64Values()
            return values.indices.map { column.isNull($0) ? 0 : values[$0] }
        }
        var numbers: [ArraySlice<UInt8>: Int64] = [:]
        return (0..<column.count).map { row in
            guard !column.isNull(row) else { return 0 }
            let next = Int64(numbers.count + 1)
            return numbers[texts[row]]
                ?? {
                    numbers[texts[row]] = next
                    return next
                }()
        }
    }
}
