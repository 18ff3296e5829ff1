/// What can be wrong with table data that a caller passes.
public enum ColumnarError: Error, Sendable, Hashable {
    case duplicateField(name: String)
    case missingField(name: String, available: [String])
    case typeMismatch(field: String, expected: String, actual: DataType)
    case countMismatch(field: String, expected: Int, actual: Int)
    case unexpectedNull(field: String, row: Int)
    /// A value that the requested type cannot hold exactly.
    case inexactValue(field: String, row: Int, value: String, expected: String)
    case schemaMismatch(expected: Schema, actual: Schema)
}

extension ColumnarError: CustomStringConvertible {
    /// What is wrong, in one line.
    public var description: String {
        switch self {
        case .duplicateField(let name):
            "two columns are named \(QuotedText.value(name))"
        case .missingField(let name, let available):
            "there is no column \(QuotedText.value(name)) (\(QuotedText.names(available)))"
        case .typeMismatch(let field, let expected, let actual):
            "column '\(field)' is \(actual), expected \(expected)"
        case .countMismatch(let field, let expected, let actual):
            "column '\(field)' has \(actual) values, expected \(expected)"
        case .unexpectedNull(let field, let row):
            "column '\(field)' is null in row \(row), where a value is needed"
        case .inexactValue(let field, let row, let value, let expected):
            "column '\(field)' holds \(value) in row \(row), which \(expected) cannot hold exactly"
        case .schemaMismatch(let expected, let actual):
            "the columns are (\(actual)), expected (\(expected))"
        }
    }
}
