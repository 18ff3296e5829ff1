import Columnar

/// What is wrong with a ``RowExpression``, and where.
public struct ExpressionError: Error, Sendable, Hashable {
    /// The whole expression.
    public let text: String
    /// Where it is wrong: bytes of UTF-8 before it, 0 to the length of ``text``.
    public let position: Int
    /// What is wrong.
    public let reason: Reason

    /// What is wrong at a position.
    public enum Reason: Sendable, Hashable {
        /// There is nothing but blanks.
        case empty
        /// The text has more bytes than that.
        case tooLong(limit: Int)
        /// Parentheses, calls or operators are nested deeper than that.
        case tooDeep(limit: Int)
        /// A character that means nothing here.
        case unexpectedCharacter(String)
        /// A text or name in quotes does not end.
        case unterminated(quote: String)
        /// A name in backticks without characters.
        case emptyName
        /// Digits that are no number, or one that 64-bit floating point cannot hold.
        case invalidNumber(String)
        /// Something else was expected. `found` is nil at the end of the text.
        case expected(String, found: String?)
        /// As in `1 < amount < 5`.
        case chainedComparison
        /// A name before a parenthesis is no function; with the nearest that are.
        case unknownFunction(name: String, nearest: [String])
        /// A function has too many or too few arguments.
        case wrongArgumentCount(function: String, expected: String, actual: Int)
        /// A name is neither a column nor a feature declared before; with the nearest that are.
        case unknownColumn(name: String, nearest: [String], available: [String])
        /// An operand has a type with which the operator or function does nothing.
        case wrongType(operand: String, type: String, operation: String, expected: String)
        /// A text that is compared with a time is none.
        case invalidTime(value: String, reason: String)
    }

    init(_ text: String, at position: Int, _ reason: Reason) {
        self.text = text
        self.position = position
        self.reason = reason
    }
}

extension ExpressionError: CustomStringConvertible {
    private static let charactersShown = 24

    /// One line that says where, what and the way out.
    public var description: String { "\(location): \(explanation)" }

    private var location: String {
        let rest = text.utf8.dropFirst(position)
        guard !rest.isEmpty else { return "at the end of \(QuotedText.value(text))" }
        let character = String(decoding: text.utf8.prefix(position), as: UTF8.self).count + 1
        return "character \(character), \(QuotedText.value(rest, limit: Self.charactersShown))"
    }

    private var explanation: String {
        switch reason {
        case .empty: return "the expression is empty"
        case .tooLong(let limit): return "the expression has more than \(limit) bytes"
        case .tooDeep(let limit): return "more than \(limit) parentheses, calls or operators are nested"
        case .unexpectedCharacter(let character):
            return "\(QuotedText.value(character)) means nothing here; a name with such characters is in backticks"
        case .unterminated(let quote): return "the closing \(quote) is missing"
        case .emptyName: return "a name is empty"
        case .invalidNumber(let digits): return "\(QuotedText.value(digits)) is no number"
        case .expected(let what, let found):
            return "expected \(what)" + (found.map { ", found \(QuotedText.value($0))" } ?? "")
        case .chainedComparison: return "comparisons do not chain: connect them with 'and', or use 'between'"
        case .unknownFunction(let name, let nearest):
            return "there is no function \(QuotedText.value(name)); "
                + (NearestNames.question(nearest) ?? "functions: \(ExpressionFunction.names.joined(separator: ", "))")
        case .wrongArgumentCount(let function, let expected, let actual):
            return "\(function)() takes \(expected), not \(actual)"
        case .unknownColumn(let name, let nearest, let available):
            return "there is no column \(QuotedText.value(name)); "
                + (NearestNames.question(nearest) ?? QuotedText.names(available))
        case .wrongType(let operand, let type, let operation, let expected):
            return "\(QuotedText.value(operand)) is \(type), \(operation) needs \(expected)"
        case .invalidTime(let value, let reason): return "\(QuotedText.value(value)) is no time here: \(reason)"
        }
    }
}
