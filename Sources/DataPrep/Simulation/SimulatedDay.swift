import Features
import Columnar

/// The transactions of one day in time order, column by column.
struct SimulatedDay: Sendable {
    let day: Int
    /// Of the first transaction; the others follow.
    var firstIdentifier: Int64 = 0
    /// Seconds since midnight, ascending.
    var seconds: [Int32] = []
    var customers: [Int32] = []
    var terminals: [Int32] = []
    /// Amounts in hundredths.
    var cents: [Int64] = []
    /// 0 for a genuine transaction.
    var scenarios: [UInt8] = []

    var count: Int { seconds.count }

    /// - Parameter midnight: Microseconds since 1970 at which day 0 begins.
    func recordBatch(midnight: Int64) throws(ColumnarError) -> RecordBatch {
        let start = Int64(day) * Int64(CustomerProfiles.daySeconds)
        let columns: [Column] = [
            .int64((0..<Int64(count)).map { firstIdentifier + $0 }),
            .timestamp(seconds.map { midnight + (start + Int64($0)) * 1_000_000 }),
            .int64(customers.map { Int64($0) }),
            .int64(terminals.map { Int64($0) }),
            .float64(cents.map { Double($0) / 100 }),
            .int64(seconds.map { start + Int64($0) }),
            .int32([Int32](repeating: Int32(day), count: count)),
            .int32(scenarios.map { $0 == 0 ? 0 : 1 }),
            .int32(scenarios.map { Int32($0) }),
        ]
        return try RecordBatch(schema: TransactionColumn.tableSchema, columns: columns)
    }
}
