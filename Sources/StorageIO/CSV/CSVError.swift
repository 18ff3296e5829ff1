public import Columnar

/// Why delimited text cannot be read or written. Lines and columns count from 1; the header is line 1.
public enum CSVError: Error, Sendable, Hashable {
    /// A gzip or zstd file is damaged or ends too early.
    case compression(file: String, error: CompressionError)
    /// The file is an archive, is compressed in a way that is not read, or holds another format.
    case noText(file: String, found: String)
    /// The file holds no header and no row.
    case emptyInput(file: String)
    case missingColumn(file: String, name: String, available: [String])
    case duplicateColumn(file: String, name: String)
    case wrongFieldCount(file: String, line: Int, expected: Int, actual: Int)
    case invalidValue(file: String, line: Int, column: String, value: String, expected: DataType)
    /// Something follows the closing quote of a field.
    case textAfterQuote(file: String, line: Int, column: String, value: String)
    /// A quoted field is not closed before the file ends.
    case unclosedQuote(file: String)
    /// A record is longer than the reader's limit; the file may not be text, or lack a closing quote.
    case recordTooLong(file: String, limit: Int)
    /// A type that the format cannot hold.
    case unsupportedType(column: String, type: DataType)
}

extension CSVError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        switch self {
        case .compression(let file, let error): "\(file): \(error)"
        case .noText(let file, let found): "\(file): not readable as delimited text: this is \(found)"
        case .emptyInput(let file): "\(file): the file is empty"
        case .missingColumn(let file, let name, let available):
            "\(file): there is no column \(QuotedText.value(name)) (\(QuotedText.names(available)))"
        case .duplicateColumn(let file, let name):
            "\(file): two columns are named \(QuotedText.value(name))"
                + (QuotedText.isValue(name) ? ": is the header line missing?" : "")
        case .wrongFieldCount(let file, let line, let expected, let actual):
            "\(file), line \(line): \(actual) fields, expected \(expected)"
        case .invalidValue(let file, let line, let column, let value, let expected):
            "\(file), line \(line), column \(QuotedText.value(column)): \(QuotedText.value(value)) is not a valid \(expected); "
                + "give a schema with another type, or name the text as a null token"
        case .textAfterQuote(let file, let line, let column, let value):
            "\(file), line \(line), column \(QuotedText.value(column)): text follows the closing quote in "
                + QuotedText.value(value)
        case .unclosedQuote(let file): "\(file): a quoted field is not closed before the end of the file"
        case .recordTooLong(let file, let limit):
            "\(file): a record is longer than \(limit) bytes; the file is not delimited text, or a quote is not closed"
        case .unsupportedType(let column, let type): "column \(QuotedText.value(column)): CSV cannot hold \(type)"
        }
    }
}
