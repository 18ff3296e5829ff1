import Columnar
import JSONText

/// What is wrong with a JSON document, as the error of its kind says it.
protocol DocumentError: Error {
    /// What an error calls the outermost object, such as `the schema`.
    static var documentName: String { get }

    static func notJSON(message: String) -> Self
    static func unknownMember(path: String, known: [String]) -> Self
    static func repeatedMember(path: String) -> Self
    static func missingMember(path: String) -> Self
    static func invalidMember(path: String, value: String, expected: String) -> Self
    static func unsupportedVersion(_ version: String) -> Self
}

/// Reads the members of one JSON object, and knows which of them have been read: whatever is left at the end is unknown.
struct DocumentMembers<Failure: DocumentError> {
    /// Of the object, such as `columns[3]`; empty for the outermost.
    private let path: String
    private let members: [JSONValue.Member]
    private var known: [String] = []

    init(_ value: JSONValue, path: String) throws(Failure) {
        guard case .object(let members) = value else {
            throw .invalidMember(
                path: path.isEmpty ? Failure.documentName : path, value: value.shown, expected: "an object in braces")
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

    /// - Throws: `unknownMember` for the first member that nothing has asked for.
    func finish() throws(Failure) {
        if let member = members.first(where: { !known.contains($0.name) }) {
            throw .unknownMember(path: path(member.name), known: known)
        }
    }

    mutating func text(_ name: String) throws(Failure) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw failure(name, value, "a text in quotes") }
        return text
    }

    mutating func requiredText(_ name: String) throws(Failure) -> String {
        try required(name, try text(name))
    }

    mutating func texts(_ name: String) throws(Failure) -> [String]? {
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

    mutating func number(_ name: String) throws(Failure) -> Double? {
        guard let value = value(name) else { return nil }
        switch value {
        case .integer(let digits), .number(let digits):
            if let number = Double(digits), number.isFinite { return number }
        default: break
        }
        throw failure(name, value, "a number that is finite")
    }

    /// Finite numbers by name.
    mutating func numbers(_ name: String) throws(Failure) -> [String: Double]? {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value else { throw failure(name, value, "an object of numbers in braces") }
        var numbers: [String: Double] = [:]
        var reader = try DocumentMembers(value, path: path(name))
        for member in members { numbers[member.name] = try reader.number(member.name) }
        return numbers
    }

    mutating func truth(_ name: String) throws(Failure) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .boolean(let truth) = value else { throw failure(name, value, "true or false") }
        return truth
    }

    /// - Throws: `missingMember` for nil.
    func required<Value>(_ name: String, _ value: Value?) throws(Failure) -> Value {
        guard let value else { throw .missingMember(path: path(name)) }
        return value
    }

    /// A text that `read` turns into a value.
    mutating func parsed<Value>(
        _ name: String, expected: String, _ read: (String) -> Value?
    ) throws(Failure) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = read(text) else { throw failure(name, .string(text), expected) }
        return value
    }

    /// One of an enumeration's names.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type
    ) throws(Failure) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue)
            let question = NearestNames.question(NearestNames.nearest(to: text, in: names)).map { "; \($0)" } ?? ""
            throw failure(name, .string(text), "one of \(names.joined(separator: ", "))\(question)")
        }
        return value
    }

    mutating func requiredChoice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type
    ) throws(Failure) -> Value {
        try required(name, try choice(name, of: type))
    }

    /// Reads the member `version`.
    mutating func requireVersion(_ version: Int) throws(Failure) {
        let value = try required("version", value("version"))
        guard case .integer(let digits) = value else { throw failure("version", value, "a whole number") }
        guard Int(digits) == version else { throw .unsupportedVersion(digits) }
    }

    /// The elements of a list.
    mutating func requiredList(_ name: String) throws(Failure) -> [JSONValue] {
        let list = try required(name, value(name))
        guard case .array(let elements) = list else { throw failure(name, list, "a list in brackets") }
        return elements
    }

    func failure(_ name: String, _ value: JSONValue, _ expected: String) -> Failure {
        .invalidMember(path: path(name), value: value.shown, expected: expected)
    }
}

extension DocumentError {
    /// The message of an unknown member, with the nearest names.
    static func text(unknownMember path: String, of document: String, known: [String]) -> String {
        let name = path.split(separator: ".").last.map(String.init) ?? path
        let nearest = NearestNames.question(NearestNames.nearest(to: name, in: known)).map { "; \($0)" } ?? ""
        return "\(QuotedText.value(path)) is no member of \(document) here\(nearest) "
            + "(members: \(known.joined(separator: ", ")))"
    }
}
