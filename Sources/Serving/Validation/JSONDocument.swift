import JSONText

/// Reads a request's body as Python's `json` module does: in any of the encodings of Unicode, with its messages and
/// character positions, which FastAPI passes on to clients.
enum JSONDocument {
    struct Failure: Error, Hashable {
        /// The position: the number of characters (Unicode scalars) before it.
        var position: Int
        var message: String
        /// Whether the bytes are text at all.
        var isText = true
    }

    static func parse(_ bytes: some Collection<UInt8>) throws(Failure) -> JSONValue {
        guard let text = JSONEncodings.utf8(Array(bytes)) else {
            throw Failure(position: 0, message: "neither UTF-8 nor UTF-16 nor UTF-32", isText: false)
        }
        do {
            return try JSONValue(parsing: text)
        } catch {
            let offset = error.byteOffset + (error.problem == .malformedUnicodeEscape ? 1 : 0)
            // All bytes of a character but its first are 10xxxxxx.
            let position = text.prefix(offset).count { $0 & 0xC0 != 0x80 }
            throw Failure(position: position, message: message(error.problem))
        }
    }

    private static func message(_ problem: JSONError.Problem) -> String {
        switch problem {
        case .expectedValue: "Expecting value"
        case .expectedName: "Expecting property name enclosed in double quotes"
        case .expectedColon: "Expecting ':' delimiter"
        case .expectedComma: "Expecting ',' delimiter"
        case .trailingBytes: "Extra data"
        case .unterminatedString: "Unterminated string starting at"
        case .controlCharacter: "Invalid control character at"
        case .unknownEscape: "Invalid \\escape"
        case .malformedUnicodeEscape: "Invalid \\uXXXX escape"
        case .tooDeep: "Nested too deeply"
        case .notUTF8: "Invalid UTF-8"
        }
    }
}
