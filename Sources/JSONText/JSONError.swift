/// Why bytes are not JSON (RFC 8259), and where.
package struct JSONError: Error, Sendable, Hashable {
    /// What is wrong. Where the text may just have ended too early, ``isTruncated(_:)`` tells.
    package enum Problem: Sendable, Hashable {
        /// No value begins here.
        case expectedValue
        /// A name in quotes, of an object's member.
        case expectedName
        case expectedColon
        /// A comma, or the end of the object or array. Also behind the valid part of a number such as `01` or `1.`.
        case expectedComma
        /// More follows the one value.
        case trailingBytes
        /// The string that begins here does not end.
        case unterminatedString
        /// A character below U+0020 within a string.
        case controlCharacter
        /// A backslash with another letter than JSON's.
        case unknownEscape
        /// A `\u` without four hexadecimal digits.
        case malformedUnicodeEscape
        /// Bytes of the string that begins here are not UTF-8.
        case notUTF8
        /// More than ``JSONScanner/maximumDepth`` nested arrays and objects.
        case tooDeep
    }

    package var problem: Problem
    /// The position in the text, from 0.
    package var byteOffset: Int

    @inlinable
    package init(_ problem: Problem, at byteOffset: Int) {
        self.problem = problem
        self.byteOffset = byteOffset
    }

    /// Whether more bytes at its end could make the text valid.
    package func isTruncated(_ text: some Collection<UInt8>) -> Bool {
        switch problem {
        case .unterminatedString: true
        case .malformedUnicodeEscape:
            text.count - byteOffset < 6
                && text.dropFirst(byteOffset + 2).allSatisfy { JSONScanner.hexDigit($0) != nil }
        case .expectedValue:
            text.dropFirst(byteOffset).elementsEqual([UInt8(ascii: "-")]) || byteOffset >= text.count
                || JSONScanner.words.contains { $0.starts(with: text.dropFirst(byteOffset)) }
        case .expectedComma:
            // Behind the valid part of a number: `1.`, `1e` or `1e+`.
            byteOffset >= text.count
                || [".", "e", "E", "e+", "e-", "E+", "E-"].contains {
                    $0.utf8.elementsEqual(text.dropFirst(byteOffset))
                }
        default: byteOffset >= text.count
        }
    }
}

extension JSONError.Problem: CustomStringConvertible {
    /// What is wrong, without the position.
    package var description: String {
        switch self {
        case .expectedValue: "expected a value"
        case .expectedName: "expected a name in quotes"
        case .expectedColon: "expected ':'"
        case .expectedComma: "expected ',' or the end of the object or array"
        case .trailingBytes: "more follows the value"
        case .unterminatedString: "a string without end"
        case .controlCharacter: "a control character in a string"
        case .unknownEscape: "an unknown escape"
        case .malformedUnicodeEscape: "\\u without four hexadecimal digits"
        case .notUTF8: "a string that is not UTF-8"
        case .tooDeep: "more than \(JSONScanner.maximumDepth) levels"
        }
    }
}

extension JSONError: CustomStringConvertible {
    /// The problem and the position.
    package var description: String { "no JSON: \(problem) (byte \(byteOffset))" }
}
