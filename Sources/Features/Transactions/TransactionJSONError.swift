import JSONText

/// Why a text is not a transaction in JSON, with the position.
public struct TransactionJSONError: Error, Sendable, Hashable {
    /// What is wrong.
    public enum Problem: Error, Sendable, Hashable {
        case unexpectedEnd
        case unexpectedByte(UInt8)
        /// Bytes follow the object.
        case trailingBytes
        /// A number that JSON does not allow, such as `01` or `.5`.
        case malformedNumber
        /// A control character, an unknown escape, or bytes that are not UTF-8.
        case malformedString
        /// More than ``TransactionJSON/maximumDepth`` nested arrays and objects.
        case tooDeep
        case missingField
        case nullField
        case expectedNumber
        case expectedString
        case notAnInteger
        /// A number that the field's type cannot hold.
        case outOfRange
        /// Text that is not `yyyy-MM-ddTHH:mm:ss.SSSZ` or `yyyy-MM-dd HH:mm:ss`, or a date that does not exist.
        case invalidDateTime
    }

    /// What is wrong.
    public var problem: Problem
    /// The position in the text, from 0.
    public var byteOffset: Int
    /// The field that it concerns, if it is one of a transaction's.
    public var field: TransactionColumn?

    init(_ problem: Problem, at byteOffset: Int, field: TransactionColumn? = nil) {
        self.problem = problem
        self.byteOffset = byteOffset
        self.field = field
    }

    /// The problem of a text that is not JSON.
    init(_ error: JSONError, in text: UnsafeBufferPointer<UInt8>, field: TransactionColumn?) {
        self.init(.unexpectedEnd, at: text.count, field: field)
        if error.isTruncated(text) { return }
        byteOffset = error.byteOffset
        let byte = byteOffset < text.count ? text[byteOffset] : 0
        switch error.problem {
        case .trailingBytes: problem = .trailingBytes
        case .controlCharacter, .unknownEscape, .malformedUnicodeEscape, .notUTF8, .unterminatedString:
            problem = .malformedString
        case .tooDeep: problem = .tooDeep
        // The beginning of a number has been read, and its next byte belongs to no valid one.
        case .expectedComma where "0123456789.eE".utf8.contains(byte): problem = .malformedNumber
        case .expectedValue where byte == UInt8(ascii: "-"): problem = .malformedNumber
        case .expectedValue, .expectedName, .expectedColon, .expectedComma: problem = .unexpectedByte(byte)
        }
    }

    /// A number that is not one of the field's type.
    init(_ problem: JSONNumber.Problem, at byteOffset: Int, field: TransactionColumn) {
        switch problem {
        case .notAnInteger: self.init(Problem.notAnInteger, at: byteOffset, field: field)
        case .outOfRange: self.init(Problem.outOfRange, at: byteOffset, field: field)
        }
    }
}

extension TransactionJSONError: CustomStringConvertible {
    /// One line that names the field, the problem and the position.
    public var description: String {
        let subject = field.map { "field '\($0.name)'" } ?? "transaction JSON"
        let message =
            switch problem {
            case .unexpectedEnd: "the text ends early"
            case .unexpectedByte(let byte): "unexpected \(TransactionJSONError.name(of: byte))"
            case .trailingBytes: "something follows the object"
            case .malformedNumber: "not a JSON number"
            case .malformedString: "not a JSON string"
            case .tooDeep: "more than \(TransactionJSON.maximumDepth) levels"
            case .missingField: "missing"
            case .nullField: "null, where a value is needed"
            case .expectedNumber: "expected a number"
            case .expectedString: "expected a string"
            case .notAnInteger: "expected an integer"
            case .outOfRange: "the number is out of range"
            case .invalidDateTime: "not a date and time such as 2019-08-22T00:00:31.000Z"
            }
        return "\(subject): \(message) (byte \(byteOffset))"
    }

    private static func name(of byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
    }
}
