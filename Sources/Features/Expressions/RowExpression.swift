import Columnar

/// An expression over the columns of a transaction, such as `amount > 0 and currency in ('EUR', 'USD')`.
///
/// The language is that of SQL's expressions: its operators and precedence, some functions, and its three-valued logic for
/// null. ``bind(to:features:as:)`` checks names and types and makes it ready to be evaluated. Two expressions are equal if their
/// ``description`` is.
public struct RowExpression: Sendable {
    /// Bytes that a text may have.
    public static let maximumLength = 16_384
    /// How deep parentheses, function calls and chains of operators may nest.
    public static let maximumDepth = 100

    /// As it was written.
    public let text: String
    /// In canonical form: keywords in small letters, parentheses only where they are needed. Parsed again, it is equal.
    public let description: String
    /// The names of columns and features, each once, in the order in which the text has them.
    public let columns: [String]
    let root: ExpressionNode

    /// Parses a text.
    /// - Throws: ``ExpressionError`` with the position of what cannot be read.
    public init(_ text: String) throws(ExpressionError) {
        var parser = try ExpressionParser(text)
        root = try parser.parse()
        self.text = text
        description = root.text
        columns = parser.columns
    }

    private init(text: String, root: ExpressionNode, columns: [String]) {
        self.text = text
        description = text
        self.root = root
        self.columns = columns
    }

    /// The value of a column or feature, as it is.
    public static func reference(to name: String) -> RowExpression {
        let text = quotedName(name)
        return RowExpression(text: text, root: ExpressionNode(.column(name), 0..<text.utf8.count), columns: [name])
    }

    /// Whether a column or feature is that number, which is not negative.
    static func equals(_ name: String, _ number: Int64) -> RowExpression {
        let left = quotedName(name), start = left.utf8.count + 3
        let text = "\(left) = \(number)"
        let comparison = ExpressionNode.Form.comparison(
            .equal, ExpressionNode(.column(name), 0..<left.utf8.count),
            ExpressionNode(.integer(number), start..<text.utf8.count))
        return RowExpression(text: text, root: ExpressionNode(comparison, 0..<text.utf8.count), columns: [name])
    }

    /// A column's name as expressions write it: in backticks unless it is a plain word.
    public static func quotedName(_ name: String) -> String { ExpressionLexer.quoted(name: name) }

    /// A text as expressions write it, in quotes.
    public static func quotedText(_ text: String) -> String { ExpressionLexer.quoted(text: text) }
}

extension RowExpression: Hashable, CustomStringConvertible {
    /// Whether both do the same in the same way, however they are written. Texts within are compared byte by byte.
    public static func == (left: RowExpression, right: RowExpression) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    /// Hashes the canonical form.
    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }
}

extension RowExpression: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
