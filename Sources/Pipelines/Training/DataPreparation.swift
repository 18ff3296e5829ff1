import Columnar
import Features
import ModelKit
import Parallelism
import Scoring
import StorageIO

/// Turns a table into rows for a learner.
enum DataPreparation {
    /// Splits a table and computes the features of both parts over one history.
    static func prepare(_ table: RecordBatch, _ request: TrainingRequest) throws -> PreparedData {
        guard table.rowCount > 0 else {
            throw PipelineError.unusableData(location: request.data, reason: "there are no rows")
        }
        return try PipelineError.naming(request.data) {
            switch request.features {
            case .columns(let names, let label): try columns(table, names, label, request)
            case .transactions(let set, let label):
                try transactions(try labelled(table, label), FeaturePipeline(set), request)
            case .plan(let plan, let schema): try planned(table, plan, schema, request)
            }
        }
    }

    private static func columns(
        _ table: RecordBatch, _ names: [String], _ label: String, _ request: TrainingRequest
    ) throws -> PreparedData {
        let all = PreparedRows(
            features: try FeatureMatrix(table, features: names, keepingDoubles: false),
            labels: try labels(table, label, request.data))
        let times = try TransactionTimes.times(table)
        let training: [Int], test: [Int]?
        switch request.testRows {
        case .none:
            (training, test) = (Array(0..<all.count), nil)
        case .fromDay(let day):
            let days = try TransactionColumns.timeDays(table)
            (training, test) = try split(days, at: day, times, request)
        case .share(let share):
            let split = try RowSplit.random(
                rowCount: all.count, trainShare: 1 - share, seed: request.seed, stratifiedBy: all.labels)
            (training, test) = (split.train, split.test)
        }
        let trainedTimes = TransactionTimes.range(times, training)
        try check(training.map { all.labels[$0] }, trainedTimes, request)
        return PreparedData(
            definition: .columns(names), training: test == nil ? all : all.take(training),
            test: test.map { all.take($0) }, trainedTimes: trainedTimes)
    }

    private static func transactions(
        _ table: RecordBatch, _ pipeline: FeaturePipeline, _ request: TrainingRequest
    ) throws -> PreparedData {
        let all = try TransactionColumns(table)
        let labels = try all.labels()
        let days: [Int32], firstTestDay: Int32
        var state = pipeline.makeState()
        switch request.testRows {
        case .none:
            let times = TransactionTimes.range(all.dateTime, 0..<all.count)
            try check(labels, times, request)
            let training = try rows(table, pipeline, &state, request.threads)
            return PreparedData(
                definition: .pipeline(pipeline), training: training, state: kept(state, pipeline), trainedTimes: times)
        case .fromDay(let day): (days, firstTestDay) = (all.timeDays, day)
        case .share(let share):
            days = all.calendarDays
            firstTestDay = lastDays(share, of: days)
        }
        let (before, after) = try split(days, at: firstTestDay, all.dateTime, request)
        let times = TransactionTimes.range(all.dateTime, before)
        try check(before.map { labels[$0] }, times, request)
        let training = try rows(table.take(before), pipeline, &state, request.threads)
        let stateAfterTraining = kept(state, pipeline)
        let test = try rows(table.take(after), pipeline, &state, request.threads)
        return PreparedData(
            definition: .pipeline(pipeline), training: training, test: test, state: stateAfterTraining,
            trainedTimes: times)
    }

    static func check(_ labels: [UInt8], _ times: ClosedRange<Int64>?, _ request: TrainingRequest) throws {
        let wayOut =
            switch request.testRows {
            case .none: "give data with both"
            case .fromDay: "give a later --test-from-day"
            case .share: "give a smaller --test-share, or --test-from-day"
            }
        try ClassCheck(location: request.data, purpose: "to train on", wayOut: wayOut).require(labels, times: times)
    }

