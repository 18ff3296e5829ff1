/// The files `~/.aws/config` and `~/.aws/credentials`: sections of `name = value` lines, indented ones being values below a name
/// (AWS SDKs and Tools Reference Guide, "Shared config and credentials files").
struct SharedConfigurationFile: Sendable, Hashable {
    struct Section: Sendable, Hashable {
        var values: [String: String] = [:]
        /// By the name above them.
        var nested: [String: [String: String]] = [:]
    }

    /// By the text between the brackets, words separated by single spaces, names without their quotation marks.
    private(set) var sections: [String: Section] = [:]

    init(_ text: String = "") {
        var section: String?
        var parent: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let isIndented = line.first == " " || line.first == "\t"
            let content = line.drop(while: \.isWhitespace)
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[", !isIndented {
                section = Self.sectionName(content)
                parent = nil
            } else if let section, let equals = content.firstIndex(of: "=") {
                let name = Self.trimmed(content[..<equals]).lowercased()
                let value = Self.withoutComment(Self.trimmed(content[content.index(after: equals)...]))
                if isIndented, let parent {
                    sections[section, default: Section()].nested[parent, default: [:]][name] = value
                } else {
                    sections[section, default: Section()].values[name] = value
                    parent = value.isEmpty ? name : nil
                }
            }
        }
    }

    /// `[profile name]`, `[profile "a name"]`, `['a ] name']`.
    private static func sectionName(_ line: Substring) -> String {
        var name = ""
        var quote: Character?
        for character in line.dropFirst() {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character == "]" {
                break
            } else if quote != nil || !character.isWhitespace {
                name.append(character)
            } else if !name.isEmpty, name.last != " " {
                name.append(" ")
            }
        }
        while quote == nil, name.last == " " { name.removeLast() }
        return name
    }

    /// The section of a profile: `[profile NAME]`, and `[NAME]` as credentials files and the default have it.
    func profile(_ name: String) -> Section? { sections["profile \(name)"] ?? sections[name] }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func withoutComment(_ value: String) -> String {
        for mark in [" #", " ;", "\t#", "\t;"] {
            if let range = value.firstRange(of: mark) { return trimmed(value[..<range.lowerBound]) }
        }
        return value
    }
}
