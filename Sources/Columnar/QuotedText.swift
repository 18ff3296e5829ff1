/// Data in messages: shortened and escaped, so that an error shows what is wrong and not the data.
package enum QuotedText {
    /// Characters of a value that a message shows.
    package static let limit = 60
    private static let namesShown = 12

    /// A value in quotes: at most ``limit`` characters, the rest becomes `…`; control characters and bytes that are not
    /// UTF-8 are escaped.
    package static func value(_ bytes: some Sequence<UInt8>, limit: Int = limit) -> String {
        "'\(escaped(bytes, limit: limit))'"
    }

    /// A value in quotes, shortened and escaped.
    package static func value(_ text: String, limit: Int = limit) -> String { value(text.utf8, limit: limit) }

    /// The names of columns as a message lists them. Names that look like values, as in a file without a header, are
    /// only counted: they are somebody's data.
    package static func names(_ names: [String]) -> String {
        if names.contains(where: isValue) {
            return "its \(names.count) columns have values for names: is the header line missing?"
        }
        let shown = names.prefix(namesShown).map { escaped($0.utf8, limit: 40) }.joined(separator: ", ")
        return names.count > namesShown
            ? "columns: \(shown), and \(names.count - namesShown) more" : "columns: \(shown)"
    }

    /// Whether a name is a number or a time.
    package static func isValue(_ name: String) -> Bool {
        Double(name) != nil || CivilDateTime.microseconds(parsing: name) != nil
    }

    /// The first characters of a text, escaped.
    private static func escaped(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
        var text = ""
        var shown = 0
        // A scalar has up to four bytes: no more are read.
        let head = Array(bytes.prefix(limit * 4 + 4))
        var parser = Unicode.UTF8.ForwardParser()
        var rest = head.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput:
                return text
            case .valid(let encoded):
                guard shown < limit else { return text + "…" }
                append(Unicode.UTF8.decode(encoded), to: &text)
                position += encoded.count
            case .error(let length):
                guard shown < limit else { return text + "…" }
                for byte in head[position..<min(head.count, position + length)] {
                    text += "\\x" + hexadecimal(UInt32(byte), digits: 2)
                }
                position += length
            }
            shown += 1
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        default:
            switch scalar.properties.generalCategory {
            // Control characters of terminals, and those that change the direction of text.
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
                text += "\\u{\(hexadecimal(scalar.value, digits: 1))}"
            // It would combine with the quote before it.
            case .nonspacingMark where text.isEmpty, .enclosingMark where text.isEmpty, .spacingMark where text.isEmpty:
                text += "\\u{\(hexadecimal(scalar.value, digits: 1))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
