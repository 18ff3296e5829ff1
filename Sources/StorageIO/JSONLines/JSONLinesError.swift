public import Columnar

/// Why JSON lines cannot be read. Lines, and bytes within a line, count from 1.
public enum JSONLinesError: Error, Sendable, Hashable {
    /// A gzip or zstd file is damaged or ends too early.
    case compression(file: String, error: CompressionError)
    /// The file is an archive, is compressed in a way that is not read, or holds another format.
    case noText(file: String, found: String)
    /// The file holds no object with a member, so that its columns are unknown.
    case emptyInput(file: String)
    /// A line is no object.
    case notAnObject(file: String, line: Int, value: String)
    /// An object does not end in its line: the file is cut off, or an object spans lines.
    case incompleteObject(file: String, line: Int)
    /// A line is not JSON, or not UTF-8.
    case malformed(file: String, line: Int, byte: Int, problem: String)
    /// A value that cannot be converted to the column's type.
    case invalidValue(file: String, line: Int, column: String, value: String, expected: DataType)
    /// A line is longer than the reader's limit.
    case recordTooLong(file: String, limit: Int)
    /// The objects have more different members than columns are inferred for, such as ids used as names.
    case tooManyColumns(file: String, limit: Int)
    /// A type that the format cannot hold.
    case unsupportedType(column: String, type: DataType)
}

extension JSONLinesError: TextInputError {
    /// What decompressed text is if not JSON lines; nil if it may be.
    package static func nameOfOtherText(head: [UInt8]) -> String? { ForeignContent.nameOfJSONList(head: head) }
}

extension JSONLinesError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        switch self {
        case .compression(let file, let error): "\(file): \(error)"
        case .noText(let file, let found): "\(file): not readable as JSON lines: this is \(found)"
        case .emptyInput(let file): "\(file): the file holds no object with a member"
        case .notAnObject(let file, let line, let value):
            "\(file), line \(line): expected an object of JSON, found \(QuotedText.value(value))"
        case .incompleteObject(let file, let line):
            "\(file), line \(line): the object does not end in this line; the file is cut off, or its objects span "
                + "lines ('jq -c .' writes one a line)"
        case .malformed(let file, let line, let byte, let problem):
            "\(file), line \(line), byte \(byte): not JSON: \(problem)"
        case .invalidValue(let file, let line, let column, let value, let expected):
            "\(file), line \(line), column \(QuotedText.value(column)): \(QuotedText.value(value)) is not a valid "
                + "\(expected); give a schema with another type"
        case .recordTooLong(let file, let limit): "\(file): a line is longer than \(limit) bytes"
        case .tooManyColumns(let file, let limit):
            "\(file): the objects have more than \(limit) different members; give a schema with those to read"
        case .unsupportedType(let column, let type):
            "column \(QuotedText.value(column)): JSON cannot hold \(type)"
        }
    }

    /// The same error, so many lines further down.
    func movedDown(by lines: Int) -> JSONLinesError {
        switch self {
        case .notAnObject(let file, let line, let value):
            .notAnObject(file: file, line: line + lines, value: value)
        case .incompleteObject(let file, let line):
            .incompleteObject(file: file, line: line + lines)
        case .malformed(let file, let line, let byte, let problem):
            .malformed(file: file, line: line + lines, byte: byte, problem: problem)
        case .invalidValue(let file, let line, let column, let value, let expected):
            .invalidValue(file: file, line: line + lines, column: column, value: value, expected: expected)
        case .compression, .noText, .emptyInput, .recordTooLong, .tooManyColumns, .unsupportedType:
            self
        }
    }
}
