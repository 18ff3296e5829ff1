import Columnar
import Features

/// Makes messages of the rows of tables: JSON objects with the columns of a schema.
struct RecordEncoder: Sendable {
    private let json: RecordJSON
    private let key: Int?
    private let amount: Int?

    /// - Parameter keyColumn: The column whose value is a message's key; nil for the first with the role key.
    init(_ schema: TransactionSchema, keyColumn: String?) throws(SchemaError) {
        json = try RecordJSON(schema)
        amount = schema.columns.firstIndex { $0.role == .amount }
        if let keyColumn {
            key = try schema.position(ofColumn: keyColumn)
        } else {
            key = schema.columns.firstIndex { $0.role == .key }
        }
    }

    /// A table's rows in the schema's columns.
    func rows(of table: RecordBatch) throws -> RecordBatch {
        try SchemaReader(json.schema, table: table.schema).require(table, roles: [.id, .time])
    }

    /// - Returns: A message for each row that has an amount, or needs none, and the number of the others.
    func encode(_ table: RecordBatch, _ rows: Range<Int>) -> (batch: MessageBatch, refused: Int) {
        var batch = MessageBatch()
        var refused = 0
        batch.reserveCapacity(messages: rows.count, bytes: rows.count * 32 * table.columns.count)
        for row in rows {
            let record = TransactionRecord(table, row: row)
            guard hasAmount(record) else {
                refused += 1
                continue
            }
            batch.append(key: key.map { record.values[$0] } ?? .null) { json.append(record, to: &$0) }
        }
        return (batch, refused)
    }

    private func hasAmount(_ record: TransactionRecord) -> Bool {
        switch amount.map({ record.values[$0] }) {
        case .null: false
        case .number(let number): number.isFinite
        default: true
        }
    }
}
