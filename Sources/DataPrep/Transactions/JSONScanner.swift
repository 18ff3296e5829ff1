/// Scans JSON text (RFC 8259) without copying or allocating.
struct JSONScanner {
    typealias Failure = TransactionJSONError

    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// The next byte that is not white space, without consuming it.
    @inline(__always)
    mutating func peek() throws(Failure) -> UInt8 {
        guard !isAtEnd() else { throw Failure(.unexpectedEnd, at: position) }
        return text[position]
    }

    /// Skips white space, and tells whether nothing else is left.
    @inline(__always)
    mutating func isAtEnd() -> Bool {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return false }
            position += 1
        }
        return true
    }

    /// Skips a byte that must come next after white space.
    @inline(__always)
    mutating func expect(_ expected: UInt8) throws(Failure) {
        let byte = try peek()
        guard byte == expected else { throw Failure(.unexpectedByte(byte), at: position) }
        position += 1
    }

    /// The raw contents of a string between the quotes, and whether they contain escapes.
    @inline(__always)
    mutating func string() throws(Failure) -> (contents: Range<Int>, hasEscapes: Bool) {
        position += 1
        let start = position
        var hasEscapes = false
        var isASCII = true
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                let contents = start..<position
                guard isASCII || isUTF8(contents) else { throw Failure(.malformedString, at: start) }
                position += 1
                return (contents, hasEscapes)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try escape()
                continue
            }
            guard byte >= 0x20 else { throw Failure(.malformedString, at: position) }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw Failure(.unexpectedEnd, at: position)
    }

    /// Skips an escape and returns its UTF-16 code unit.
    @discardableResult
    private mutating func escape() throws(Failure) -> UInt16 {
        let start = position
        guard position + 1 < text.count else { throw Failure(.unexpectedEnd, at: text.count) }
        let letter = text[position + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(letter)
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"):
            guard position + 4 <= text.count else { throw Failure(.unexpectedEnd, at: text.count) }
            var unit: UInt16 = 0
            for _ in 0..<4 {
                guard let digit = JSONScanner.hexDigit(text[position]) else {
                    throw Failure(.malformedString, at: start)
                }
                unit = unit << 4 | digit
                position += 1
            }
            return unit
        default: throw Failure(.malformedString, at: start)
        }
    }

    /// Writes the characters of a string with escapes, as long as they are ASCII and there is room.
    /// - Returns: the number of characters; nil if there are more, or one is not ASCII.
    func unescape(_ contents: Range<Int>, into target: UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Int? {
        var scanner = self
        scanner.position = contents.lowerBound
        var count = 0
        while scanner.position < contents.upperBound {
            var unit = UInt16(text[scanner.position])
            if unit == UInt16(UInt8(ascii: "\\")) { unit = try scanner.escape() } else { scanner.position += 1 }
            guard unit < 0x80, count < target.count else { return nil }
            target[count] = UInt8(truncatingIfNeeded: unit)
            count += 1
        }
        return count
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private func isUTF8(_ range: Range<Int>) -> Bool {
        var iterator = UnsafeBufferPointer(rebasing: text[range]).makeIterator()
        var decoder = UTF8()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue: continue
            case .emptyInput: return true
            case .error: return false
            }
        }
    }

    /// Skips any value.
    mutating func skipValue(depth: Int = 0) throws(Failure) {
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try skipMembers(closing: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): try skipMembers(closing: UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number()
        default: throw Failure(.unexpectedByte(byte), at: position)
        }
    }

    private mutating func skipMembers(closing: UInt8, depth: Int) throws(Failure) {
        // The transaction itself is the first level.
        guard depth + 1 < TransactionJSON.maximumDepth else { throw Failure(.tooDeep, at: position) }
        position += 1
        if try peek() == closing {
            position += 1
            return
        }
        while true {
            if closing == UInt8(ascii: "}") {
                let byte = try peek()
                guard byte == UInt8(ascii: "\"") else { throw Failure(.unexpectedByte(byte), at: position) }
                _ = try string()
                try expect(UInt8(ascii: ":"))
            }
            try skipValue(depth: depth + 1)
            let byte = try peek()
            position += 1
            if byte == closing { return }
            guard byte == UInt8(ascii: ",") else { throw Failure(.unexpectedByte(byte), at: position - 1) }
        }
    }

    /// Skips a literal whose first byte has been seen.
    mutating func skip(_ literal: StaticString) throws(Failure) {
        for offset in 0..<literal.utf8CodeUnitCount {
            guard position < text.count else { throw Failure(.unexpectedEnd, at: position) }
            guard text[position] == literal.utf8Start[offset] else {
                throw Failure(.unexpectedByte(text[position]), at: position)
            }
            position += 1
        }
    }
}
