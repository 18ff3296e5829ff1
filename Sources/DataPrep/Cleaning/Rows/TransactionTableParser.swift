import Features
import Columnar
import StorageIO

/// Reads rows of a table, of Parquet or JSON lines, as transactions, and rejects those that break rules 2 to 5.
///
/// Numbers may be of any width, timestamps of any unit; text is parsed as in text files. Floating-point numbers are
/// integers where they are whole, as far as their type holds every integer. Null and NaN are missing values, as the
/// text of NaN would be.
struct TransactionTableParser: Sendable {
    /// The columns to read, in the order of ``TransactionColumn``.
    let columnNames: [String]
    private let unknownCustomers: [Int64]
    private let repairsTimeDays: Bool

    /// - Throws: ``CleaningError`` when a column is missing, or has a type that does not fit.
    init(schema: Schema, plan: CleaningPlan, input: String) throws(CleaningError) {
        var names: [String] = []
        for column in TransactionColumn.allCases {
            guard let index = TransactionColumn.index(of: column, in: schema) else {
                throw .missingColumn(input: input, name: column.name, found: schema.names)
            }
            let field = schema.fields[index]
            guard TransactionTableParser.fits(field.type, column) else {
                throw .wrongColumnType(
                    input: input, name: field.name, expected: "\(column.type)", actual: "\(field.type)")
            }
            names.append(field.name)
        }
        columnNames = names
        unknownCustomers = plan.unknownCustomers
        repairsTimeDays = plan.repairsTimeDays
    }

    private static func fits(_ type: DataType, _ column: TransactionColumn) -> Bool {
        switch (type, column) {
        case (.string, _), (.binary, _), (.timestamp, .dateTime), (.date, .dateTime): true
        case (.int32, let column), (.int64, let column), (.float32, let column), (.float64, let column):
            column != .dateTime
        case (.boolean, .fraud): true
        default: false
        }
    }

    /// Appends the batch's good rows to the buffer and counts the others.
    /// - Returns: how many rows the batch has.
    func parse(_ batch: RecordBatch, into buffer: TransactionBuffer, tally: inout RuleTally) -> Int {
        let cells = batch.columns.map(CellReader.init)
        buffer.reserve(batch.rowCount)
        var writer = RowWriter(buffer)
        for row in 0..<batch.rowCount {
            tally.rowsRead += 1
            if let column = TransactionColumn.allCases.first(where: { cells[$0.index].isMissing(row) }) {
                reject(cells, row, .missing, column, &tally)
                continue
            }
            var values = RowValues()
            if let column = TransactionColumn.allCases.first(where: { !cells[$0.index].read(row, as: $0, &values) }) {
                reject(cells, row, .invalid, column, &tally)
            } else if unknownCustomers.contains(values.customerID) {
                reject(cells, row, .unknownCustomer, .customerID, &tally)
            } else if values.amount > 0, values.amount.isFinite {
                writer.append(values, line: row, repairsTimeDays: repairsTimeDays)
            } else {
                reject(cells, row, .nonPositiveAmount, .amount, &tally)
            }
        }
        buffer.setCount(writer.count)
        return batch.rowCount
    }

    /// Rows of a batch as lines of text: the nine columns in their order, with commas between them.
    func texts(ofRows rows: [Int], in batch: RecordBatch, limit: Int) -> [String] {
        let cells = batch.columns.map(CellReader.init)
        return rows.map { row in
            let fields = cells.map { cell in
                let text = cell.text(row, limit: limit)
                guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
                return "\"" + text.replacing("\"", with: "\"\"") + "\""
            }
            return fields.joined(separator: ",")
        }
    }

    private func reject(
        _ cells: [CellReader], _ row: Int, _ rule: CleaningRule, _ column: TransactionColumn, _ tally: inout RuleTally
    ) {
        var values = RowValues()
        let fraud = cells[TransactionColumn.fraud.index]
        let label = !fraud.isMissing(row) && fraud.read(row, as: .fraud, &values) ? values.fraud : nil
        tally.reject(rule, column, label: label, line: row)
        guard tally.wantsSample(rule) else { return }
        let value = cells[column.index].text(row)
        tally.add(sample: RejectedRow(input: "", line: row, column: column.name, value: value), for: rule)
    }
}

/// Reads single values of a column.
private struct CellReader {
    private let column: Column
    private let unit: TimeUnit

    init(_ column: Column) {
        self.column = column
        if case .timestamp(let unit, _) = column.type {
            self.unit = unit
        } else {
            unit = .microseconds
        }
    }

    func isMissing(_ row: Int) -> Bool {
        if column.isNull(row) { return true }
        switch column.storage {
        case .float64(let values): return values[row].isNaN
        case .float32(let values): return values[row].isNaN
        case .bytes(let values): return CellReader.withText(values[row]) { MissingValue.isMissing($0, $1) }
        default: return false
        }
    }

    /// Stores the value; false if it is not a value of that column.
    func read(_ row: Int, as kind: TransactionColumn, _ values: inout RowValues) -> Bool {
        switch column.storage {
        case .boolean(let bits):
            return values.set(kind, integer: bits[row] ? 1 : 0)
        case .int32(let numbers):
            guard case .date = column.type else { return values.set(kind, integer: Int64(numbers[row])) }
            return values.set(kind, integer: Int64(numbers[row]) * CivilDateTime.microsecondsPerDay)
        case .int64(let numbers):
            guard kind == .dateTime else { return values.set(kind, integer: numbers[row]) }
            guard let time = unit.microseconds(ofTicks: numbers[row]) else { return false }
            return values.set(kind, integer: time)
        case .float32(let numbers):
            return values.set(kind, number: numbers[row])
        case .float64(let numbers): return values.set(kind, number: numbers[row])
        case .bytes(let texts):
            return CellReader.withText(texts[row]) { values.set(kind, $0, $1) }
        }
    }

    /// The value as text, cut after this many bytes.
    func text(_ row: Int, limit: Int = RejectedRow.valueLimit) -> String {
        column.text(ofRow: row, limit: limit)
    }

    /// The parsers need readable bytes before the text.
    private static func withText<Result>(
        _ text: ArraySlice<UInt8>, _ body: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Result
    ) -> Result {
        let padded = [UInt8](repeating: 0, count: TextBlock.padding) + text
        return padded.withUnsafeBufferPointer { buffer in
            let begin = buffer.baseAddress.unsafelyUnwrapped + TextBlock.padding
            return body(begin, begin + text.count)
        }
    }
}
