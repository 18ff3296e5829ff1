public import Columnar

/// A table of transactions, column by column, in the types of ``TransactionColumn/tableSchema``.
///
/// All arrays have `count` values. Where a batch has a column in the schema's type already, the buffer is shared, not
/// copied.
public struct TransactionColumns: Sendable {
    /// Rows.
    public let count: Int
    /// Unique, except for rare errors in the data.
    public let transactionID: [Int64]
    /// Wall-clock microseconds since 1970-01-01T00:00:00.
    public let dateTime: [Int64]
    /// Who paid.
    public let customerID: [Int64]
    /// Where it was paid.
    public let terminalID: [Int64]
    /// What was paid.
    public let amount: [Double]
    /// Seconds since midnight of the first day of the data.
    public let timeSeconds: [Int64]
    /// Whole days since the first day of the data.
    public let timeDays: [Int32]
    /// 1 for a fraud, 0 for none or not known; nil where the table has no labels.
    public let fraud: [Int32]?
    /// A one bit for each row whose label is known; nil when all are.
    public let fraudValidity: Bitmap?
    /// The simulator's scenario, 0 to 3; nil where the table has none.
    public let fraudScenario: [Int32]?

    /// Finds the columns under any spelling that ``TransactionColumn/init(spelling:)`` knows, in any order, among any others.
    ///
    /// Accepted by conversion: whole numbers of any type where the schema has integers (those of floating point as far as
    /// it holds every integer), timestamps of any unit, with or without a zone (nanoseconds are rounded down to
    /// microseconds), dates as their midnight, any number as the amount, and booleans as labels.
    /// - Throws: ``TransactionError`` that names the column, and the row of a null or of a value that does not fit.
    public init(_ batch: RecordBatch) throws(TransactionError) {
        let reader = TransactionColumnReader(batch: batch)
        count = batch.rowCount
        transactionID = try reader.int64(.transactionID)
        dateTime = try reader.microseconds(.dateTime)
        customerID = try reader.int64(.customerID)
        terminalID = try reader.int64(.terminalID)
        amount = try reader.float64(.amount)
        timeSeconds = try reader.int64(.timeSeconds)
        timeDays = try reader.int32(.timeDays)
        let labels = try reader.label(.fraud)
        fraud = labels?.values
        fraudValidity = labels?.validity
        fraudScenario = try reader.label(.fraudScenario)?.values
    }

    /// The values that features need, of as many rows each; the others are 0.
    package init(
        transactionID: [Int64], dateTime: [Int64], customerID: [Int64], terminalID: [Int64], amount: [Double],
        fraud: [Int32]
    ) {
        count = transactionID.count
        self.transactionID = transactionID
        self.dateTime = dateTime
        self.customerID = customerID
        self.terminalID = terminalID
        self.amount = amount
        timeSeconds = [Int64](repeating: 0, count: count)
        timeDays = [Int32](repeating: 0, count: count)
        self.fraud = fraud
        fraudValidity = nil
        fraudScenario = nil
    }

    /// Only `tx_time_days`, of a table that need not have the other columns.
    package static func timeDays(_ batch: RecordBatch) throws(TransactionError) -> [Int32] {
        try TransactionColumnReader(batch: batch).int32(.timeDays)
    }

    /// Turns single transactions into columns; `fraud` is nil when no transaction has a label.
    public init(_ transactions: some Collection<Transaction>) {
        count = transactions.count
        transactionID = transactions.map(\.transactionID)
        dateTime = transactions.map(\.dateTime)
        customerID = transactions.map(\.customerID)
        terminalID = transactions.map(\.terminalID)
        amount = transactions.map(\.amount)
        timeSeconds = transactions.map(\.timeSeconds)
        timeDays = transactions.map(\.timeDays)
        let known = Bitmap(transactions.lazy.map { $0.fraud != nil })
        fraud = known.trueCount == 0 ? nil : transactions.map { $0.fraud ?? 0 }
        fraudValidity = known.trueCount == 0 || known.trueCount == count ? nil : known
        fraudScenario =
            transactions.contains { $0.fraudScenario != nil } ? transactions.map { $0.fraudScenario ?? 0 } : nil
    }

    /// One row; meant for requests and messages, not for loops over tables.
    public subscript(row: Int) -> Transaction {
        Transaction(
            transactionID: transactionID[row], dateTime: dateTime[row], customerID: customerID[row],
            terminalID: terminalID[row], amount: amount[row], timeSeconds: timeSeconds[row], timeDays: timeDays[row],
            fraud: fraudValidity.map { $0[row] } ?? true ? fraud?[row] : nil, fraudScenario: fraudScenario?[row])
    }

    /// The labels for training and evaluation, 0 or 1 for each row.
    /// - Throws: ``TransactionError`` when there is no `tx_fraud` column, or a label is null or neither 0 nor 1.
    public func labels() throws(TransactionError) -> [UInt8] {
        let name = TransactionColumn.fraud.name
        guard let fraud else { throw .missingColumn(name: name, available: []) }
        if let validity = fraudValidity, let row = (0..<count).first(where: { !validity[$0] }) {
            throw .missingValue(column: name, row: row)
        }
        if let row = fraud.firstIndex(where: { $0 & ~1 != 0 }) {
            throw .invalidValue(column: name, row: row, value: "\(fraud[row])", expected: "0 or 1")
        }
        return fraud.map { UInt8(truncatingIfNeeded: $0) }
    }

    /// The table as a batch of ``TransactionColumn/tableSchema``'s types, without label columns where there are none.
    public func recordBatch() throws(ColumnarError) -> RecordBatch {
        var columns: [(name: String, column: Column)] = [
            (TransactionColumn.transactionID.name, .int64(transactionID)),
            (TransactionColumn.dateTime.name, .timestamp(dateTime)),
            (TransactionColumn.customerID.name, .int64(customerID)),
            (TransactionColumn.terminalID.name, .int64(terminalID)),
            (TransactionColumn.amount.name, .float64(amount)),
            (TransactionColumn.timeSeconds.name, .int64(timeSeconds)),
            (TransactionColumn.timeDays.name, .int32(timeDays)),
        ]
        if let fraud { columns.append((TransactionColumn.fraud.name, .int32(fraud, validity: fraudValidity))) }
        if let fraudScenario { columns.append((TransactionColumn.fraudScenario.name, .int32(fraudScenario))) }
        return try RecordBatch(columns)
    }
}
