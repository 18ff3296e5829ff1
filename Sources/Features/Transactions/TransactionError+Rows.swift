extension TransactionError {
    /// The error of a table that follows this many rows, with its row counted from the first of all.
    package func after(rows: Int64) -> TransactionError {
        switch self {
        case .missingValue(let column, let row):
            .missingValue(column: column, row: row + Int(rows))
        case .invalidValue(let column, let row, let value, let expected):
            .invalidValue(column: column, row: row + Int(rows), value: value, expected: expected)
        case .missingColumn, .wrongType:
            self
        }
    }

    /// Runs a body on a table that follows this many rows.
    package static func naming<Result>(after rows: Int64, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TransactionError {
            throw error.after(rows: rows)
        }
    }
}
