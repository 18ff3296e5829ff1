import DataPrep

/// Reads one JSON document (RFC 8259), and the `NaN` and `Infinity` that Python's `json` module takes. Errors have the
/// message and the character position of Python's `json` module, which FastAPI passes on to clients.
struct JSONParser {
    struct Failure: Error, Hashable {
        /// The position: the number of characters (Unicode scalars) before it.
        var position: Int
        var message: String
        /// Whether the bytes are text at all.
        var isText = true
    }

    /// Deeper documents are refused: each level uses stack. What ``TransactionJSON`` skips may be as deep.
    private static let maximumDepth = TransactionJSON.maximumDepth + 1

    private let scalars: [Unicode.Scalar]
    private var position = 0

    private init(_ bytes: some Sequence<UInt8>) throws(Failure) {
        guard var text = JSONEncodings.text(Array(bytes)) else {
            throw Failure(position: 0, message: "neither UTF-8 nor UTF-16 nor UTF-32", isText: false)
        }
        // A byte order mark is not part of the document.
        if text.first == "\u{FEFF}" { text.removeFirst() }
        scalars = text
    }

    static func parse(_ bytes: some Sequence<UInt8>) throws(Failure) -> JSONValue {
        var parser = try JSONParser(bytes)
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == parser.scalars.count else { throw parser.failure("Extra data") }
        return value
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func failure(_ message: String, at position: Int? = nil) -> Failure {
        Failure(position: position ?? self.position, message: message)
    }

    private mutating func skipSpace() {
        while let scalar = current, scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t" {
            position += 1
        }
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < JSONParser.maximumDepth else { throw failure("Nested too deeply") }
        switch current {
        case "{": return try object(depth: depth)
        case "[": return try array(depth: depth)
        case "\"": return .string(try string())
        case "-" where take("-Infinity"): return .number("-Infinity")
        case .some(let scalar) where scalar == "-" || ("0"..."9").contains(scalar): return try number()
        default:
            if take("null") { return .null }
            if take("true") { return .boolean(true) }
            if take("false") { return .boolean(false) }
            if take("NaN") { return .number("NaN") }
            if take("Infinity") { return .number("Infinity") }
            throw failure("Expecting value")
        }
    }

    private mutating func take(_ word: String) -> Bool {
        guard scalars[position...].starts(with: word.unicodeScalars) else { return false }
        position += word.unicodeScalars.count
        return true
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        skipSpace()
        if current == "}" {
            position += 1
            return .object(members)
        }
        while true {
            guard current == "\"" else { throw failure("Expecting property name enclosed in double quotes") }
            let name = try string()
            skipSpace()
            guard current == ":" else { throw failure("Expecting ':' delimiter") }
            position += 1
            skipSpace()
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if current == "}" { break }
            guard current == "," else { throw failure("Expecting ',' delimiter") }
            position += 1
            skipSpace()
        }
        position += 1
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if current == "]" {
            position += 1
            return .array(values)
        }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if current == "]" { break }
            guard current == "," else { throw failure("Expecting ',' delimiter") }
            position += 1
            skipSpace()
        }
        position += 1
        return .array(values)
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        if current == "-" { position += 1 }
        guard takeDigits(leadingZeroEnds: true) else { throw failure("Expecting value", at: start) }
        var isInteger = true
        // A point or an exponent belongs to the number only together with its digits.
        let afterWhole = position
        if current == "." {
            position += 1
            if takeDigits() { isInteger = false } else { position = afterWhole }
        }
        let afterFraction = position
        if current == "e" || current == "E" {
            position += 1
            if current == "+" || current == "-" { position += 1 }
            if takeDigits() { isInteger = false } else { position = afterFraction }
        }
        var digits = ""
        digits.unicodeScalars.append(contentsOf: scalars[start..<position])
        return isInteger ? .integer(digits) : .number(digits)
    }

    private mutating func takeDigits(leadingZeroEnds: Bool = false) -> Bool {
        let start = position
        while let scalar = current, ("0"..."9").contains(scalar) {
            position += 1
            if leadingZeroEnds, scalar == "0", position == start + 1 { break }
        }
        return position > start
    }

    private mutating func string() throws(Failure) -> String {
        let start = position
        position += 1
        var result = String.UnicodeScalarView()
        while let scalar = current {
            switch scalar {
            case "\"":
                position += 1
                return String(result)
            case "\\":
                result.append(try escape(stringStart: start))
            case _ where scalar.value < 0x20:
                throw failure("Invalid control character at")
            default:
                result.append(scalar)
                position += 1
            }
        }
        throw failure("Unterminated string starting at", at: start)
    }

    private mutating func escape(stringStart: Int) throws(Failure) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let kind = current else { throw failure("Unterminated string starting at", at: stringStart) }
        position += 1
        switch kind {
        case "\"", "\\", "/": return kind
        case "b": return "\u{08}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try unicodeEscape()
        default: throw failure("Invalid \\escape", at: start)
        }
    }

    /// The scalar of `\uXXXX` or of a surrogate pair; half a pair becomes U+FFFD, since no text can hold it.
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let first = try hexadecimal()
        if (0xD800..<0xDC00).contains(first), scalars[position...].starts(with: "\\u".unicodeScalars) {
            let rewind = position
            position += 2
            let second = try hexadecimal()
            if (0xDC00..<0xE000).contains(second) {
                return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
            }
            position = rewind
        }
        return Unicode.Scalar(first) ?? "\u{FFFD}"
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        let escapeStart = position - 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let scalar = current, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
                throw failure("Invalid \\uXXXX escape", at: escapeStart)
            }
            value = value << 4 + UInt32(digit)
            position += 1
        }
        return value
    }
}
