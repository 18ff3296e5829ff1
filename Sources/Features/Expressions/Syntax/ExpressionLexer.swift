/// Cuts an expression's text into tokens.
struct ExpressionLexer {
    struct Token: Sendable {
        let kind: Kind
        /// Bytes of the text.
        let range: Range<Int>
    }

    enum Kind: Sendable, Equatable {
        case keyword(Keyword)
        /// A word that is no keyword; a function if a parenthesis follows.
        case word(String)
        /// A name in backticks.
        case name(String)
        /// Digits, fraction and exponent.
        case number(String)
        case text(String)
        case symbol(Symbol)
        case end
    }

    /// Words that are no names, in any case.
    enum Keyword: String, Sendable, CaseIterable {
        case and, or, not, `in`, between, `is`, null, `true`, `false`
    }

    enum Symbol: String, Sendable {
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case comma = ","
    }

    private let text: String
    private let bytes: [UInt8]
    private var position = 0

    private init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// All tokens of a text, the last of which is its end.
    static func tokens(of text: String) throws(ExpressionError) -> [Token] {
        guard text.utf8.count <= RowExpression.maximumLength else {
            throw ExpressionError(text, at: RowExpression.maximumLength, .tooLong(limit: RowExpression.maximumLength))
        }
        var lexer = ExpressionLexer(text)
        var tokens: [Token] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(ExpressionError) -> Token {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
        let start = position
        guard start < bytes.count else { return Token(kind: .end, range: start..<start) }
        let kind = try kind()
        return Token(kind: kind, range: start..<position)
    }

    /// What begins at the position, which is then after it.
    private mutating func kind() throws(ExpressionError) -> Kind {
        switch bytes[position] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try quoted())
        case UInt8(ascii: "`"): return .name(try name())
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: ".") where isDigit(position + 1): return .number(try number())
        default:
            if let symbol = symbol() { return symbol }
            return try word()
        }
    }

    // MARK: Quotes

    /// What is between two equal quotes; the quote itself is doubled within.
    private mutating func quoted() throws(ExpressionError) -> String {
        let start = position
        let quote = bytes[start]
        var value: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote {
                guard position < bytes.count, bytes[position] == quote else {
                    return String(decoding: value, as: UTF8.self)
                }
                position += 1
            }
            value.append(byte)
        }
        throw failure(start, .unterminated(quote: String(decoding: [quote], as: UTF8.self)))
    }

    private mutating func name() throws(ExpressionError) -> String {
        let start = position
        let name = try quoted()
        guard !name.isEmpty else { throw failure(start, .emptyName) }
        return name
    }

    static func quoted(text: String) -> String { quoted(text, in: "'") }

    static func quoted(name: String) -> String { isPlainName(name) ? name : quoted(name, in: "`") }

    private static func quoted(_ text: String, in quote: Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            if scalar == quote { result.append(quote) }
            result.append(scalar)
        }
        result.append(quote)
        return String(result)
    }

    // MARK: Words

    private static func isPlainName(_ name: String) -> Bool {
        var lexer = ExpressionLexer(name)
        guard let kind = try? lexer.word(), lexer.position == lexer.bytes.count, case .word = kind else { return false }
        return true
    }

    /// Letters, digits and underscores; also with points between, as columns of nested objects have them.
    private mutating func word() throws(ExpressionError) -> Kind {
        let start = position
        guard let first = scalar(at: start), Self.isLetter(first) else {
            let found = scalar(at: start).map { String(Character($0)) } ?? ""
            throw failure(start, .unexpectedCharacter(found))
        }
        while let scalar = scalar(at: position) {
            if Self.isLetter(scalar) || isDigit(position) {
                position += UTF8.width(scalar)
            } else if scalar == ".", let following = self.scalar(at: position + 1), Self.isLetter(following) {
                position += 1
            } else {
                break
            }
        }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        return Keyword(rawValue: word.lowercased()).map(Kind.keyword) ?? .word(word)
    }

    private func scalar(at position: Int) -> Unicode.Scalar? {
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        if first < 0x80 { return Unicode.Scalar(first) }
        let width = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return String(decoding: bytes[position..<min(bytes.count, position + width)], as: UTF8.self).unicodeScalars
            .first
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic
            || (!scalar.isASCII
                && (scalar.properties.isXIDContinue || scalar.properties.generalCategory == .currencySymbol))
    }

    // MARK: Numbers and symbols

    private mutating func number() throws(ExpressionError) -> String {
        let start = position
        skipDigits()
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            let hasSign =
                position + 1 < bytes.count && [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position + 1])
            let digits = position + (hasSign ? 2 : 1)
            if isDigit(digits) {
                position = digits
                skipDigits()
            }
        }
        // As in 12abc or 1.2.3.
        if let scalar = scalar(at: position), scalar == "." || Self.isLetter(scalar) {
            while let scalar = self.scalar(at: position), scalar == "." || Self.isLetter(scalar) || isDigit(position) {
                position += UTF8.width(scalar)
            }
            throw failure(start, .invalidNumber(String(decoding: bytes[start..<position], as: UTF8.self)))
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipDigits() {
        while isDigit(position) { position += 1 }
    }

    private func isDigit(_ position: Int) -> Bool {
        position < bytes.count && bytes[position] >= UInt8(ascii: "0") && bytes[position] <= UInt8(ascii: "9")
    }

    private mutating func symbol() -> Kind? {
        // Longer ones first; the second names of two of them are of C and of standard SQL.
        let pair = bytes[position..<min(bytes.count, position + 2)]
        let found: Symbol? =
            switch String(decoding: pair, as: UTF8.self) {
            case "==": .equal
            case "<>": .notEqual
            case let other where pair.count == 2: Symbol(rawValue: other)
            default: nil
            }
        if let found {
            position += 2
            return .symbol(found)
        }
        guard let single = Symbol(rawValue: String(decoding: [bytes[position]], as: UTF8.self)) else { return nil }
        position += 1
        return .symbol(single)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

    private func failure(_ position: Int, _ reason: ExpressionError.Reason) -> ExpressionError {
        ExpressionError(text, at: position, reason)
    }
}
