import Columnar
import DataPrep
import ModelKit
import Parallelism
import Scoring
import StorageIO

/// Turns a table into rows for a learner.
enum DataPreparation {
    /// Splits a table and computes the features of both parts over one history.
    static func prepare(_ table: RecordBatch, _ request: TrainingRequest) throws -> PreparedData {
        guard table.rowCount > 0 else { throw JobError.unusableData(place: request.data, reason: "there are no rows") }
        return try JobError.naming(request.data) {
            switch request.features {
            case .columns(let names, let label): try columns(table, names, label, request)
            case .transactions(let set): try transactions(table, FeaturePipeline(set), request)
            }
        }
    }

    private static func columns(
        _ table: RecordBatch, _ names: [String], _ label: String, _ request: TrainingRequest
    ) throws -> PreparedData {
        let all = PreparedRows(
            features: try FeatureMatrix(table, features: names, keepingDoubles: false),
            labels: try labels(table, label, request.data),
            transactions: nil)
        switch request.testRows {
        case .none:
            return PreparedData(definition: .columns(names), training: all)
        case .fromDay(let day):
            let days = try table.column(TransactionColumn.timeDays.name).int32Values(
                field: TransactionColumn.timeDays.name)
            let (before, after) = try split(days, at: day, request.data)
            return PreparedData(
                definition: .columns(names), training: all.gathering(before), test: all.gathering(after))
        case .share(let share):
            let split = try RowSplit.random(
                rowCount: all.count, trainShare: 1 - share, seed: request.seed, stratifiedBy: all.labels)
            return PreparedData(
                definition: .columns(names), training: all.gathering(split.train), test: all.gathering(split.test))
        }
    }

    private static func transactions(
        _ table: RecordBatch, _ pipeline: FeaturePipeline, _ request: TrainingRequest
    ) throws -> PreparedData {
        let all = try TransactionColumns(table)
        let days: [Int32], firstTestDay: Int32
        var state = pipeline.makeState()
        switch request.testRows {
        case .none:
            let training = try rows(table, pipeline, &state, request.threads)
            return PreparedData(definition: .pipeline(pipeline), training: training, state: kept(state, pipeline))
        case .fromDay(let day): (days, firstTestDay) = (all.timeDays, day)
        case .share(let share):
            days = all.calendarDays
            firstTestDay = lastDays(share, of: days)
        }
        let (before, after) = try split(days, at: firstTestDay, request.data)
        let training = try rows(table.gathering(before), pipeline, &state, request.threads)
        let stateAfterTraining = kept(state, pipeline)
        let test = try rows(table.gathering(after), pipeline, &state, request.threads)
        return PreparedData(
            definition: .pipeline(pipeline), training: training, test: test, state: stateAfterTraining)
    }

    /// The first of the last days that make up that share of the span.
    static func lastDays(_ share: Double, of days: [Int32]) -> Int32 {
        let first = days.min() ?? 0, last = days.max() ?? 0
        return first + Int32((Double(last - first + 1) * (1 - share)).rounded(.down))
    }

    private static func rows(
        _ table: RecordBatch, _ pipeline: FeaturePipeline, _ state: inout FeatureState, _ threads: Int
    ) throws -> PreparedRows {
        let transactions = try TransactionColumns(table)
        let columns = try pipeline.columns(transactions, state: &state, threads: threads)
        return PreparedRows(
            features: try FeatureMatrix(names: pipeline.names, columns: columns), labels: try transactions.labels(),
            transactions: transactions)
    }

    private static func kept(_ state: FeatureState, _ pipeline: FeaturePipeline) -> FeatureState? {
        pipeline.usesHistory ? state : nil
    }

    private static func split(
        _ days: [Int32], at day: Int32, _ place: String
    ) throws -> (before: [Int], after: [Int]) {
        let before = days.indices.filter { days[$0] < day }, after = days.indices.filter { days[$0] >= day }
        guard !before.isEmpty, !after.isEmpty else {
            throw JobError.unusableData(
                place: place,
                reason: "a split at day \(day) leaves \(before.count) rows to train and \(after.count) to test "
                    + "(days \(days.min() ?? 0) to \(days.max() ?? 0))")
        }
        return (before, after)
    }

    static func labels(_ table: RecordBatch, _ name: String, _ place: String) throws -> [UInt8] {
        let column = try table.column(name)
        return try column.floatValues(field: name).enumerated().map { row, value in
            guard value == 0 || value == 1 else {
                throw JobError.unusableData(
                    place: place, reason: "column '\(name)' holds \(value) in row \(row), expected 0 or 1")
            }
            return value == 1 ? 1 : 0
        }
    }
}

extension TransactionColumns {
    /// Days since 1970-01-01 of each row's time. Unlike `tx_time_days`, which may contradict it, the time has been parsed
    /// and checked.
    var calendarDays: [Int32] {
        dateTime.map { time in
            let (day, rest) = time.quotientAndRemainder(dividingBy: CivilDateTime.microsecondsPerDay)
            return Int32(truncatingIfNeeded: rest < 0 ? day - 1 : day)
        }
    }
}
