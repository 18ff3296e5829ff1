/// The text form of Java's `.properties` files, in UTF-8.
///
/// A line is `name=value`, `name: value` or `name value`; `#` and `!` begin comments; a backslash at the end of a line continues it on
/// the next, and elsewhere escapes what follows (`\\t`, `\\n`, `\\r`, `\\f`, `\\uXXXX`, else the character itself). White space around names
/// and values is dropped unless escaped, also at the end of values, where Java keeps it but nobody intends it.
package enum JavaProperties {
    /// The line and what is wrong with it, but not its text, which may be a secret.
    package struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Counted from 1.
        package let line: Int
        package let problem: String

        package var description: String { "line \(line): \(problem)" }
    }

    /// Names and values; if a name occurs twice, the last value is used.
    package static func parse(_ text: [UInt8]) throws(SyntaxError) -> [String: String] {
        var properties: [String: String] = [:]
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for line in lines(text.starts(with: mark) ? text[3...] : text[...]) {
            let (name, value) = try entry(line)
            properties[name] = value
        }
        return properties
    }

    private struct Line {
        var number: Int
        var bytes: [UInt8]
    }

    private static let blank: Set<UInt8> = [0x20, 0x09, 0x0C]
    private static let backslash = UInt8(ascii: "\\")

    /// The lines that are not blank or comments, with continued lines joined.
    private static func lines(_ text: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        var open: Line?
        var number = 0
        var rest = text
        while !rest.isEmpty {
            number += 1
            let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
            let bytes = rest[..<end].drop { blank.contains($0) }
            rest = rest[end...]
            // A line ends with CR, LF or both.
            if rest.starts(with: [0x0D, 0x0A]) { rest = rest.dropFirst() }
            rest = rest.dropFirst()
            if open == nil, bytes.isEmpty || bytes.first == UInt8(ascii: "#") || bytes.first == UInt8(ascii: "!") {
                continue
            }
            var line = open ?? Line(number: number, bytes: [])
            line.bytes += bytes
            let backslashes = bytes.reversed().prefix { $0 == backslash }.count
            if backslashes % 2 == 1 {
                line.bytes.removeLast()
                open = line
            } else {
                open = nil
                lines.append(line)
            }
        }
        if let open { lines.append(open) }
        return lines.filter { !$0.bytes.isEmpty }
    }

    private static func entry(_ line: Line) throws(SyntaxError) -> (name: String, value: String) {
        var position = 0
        let bytes = line.bytes
        while position < bytes.count, !isSeparator(bytes[position]), !blank.contains(bytes[position]) {
            position += bytes[position] == backslash ? 2 : 1
        }
        let nameEnd = min(position, bytes.count)
        var valueStart = bytes[nameEnd...].firstIndex { !blank.contains($0) } ?? bytes.count
        if valueStart < bytes.count, isSeparator(bytes[valueStart]) {
            valueStart = bytes[(valueStart + 1)...].firstIndex { !blank.contains($0) } ?? bytes.count
        } else if valueStart == bytes.count {
            throw SyntaxError(line: line.number, problem: "expected name=value")
        }
        guard nameEnd > 0 else { throw SyntaxError(line: line.number, problem: "expected name=value") }
        return (
            try unescaped(bytes[..<nameEnd], line.number),
            try unescaped(withoutTrailingBlanks(bytes[valueStart...]), line.number)
        )
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") }

    private static func withoutTrailingBlanks(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = value
        while let last = value.last, blank.contains(last) {
            // An escaped blank is intended.
            if value.dropLast().reversed().prefix(while: { $0 == backslash }).count % 2 == 1 { break }
            value = value.dropLast()
        }
        return value
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>, _ line: Int) throws(SyntaxError) -> String {
        var text: [UInt8] = []
        /// Of `\uXXXX`: UTF-16, so that two may make a character.
        var units: [UInt16] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == backslash, let escaped = rest.popFirst() else {
                flush(&units, to: &text)
                text.append(byte)
                continue
            }
            if escaped == UInt8(ascii: "u") {
                let digits = String(decoding: rest.prefix(4), as: UTF8.self)
                let isHexadecimal = rest.prefix(4).allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
                guard digits.utf8.count == 4, isHexadecimal, let unit = UInt16(digits, radix: 16) else {
                    throw SyntaxError(line: line, problem: "\\u is not followed by four hexadecimal digits")
                }
                units.append(unit)
                rest = rest.dropFirst(4)
                continue
            }
            flush(&units, to: &text)
            let meanings: [UInt8: UInt8] = [
                UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "f"): 0x0C,
            ]
            text.append(meanings[escaped] ?? escaped)
        }
        flush(&units, to: &text)
        guard let text = String(validating: text, as: UTF8.self) else {
            throw SyntaxError(line: line, problem: "it is not UTF-8")
        }
        return text
    }

    private static func flush(_ units: inout [UInt16], to text: inout [UInt8]) {
        guard !units.isEmpty else { return }
        text.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
        units.removeAll()
    }
}
