public import Columnar

extension TransactionRecord {
    /// A row of a table that has the columns of a schema, as ``SchemaReader`` reads them and ``TransactionSchema/tableSchema()``
    /// describes them.
    /// - Precondition: The table has that row.
    public init(_ batch: RecordBatch, row: Int) {
        self.init(batch.columns.map { TransactionValue($0, row: row) })
    }
}

extension TransactionValue {
    fileprivate init(_ column: Column, row: Int) {
        guard !column.isNull(row) else {
            self = .null
            return
        }
        switch column.storage {
        case .boolean(let values): self = .boolean(values[row])
        case .int32(let values): self = .integer(Int64(values[row]))
        case .int64(let values):
            if case .timestamp = column.type { self = .time(values[row]) } else { self = .integer(values[row]) }
        case .float32(let values): self = .number(Double(values[row]))
        case .float64(let values): self = .number(values[row])
        case .bytes(let values): self = .text(values.string(at: row))
        }
    }
}
