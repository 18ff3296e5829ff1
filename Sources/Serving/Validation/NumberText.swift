/// Numbers that come as text, as pydantic 2 reads them: white space around, `_` between digits.
enum NumberText {
    /// The digits of an integer with its sign, which may be any number of them; nil for any other text.
    ///
    /// A fraction of zeros is allowed, an exponent is not.
    static func integer(_ text: String) -> String? {
        var bytes = trimmed(text)
        if let point = bytes.firstIndex(of: UInt8(ascii: ".")) {
            let fraction = bytes[(point + 1)...]
            guard !fraction.isEmpty, fraction.allSatisfy({ $0 == zero }) else { return nil }
            bytes = Array(bytes[..<point])
        }
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        guard let first = bytes.first, isDigit(first) else { return nil }
        // Any number of `_` may follow each leading zero, but not at the end.
        if first == zero {
            guard let end = bytes.firstIndex(where: { $0 != zero && $0 != underscore }) else {
                return bytes.last == zero ? "0" : nil
            }
            bytes.removeFirst(end)
        }
        guard let digits = withoutSeparators(bytes), digits.allSatisfy(isDigit) else { return nil }
        return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }

    /// The nearest double, which may be infinite, or NaN for `nan`; nil for text that is no decimal number.
    static func double(_ text: String) -> Double? {
        guard let bytes = withoutSeparators(trimmed(text)), isDecimal(bytes) || isWord(bytes) else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    /// `[+-]digits[.digits][e[+-]digits]` with a digit on at least one side of the point. `Double.init` takes hexadecimal, too.
    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func skipSign() {
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
        }
        func skipDigits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest.removeFirst(count)
            return count
        }
        skipSign()
        var digits = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += skipDigits()
        }
        guard digits > 0 else { return false }
        if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func isWord(_ bytes: [UInt8]) -> Bool {
        var word = bytes.map { $0 | 0x20 }
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { word.removeFirst() }
        return ["inf", "infinity", "nan"].contains { $0.utf8.elementsEqual(word) }
    }

    /// Nil where `_` begins or ends the text, or follows another.
    private static func withoutSeparators(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.first != underscore, bytes.last != underscore,
            !zip(bytes, bytes.dropFirst()).contains(where: { $0 == underscore && $1 == underscore })
        else { return nil }
        return bytes.filter { $0 != underscore }
    }

    /// The bytes without Unicode's white space at either end.
    private static func trimmed(_ text: String) -> [UInt8] {
        let scalars = text.unicodeScalars
        let start = scalars.drop { $0.properties.isWhitespace }
        let end = start.reversed().drop { $0.properties.isWhitespace }.reversed()
        return end.flatMap { Array(String($0).utf8) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

    private static let zero = UInt8(ascii: "0")
    private static let underscore = UInt8(ascii: "_")
}
