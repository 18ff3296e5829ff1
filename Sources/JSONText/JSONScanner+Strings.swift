extension JSONScanner {
    /// The raw contents between the quotes of a string whose first byte has been seen, and whether they contain escapes.
    /// They are UTF-8, and their escapes are well-formed.
    @inlinable @inline(__always)
    package mutating func string() throws(JSONError) -> (contents: Range<Int>, hasEscapes: Bool) {
        position += 1
        let start = position
        var hasEscapes = false
        var isASCII = true
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                let contents = start..<position
                guard isASCII || isUTF8(contents) else { throw JSONError(.notUTF8, at: start - 1) }
                position += 1
                return (contents, hasEscapes)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                guard try escape() != nil else { throw JSONError(.unterminatedString, at: start - 1) }
                continue
            }
            guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw JSONError(.unterminatedString, at: start - 1)
    }

    /// Skips an escape.
    /// - Returns: its UTF-16 code unit; nil where the text ends behind the backslash.
    @usableFromInline
    mutating func escape() throws(JSONError) -> UInt16? {
        let start = position
        guard start + 1 < text.count else { return nil }
        position += 2
        switch text[start + 1] {
        case UInt8(ascii: "\""): return 0x22
        case UInt8(ascii: "\\"): return 0x5C
        case UInt8(ascii: "/"): return 0x2F
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"):
            var unit: UInt16 = 0
            for _ in 0..<4 {
                guard position < text.count, let digit = JSONScanner.hexDigit(text[position]) else {
                    throw JSONError(.malformedUnicodeEscape, at: start)
                }
                unit = unit << 4 | digit
                position += 1
            }
            return unit
        default: throw JSONError(.unknownEscape, at: start)
        }
    }

    /// The characters of a string that has been scanned. Half a surrogate pair becomes U+FFFD, since no text can hold it.
    package func characters(_ string: (contents: Range<Int>, hasEscapes: Bool)) -> String {
        let raw = UnsafeBufferPointer(rebasing: text[string.contents])
        guard string.hasEscapes else { return String(decoding: raw, as: UTF8.self) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        appendCharacters(string.contents, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the characters of a scanned string with escapes as UTF-8, as ``characters(_:)`` returns them.
    package func appendCharacters(_ contents: Range<Int>, to bytes: inout [UInt8]) {
        var scanner = self
        scanner.position = contents.lowerBound
        while scanner.position < contents.upperBound {
            let start = scanner.position
            guard text[start] == UInt8(ascii: "\\") else {
                let end = text[start..<contents.upperBound].firstIndex(of: UInt8(ascii: "\\"))
                scanner.position = end ?? contents.upperBound
                bytes.append(contentsOf: text[start..<scanner.position])
                continue
            }
            // Well-formed, or the string would have been refused.
            guard let unit = try? scanner.escape() else { return }
            if unit < 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: unit))
                continue
            }
            var units = [unit]
            let next = scanner.position
            if UTF16.isLeadSurrogate(unit), next < contents.upperBound, text[next] == UInt8(ascii: "\\") {
                if let second = try? scanner.escape(), UTF16.isTrailSurrogate(second) {
                    units.append(second)
                } else {
                    scanner.position = next
                }
            }
            bytes.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
        }
    }

    /// Writes the characters of a scanned string with escapes, as long as they are ASCII and there is room.
    /// - Returns: the number of characters; nil if there are more, or one is not ASCII.
    package func unescape(_ contents: Range<Int>, into target: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var scanner = self
        scanner.position = contents.lowerBound
        var count = 0
        while scanner.position < contents.upperBound {
            var unit = UInt16(text[scanner.position])
            if unit == UInt16(UInt8(ascii: "\\")) {
                guard let escaped = try? scanner.escape() else { return nil }
                unit = escaped
            } else {
                scanner.position += 1
            }
            guard unit < 0x80, count < target.count else { return nil }
            target[count] = UInt8(truncatingIfNeeded: unit)
            count += 1
        }
        return count
    }

    static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    @usableFromInline
    func isUTF8(_ range: Range<Int>) -> Bool {
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
}
