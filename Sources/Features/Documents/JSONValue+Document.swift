import Columnar
import JSONText

/// Documents that people write and read: one object of which one member is a list.
extension JSONValue {
    /// Reads a document.
    init<Failure: DocumentError>(document json: [UInt8], as failure: Failure.Type) throws(Failure) {
        // Editors of Windows begin files with a byte order mark.
        let json = json.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(json.dropFirst(3)) : json
        do {
            self = try JSONValue(parsing: json)
        } catch {
            throw .notJSON(message: error.description)
        }
    }

    /// The object with each member on a line, and each element of the list on its own; always the same bytes for equal values.
    func document(listing list: String) -> [UInt8] {
        guard case .object(let members) = self else { return bytes }
        let lines = members.map { member in
            let name = JSONValue.string(member.name).text
            guard member.name == list, case .array(let elements) = member.value else {
                return "  \(name): \(member.value.spacedText)"
            }
            return "  \(name): [\n\(elements.map { "    \($0.spacedText)" }.joined(separator: ",\n"))\n  ]"
        }
        return Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
    }

    /// Texts, nil where they are the default.
    static func list(_ texts: [String], default standard: [String]) -> JSONValue? {
        texts == standard ? nil : .texts(texts)
    }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    /// A number in the shortest form that reads back as the same.
    static func number(_ value: Double) -> JSONValue {
        Int64(exactly: value).map { JSONValue($0) } ?? .number("\(value)")
    }

    /// On one line, with a space after commas and colons.
    private var spacedText: String {
        switch self {
        case .array(let values): "[\(values.map(\.spacedText).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\(JSONValue.string($0.name).text): \($0.value.spacedText)" }.joined(separator: ", "))}"
        case .null, .boolean, .integer, .number, .string: text
        }
    }

    /// For messages.
    var shown: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let digits), .number(let digits): QuotedText.value(digits)
        case .string(let text): QuotedText.value(text)
        case .array: "a list"
        case .object: "an object"
        }
    }
}
