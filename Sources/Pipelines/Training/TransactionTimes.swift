import Columnar
import Features

/// The times of the rows of a table.
enum TransactionTimes {
    /// Microseconds since 1970-01-01T00:00:00; nil where the table has no times, or not for all rows.
    /// - Parameter schema: Says which column they are in; without one it is `tx_datetime`.
    static func times(_ table: RecordBatch, schema: TransactionSchema? = nil) throws -> [Int64]? {
        if let schema {
            guard let index = schema.columns.firstIndex(where: { $0.role == .time }) else { return nil }
            let rows = try SchemaReader(
                TransactionSchema(columns: [schema.columns[index]], missingMarkers: schema.missingMarkers),
                table: table.schema
            ).require(table)
            return try rows.columns[0].int64Values()
        }
        guard let index = TransactionColumn.index(of: .dateTime, in: table.schema) else { return nil }
        let column = table.columns[index]
        guard case .timestamp(let unit, _) = column.type, let ticks = try? column.int64Values(),
            !ticks.indices.contains(where: column.isNull)
        else { return nil }
        switch unit {
        case .microseconds: return ticks
        case .nanoseconds: return ticks.map { CivilDateTime.floorDivide($0, 1_000) }
        case .milliseconds: return ticks.map { $0.multipliedReportingOverflow(by: 1_000).partialValue }
        }
    }

    /// The first and the last of some rows' times; nil without times or rows.
    static func range(_ times: [Int64]?, _ rows: some Sequence<Int>) -> ClosedRange<Int64>? {
        guard let times else { return nil }
        var result: ClosedRange<Int64>?
        for row in rows {
            let time = times[row]
            result = result.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
        }
        return result
    }

    /// Days since 1970-01-01 of times.
    static func days(_ times: [Int64]) -> [Int32] {
        times.map {
            Int32(truncatingIfNeeded: CivilDateTime.floorDivide($0, CivilDateTime.microsecondsPerDay))
        }
    }

    /// `2019-08-22 to 2019-09-20`.
    static func text(_ range: ClosedRange<Int64>) -> String {
        func date(_ time: Int64) -> Substring { CivilDateTime.text(microseconds: time).prefix(10) }
        let first = date(range.lowerBound), last = date(range.upperBound)
        return first == last ? String(first) : "\(first) to \(last)"
    }
}
