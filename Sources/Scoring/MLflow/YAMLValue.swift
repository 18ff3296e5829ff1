import Essentials

/// A value that can be written as YAML, in block form and plain ASCII.
package indirect enum YAMLValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    case string(String)
    case sequence([YAMLValue])
    /// In this order; a key occurs once.
    case mapping([Pair])

    package struct Pair: Sendable, Hashable {
        package let key: String
        package let value: YAMLValue

        package init(_ key: String, _ value: YAMLValue) {
            self.key = key
            self.value = value
        }
    }

    /// The document, ending with a line feed.
    package var text: String {
        var text = ""
        write(to: &text, indentation: 0, isAfterKey: false)
        return text
    }

    private func write(to text: inout String, indentation: Int, isAfterKey: Bool) {
        let separator = isAfterKey ? " " : ""
        let margin = String(repeating: " ", count: indentation)
        switch self {
        case .null: text += separator + "null\n"
        case .boolean(let value): text += separator + "\(value)\n"
        case .integer(let value): text += separator + "\(value)\n"
        case .string(let value): text += separator + Self.scalar(value) + "\n"
        case .sequence(let values) where values.isEmpty: text += separator + "[]\n"
        case .mapping(let pairs) where pairs.isEmpty: text += separator + "{}\n"
        case .sequence(let values):
            if isAfterKey { text += "\n" }
            for (index, value) in values.enumerated() {
                // What follows a dash directly is on its line already.
                text += (index > 0 || isAfterKey ? margin : "") + "- "
                value.write(to: &text, indentation: indentation + 2, isAfterKey: false)
            }
        case .mapping(let pairs):
            if isAfterKey { text += "\n" }
            for (index, pair) in pairs.enumerated() {
                text += (index > 0 || isAfterKey ? margin : "") + Self.scalar(pair.key) + ":"
                pair.value.write(to: &text, indentation: indentation + 2, isAfterKey: true)
            }
        }
    }

    /// Words that are truth values or nothing without quotes, in YAML 1.1 or 1.2.
    private static let reserved: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

    /// The text unquoted where YAML reads it as a text, else in double quotes.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy(isPlainByte) && (text.utf8.first.map(isLetter) ?? false)
            && !reserved.contains(text.lowercased())
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case " "..."~": quoted.unicodeScalars.append(scalar)
            default:
                let (prefix, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                quoted += "\\" + prefix + scalar.value.zeroPadded(to: width, radix: 16)
            }
        }
        return quoted + "\""
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }

    private static func isPlainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "/"):
            true
        default: isLetter(byte)
        }
    }
}
