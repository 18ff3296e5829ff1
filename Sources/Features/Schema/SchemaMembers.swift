import Columnar
import JSONText

/// Reads the members of one JSON object of a schema, and knows which of them have been read: whatever is left at the end is
/// unknown.
struct SchemaMembers {
    /// Of the object, such as `columns[3]`; empty for the outermost.
    private let path: String
    private let members: [JSONValue.Member]
    private var known: [String] = []

    init(_ value: JSONValue, path: String) throws(SchemaError) {
        guard case .object(let members) = value else {
            throw .invalidMember(
                path: path.isEmpty ? "the schema" : path, value: value.shown, expected: "an object in braces")
        }
        self.path = path
        self.members = members
        var names: Set<String> = []
        for member in members where !names.insert(member.name).inserted {
            throw .repeatedMember(path: self.path(member.name))
        }
    }

    /// A member's path.
    func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// A member's value; nil if it is left out.
    mutating func value(_ name: String) -> JSONValue? {
        known.append(name)
        return members.first { $0.name == name }?.value
    }

    /// - Throws: ``SchemaError/unknownMember(path:known:)`` for the first member that nothing has asked for.
    func finish() throws(SchemaError) {
        if let member = members.first(where: { !known.contains($0.name) }) {
            throw .unknownMember(path: path(member.name), known: known)
        }
    }

    mutating func text(_ name: String) throws(SchemaError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw failure(name, value, "a text in quotes") }
        return text
    }

    mutating func requiredText(_ name: String) throws(SchemaError) -> String {
        guard let text = try text(name) else { throw .missingMember(path: path(name)) }
        return text
    }

    mutating func texts(_ name: String) throws(SchemaError) -> [String]? {
        guard let value = value(name) else { return nil }
        guard case .array(let elements) = value else {
            throw failure(name, value, "a list of texts in brackets, such as [\"1\"]")
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard case .string(let text) = element else {
                throw failure("\(name)[\(index)]", element, "a text in quotes")
            }
            texts.append(text)
        }
        return texts
    }

    mutating func number(_ name: String) throws(SchemaError) -> Double? {
        guard let value = value(name) else { return nil }
        switch value {
        case .integer(let digits), .number(let digits):
            if let number = Double(digits), number.isFinite { return number }
        default: break
        }
        throw failure(name, value, "a number that is finite")
    }

    /// A text that `read` turns into a value.
    mutating func parsed<Value>(
        _ name: String, expected: String, _ read: (String) -> Value?
    ) throws(SchemaError) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = read(text) else { throw failure(name, .string(text), expected) }
        return value
    }

    /// One of an enumeration's names.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type
    ) throws(SchemaError) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue)
            let question = NearestNames.question(NearestNames.nearest(to: text, in: names)).map { "; \($0)" } ?? ""
            throw failure(name, .string(text), "one of \(names.joined(separator: ", "))\(question)")
        }
        return value
    }

    func failure(_ name: String, _ value: JSONValue, _ expected: String) -> SchemaError {
        .invalidMember(path: path(name), value: value.shown, expected: expected)
    }
}

extension JSONValue {
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
