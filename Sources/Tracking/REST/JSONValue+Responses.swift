import JSONText

/// Members of responses. Errors name the member that is missing or of another type.
extension JSONValue {
    /// A response that does not follow MLflow's protocol.
    struct Mismatch: Error, Hashable, CustomStringConvertible {
        var name: String
        var expected: String

        var description: String { "'\(name)' is not \(expected)" }
    }

    private func present(_ name: String) -> JSONValue? {
        let value = member(name)
        return value == .null ? nil : value
    }

    /// The object of that name; nil where there is none.
    func optionalObject(_ name: String) throws(Mismatch) -> JSONValue? {
        guard let value = present(name) else { return nil }
        guard case .object = value else { throw Mismatch(name: name, expected: "an object") }
        return value
    }

    func object(_ name: String) throws(Mismatch) -> JSONValue {
        guard let value = try optionalObject(name) else { throw Mismatch(name: name, expected: "an object") }
        return value
    }

    /// The elements of that name. Empty lists are omitted from responses.
    func list(_ name: String) throws(Mismatch) -> [JSONValue] {
        guard let value = present(name) else { return [] }
        guard case .array(let elements) = value else { throw Mismatch(name: name, expected: "a list") }
        return elements
    }

    func optionalText(_ name: String) throws(Mismatch) -> String? {
        switch present(name) {
        case nil: return nil
        case .string(let text): return text
        // Identifiers of some servers.
        case .integer(let digits): return digits
        default: throw Mismatch(name: name, expected: "a text")
        }
    }

    func text(_ name: String) throws(Mismatch) -> String {
        guard let text = try optionalText(name) else { throw Mismatch(name: name, expected: "a text") }
        return text
    }

    /// A whole number, which protocol buffers write as a text.
    func optionalInteger(_ name: String) throws(Mismatch) -> Int64? {
        switch present(name) {
        case nil: return nil
        case .integer(let text), .string(let text):
            if let value = Int64(text) { return value }
        case .number(let text):
            if let number = Double(text), let value = Int64(exactly: number) { return value }
        default: break
        }
        throw Mismatch(name: name, expected: "a whole number")
    }

    func integer(_ name: String) throws(Mismatch) -> Int64 {
        guard let value = try optionalInteger(name) else { throw Mismatch(name: name, expected: "a whole number") }
        return value
    }

    /// A number; what is not finite may be a text.
    func number(_ name: String) throws(Mismatch) -> Double {
        switch present(name) {
        case .string("NaN"), .number("NaN"): return .nan
        case .string("Infinity"), .number("Infinity"): return .infinity
        case .string("-Infinity"), .number("-Infinity"): return -.infinity
        case .integer(let text), .number(let text), .string(let text):
            if let value = Double(text), value.isFinite { return value }
        default: break
        }
        throw Mismatch(name: name, expected: "a number")
    }

    /// False where it is left out.
    func boolean(_ name: String) throws(Mismatch) -> Bool {
        switch present(name) {
        case nil: return false
        case .boolean(let value): return value
        default: throw Mismatch(name: name, expected: "true or false")
        }
    }

    /// `[{"key": …, "value": …}]` as a dictionary. An empty value may be left out.
    func entries(_ name: String) throws(Mismatch) -> [String: String] {
        var entries: [String: String] = [:]
        for entry in try list(name) { entries[try entry.text("key")] = try entry.optionalText("value") ?? "" }
        return entries
    }
}
