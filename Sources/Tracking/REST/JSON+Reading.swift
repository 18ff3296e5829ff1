/// Members of responses. Errors name the member that is missing or of another type.
extension JSON {
    /// A response that does not follow MLflow's protocol.
    struct Mismatch: Error, Hashable, CustomStringConvertible {
        var name: String
        var expected: String

        var description: String { "'\(name)' is not \(expected)" }
    }

    private func member(_ name: String) -> JSON? {
        guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    /// The object of that name; nil where there is none.
    func optionalObject(_ name: String) throws(Mismatch) -> JSON? {
        guard let value = member(name) else { return nil }
        guard case .object = value else { throw Mismatch(name: name, expected: "an object") }
        return value
    }

    func object(_ name: String) throws(Mismatch) -> JSON {
        guard let value = try optionalObject(name) else { throw Mismatch(name: name, expected: "an object") }
        return value
    }

    /// The elements of that name. Empty lists are omitted from responses.
    func list(_ name: String) throws(Mismatch) -> [JSON] {
        guard let value = member(name) else { return [] }
        guard case .array(let elements) = value else { throw Mismatch(name: name, expected: "a list") }
        return elements
    }

    func optionalText(_ name: String) throws(Mismatch) -> String? {
        switch member(name) {
        case nil: return nil
        case .text(let text): return text
        // Identifiers of some servers.
        case .integer(let value): return String(value)
        default: throw Mismatch(name: name, expected: "a text")
        }
    }

    func text(_ name: String) throws(Mismatch) -> String {
        guard let text = try optionalText(name) else { throw Mismatch(name: name, expected: "a text") }
        return text
    }

    /// A whole number, which protocol buffers write as a text.
    func optionalInteger(_ name: String) throws(Mismatch) -> Int64? {
        switch member(name) {
        case nil: return nil
        case .integer(let value): return value
        case .text(let text):
            if let value = Int64(text) { return value }
        case .number(let value):
            if let value = Int64(exactly: value) { return value }
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
        switch member(name) {
        case .integer(let value): return Double(value)
        case .number(let value): return value
        case .text("NaN"): return .nan
        case .text("Infinity"): return .infinity
        case .text("-Infinity"): return -.infinity
        case .text(let text):
            if let value = Double(text), value.isFinite { return value }
        default: break
        }
        throw Mismatch(name: name, expected: "a number")
    }

    /// False where it is left out.
    func boolean(_ name: String) throws(Mismatch) -> Bool {
        switch member(name) {
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