    /// The first of the last days that make up that share of the days that have rows: a stray date far from the others counts as
    /// one day, not as the years between.
    static func lastDays(_ share: Double, of days: [Int32]) -> Int32 {
        let distinct = Set(days).sorted()
        let position = Int((Double(distinct.count) * (1 - share)).rounded(.down))
        return distinct.isEmpty ? 0 : distinct[min(position, distinct.count - 1)]
    }

    /// The table with the labels where transactions have them.
    private static func labelled(_ table: RecordBatch, _ label: String?) throws -> RecordBatch {
        let name = label == TransactionColumn.fraud.name ? nil : label
        if let name {
            guard let index = table.schema.index(of: name) else {
                throw TransactionError.missingColumn(name: name, available: table.schema.names)
            }
            let column = table.columns[index]
            if column.validity != nil, let row = (0..<column.count).first(where: column.isNull) {
                throw TransactionError.missingValue(column: name, row: row)
            }
        }
        return try LabelColumn.applying(name, to: table)
    }

    private static func rows(
        _ table: RecordBatch, _ pipeline: FeaturePipeline, _ state: inout FeatureState, _ threads: Int
    ) throws -> PreparedRows {
        let transactions = try TransactionColumns(table)
        let columns = try pipeline.columns(transactions, state: &state, threads: threads)
        return PreparedRows(
            features: try FeatureMatrix(names: pipeline.names, columns: columns), labels: try transactions.labels(),
            transactions: transactions,
            cards: CardDays(cards: transactions.customerID, days: transactions.calendarDays))
    }

    private static func kept(_ state: FeatureState, _ pipeline: FeaturePipeline) -> FeatureState? {
        pipeline.usesHistory ? state : nil
    }

    static func split(
        _ days: [Int32], at day: Int32, _ times: [Int64]?, _ request: TrainingRequest
    ) throws -> (before: [Int], after: [Int]) {
        let before = days.indices.filter { days[$0] < day }, after = days.indices.filter { days[$0] >= day }
        guard !before.isEmpty, !after.isEmpty else {
            let dates = TransactionTimes.range(times, days.indices).map { ", \(TransactionTimes.text($0))" } ?? ""
            let wayOut =
                if case .fromDay = request.testRows { "give a --test-from-day among them" } else {
                    "give another --test-share, or --test-from-day"
                }
            throw PipelineError.unusableData(
                location: request.data,
                reason: "a split at day \(day) leaves \(before.count) rows to train and \(after.count) to test "
                    + "(days \(days.min() ?? 0) to \(days.max() ?? 0)\(dates)): \(wayOut)")
        }
        return (before, after)
    }

    /// - Parameter schema: Says which values mean a fraud, if the column is its label.
    static func labels(
        _ table: RecordBatch, _ name: String, _ location: String, schema: TransactionSchema? = nil
    ) throws -> [UInt8] {
        try PipelineError.naming(location) {
            if let column = schema?.column(.label), column.isNamed(name), let values = LabelValues(column) {
                let reader = try SchemaReader(
                    TransactionSchema(columns: [column], missingMarkers: schema?.missingMarkers ?? []),
                    table: table.schema, optional: [])
                let frauds = values.frauds(in: try reader.require(table, roles: [.label]).columns[0])
                return (0..<table.rowCount).map { frauds[$0] ? 1 : 0 }
            }
            let name = TransactionColumn.spelling(of: name, in: table.schema)
            let (values, validity) = try LabelColumn.values(try table.column(name), name: name)
            if let validity, let row = values.indices.first(where: { !validity[$0] }) {
                throw TransactionError.missingValue(column: name, row: row)
            }
            return values.map { UInt8(truncatingIfNeeded: $0) }
        }
    }
}

extension TransactionColumns {
    /// Days since 1970-01-01 of each row's time. Unlike `tx_time_days`, which may contradict it, the time has been parsed
    /// and checked.
    var calendarDays: [Int32] { TransactionTimes.days(dateTime) }
}
