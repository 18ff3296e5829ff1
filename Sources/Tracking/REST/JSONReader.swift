/// Reads JSON (RFC 8259), and the bare `NaN`, `Infinity` and `-Infinity` that Python writes. Any bytes are read or
/// refused, in time linear in their number.
struct JSONReader {
    /// Why bytes are not JSON.
    struct Failure: Error, Hashable, CustomStringConvertible {
        var offset: Int
        var expected: String

        var description: String { "no JSON: expected \(expected) at byte \(offset)" }
    }

    /// MLflow's responses are not nested deeper, and deeper nesting would overflow the stack.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value that the bytes hold.
    static func value(of bytes: [UInt8]) throws(Failure) -> JSON {
        var reader = JSONReader(bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.peek == nil else { throw reader.failure("the end") }
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ expected: String) -> Failure { Failure(offset: position, expected: expected) }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        let isEqual = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + count]) }
        if isEqual { position += count }
        return isEqual
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth < Self.maximumDepth else { throw failure("less nesting") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t") where take(word: "true"): return .boolean(true)
        case UInt8(ascii: "f") where take(word: "false"): return .boolean(false)
        case UInt8(ascii: "n") where take(word: "null"): return .null
        case UInt8(ascii: "N") where take(word: "NaN"): return .number(.nan)
        case UInt8(ascii: "I") where take(word: "Infinity"): return .number(.infinity)
        case UInt8(ascii: "-") where take(word: "-Infinity"): return .number(-.infinity)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        default: throw failure("a value")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSON {
        position += 1
        var members: [String: JSON] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a name") }
            let name = try text()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("':'") }
            members[name] = try value(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or '}'") }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or ']'") }
        }
    }

    private mutating func number() throws(Failure) -> JSON {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let first = position
        try digits()
        guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else { throw failure("no leading zero") }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let value = Double(text) else { throw failure("a number") }
        return .number(value)
    }

    private mutating func digits() throws(Failure) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw failure("a digit") }
    }

    private mutating func text() throws(Failure) -> String {
        position += 1
        var content: [UInt8] = []
        var start = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                content += bytes[start..<position]
                guard let text = String(validating: content, as: UTF8.self) else { throw failure("UTF-8 before this") }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                content += bytes[start..<position]
                try escape(into: &content)
                start = position
            case 0..<0x20: throw failure("an escaped control character")
            default: position += 1
            }
        }
        throw failure("'\"'")
    }

    private mutating func escape(into content: inout [UInt8]) throws(Failure) {
        position += 1
        guard let byte = peek else { throw failure("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content += String(try escapedScalar()).utf8
        default: throw failure("a known escape")
        }
    }

    /// After `\u`: a scalar of four digits, or of twice four. A surrogate without its other half, which Python writes
    /// for bytes that were not Unicode, becomes the replacement character.
    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let back = position
        guard UTF16.isLeadSurrogate(first), take(word: "\\u") else { return "\u{FFFD}" }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else {
            position = back
            return "\u{FFFD}"
        }
        let value = 0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        guard bytes.count - position >= 4 else { throw failure("four hexadecimal digits") }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
        }
        position += 4
        return value
    }
}
