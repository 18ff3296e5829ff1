public import Columnar

/// What is wrong with a ``TransactionSchema``, with its JSON, or with a table that it is to describe.
public indirect enum SchemaError: Error, Sendable, Hashable {
    /// The other error, in that file.
    case inFile(String, SchemaError)

    // The JSON. Paths are such as `columns[3].format`.

    /// The bytes are not JSON.
    case notJSON(message: String)
    /// An object has a member that its type or role does not have, or that this version does not know.
    case unknownMember(path: String, known: [String])
    /// An object has a member twice.
    case repeatedMember(path: String)
    case missingMember(path: String)
    case invalidMember(path: String, value: String, expected: String)
    /// The schema was written in another version of the format.
    case unsupportedVersion(String)

    // The schema.

    /// A name or pattern that is no ``TimeFormat``.
    case invalidTimeFormat(text: String, reason: String)
    case noColumns
    /// The column at that position, from 0, has an empty name.
    case unnamedColumn(position: Int)
    /// Two columns have the same name or spelling, without case; or one has it twice.
    case repeatedName(name: String, columns: [String])
    /// More than one column has a role of which there is one at most.
    case repeatedRole(ColumnRole.Kind, columns: [String])
    /// A column's role needs a type that it does not have.
    case wrongType(column: String, type: String, role: ColumnRole.Kind, expected: String)
    /// The minimum is above the maximum, one of them is not finite, or the column does not hold numbers.
    case invalidRange(column: String, reason: String)
    /// A text stands for both values of a label or boolean, or one of them has no text.
    case ambiguousValues(column: String, reason: String)
    /// A decimal or thousands separator that cannot be told from a number's digits and sign, or from the other.
    case invalidSeparator(column: String, reason: String)
    /// The time zone or origin of times cannot be used.
    case invalidTime(column: String, reason: String)
    /// A point has a latitude without a longitude, or the reverse, or one of them twice.
    case unpairedCoordinate(column: String, point: String, reason: String)

    // A table.

    /// A table has none of the names of these columns.
    case missingColumns([MissingColumn], available: [String])
    /// Several columns of a table may be meant, since their names differ only in case, or are spellings of the same.
    case ambiguousColumn(name: String, matches: [String])
    /// A table stores a column in a type that cannot hold values of the column's own.
    case unreadableColumn(column: String, type: String, stored: DataType)

    /// A column that a table does not have.
    public struct MissingColumn: Sendable, Hashable {
        /// Its name in the schema.
        public let name: String
        /// Names of the table that are almost the same, the nearest first.
        public let nearest: [String]
    }
}

extension SchemaError: DocumentError {
    static let documentName = "the schema"
}

extension SchemaError: CustomStringConvertible {
    /// One line that names the column or path, and the way out.
    public var description: String {
        switch self {
        case .inFile(let file, let error): "\(file): \(error)"
        case .notJSON(let message): message
        case .unknownMember(let path, let known): SchemaError.text(unknownMember: path, of: "a schema", known: known)
        case .repeatedMember(let path): "\(QuotedText.value(path)) is given twice"
        case .missingMember(let path): "\(QuotedText.value(path)) is missing"
        case .invalidMember(let path, let value, let expected): "\(path) is \(value), expected \(expected)"
        case .unsupportedVersion(let version):
            "version is \(QuotedText.value(version)): this program reads version \(TransactionSchema.version) of schemas, "
                + "and another one is needed"
        case .invalidTimeFormat(let text, let reason): "\(QuotedText.value(text)) is no time format: \(reason)"
        case .noColumns: "the schema has no columns"
        case .unnamedColumn(let position): "columns[\(position)] has no name"
        case .repeatedName(let name, let columns):
            "\(QuotedText.value(name)) is a name or spelling of \(SchemaError.list(columns)): remove all but one"
        case .repeatedRole(let role, let columns):
            "\(SchemaError.list(columns)) have the role \(role.rawValue), of which there is one: "
                + "give the others the role attribute or ignored"
        case .wrongType(let column, let type, let role, let expected):
            "column \(QuotedText.value(column)) is of type \(type); a column with the role \(role.rawValue) is \(expected)"
        case .invalidRange(let column, let reason), .ambiguousValues(let column, let reason),
            .invalidSeparator(let column, let reason), .invalidTime(let column, let reason):
            "column \(QuotedText.value(column)): \(reason)"
        case .unpairedCoordinate(let column, let point, let reason):
            "column \(QuotedText.value(column)): the point \(QuotedText.value(point)) \(reason)"
        case .missingColumns(let missing, let available): SchemaError.text(missing: missing, available: available)
        case .ambiguousColumn(let name, let matches):
            "column \(QuotedText.value(name)) may be \(matches.map { QuotedText.value($0) }.joined(separator: " or ")): "
                + "name it in the schema exactly as the data do"
        case .unreadableColumn(let column, let type, let stored):
            "column \(QuotedText.value(column)) is of type \(type) in the schema, and \(stored) in the data"
        }
    }

    private static func list(_ columns: [String]) -> String {
        let names = columns.prefix(12).map { QuotedText.value($0) }.joined(separator: ", ")
        return columns.count == 1 ? "column \(names)" : "columns \(names)\(columns.count > 12 ? ", …" : "")"
    }

    private static func text(missing: [MissingColumn], available: [String]) -> String {
        let columns = missing.map { column in
            let nearest = NearestNames.question(column.nearest).map { " (\($0))" } ?? ""
            return QuotedText.value(column.name) + nearest
        }
        let subject = missing.count == 1 ? "there is no column " : "there are no columns "
        return subject + columns.joined(separator: ", ") + "; \(QuotedText.names(available))"
    }
}
