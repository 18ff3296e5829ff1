public import Columnar

/// What makes a table unusable as transactions.
public enum TransactionError: Error, Sendable, Hashable {
    case missingColumn(name: String, available: [String])
    case wrongType(column: String, expected: String, actual: DataType)
    case missingValue(column: String, row: Int)
    /// A value that its type or meaning does not allow.
    case invalidValue(column: String, row: Int, value: String, expected: String)
}

extension TransactionError: CustomStringConvertible {
    /// One line that names the column, the row and the value.
    public var description: String {
        switch self {
        case .missingColumn(let name, let available):
            "there is no column '\(name)' (\(QuotedText.names(available)))"
        case .wrongType(let column, let expected, let actual):
            "column '\(column)' is \(actual), expected \(expected)"
        case .missingValue(let column, let row):
            "column '\(column)' is null in row \(row), where a value is needed"
        case .invalidValue(let column, let row, let value, let expected):
            "column '\(column)' holds \(QuotedText.value(value)) in row \(row), expected \(expected)"
        }
    }
}
