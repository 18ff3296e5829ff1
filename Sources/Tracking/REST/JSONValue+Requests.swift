import JSONText

/// JSON as protocol buffers write it, for requests to MLflow's server.
extension JSONValue {
    /// A number; what is not finite becomes a text.
    init(double value: Double) {
        if value.isNaN {
            self = .string("NaN")
        } else if value.isInfinite {
            self = .string(value > 0 ? "Infinity" : "-Infinity")
        } else {
            // The shortest text that reads as the same double.
            self = .number("\(value)")
        }
    }

    /// The members that have a value, by ascending name.
    static func object(present members: [String: JSONValue?]) -> JSONValue {
        JSONValue(
            members: members.sorted { $0.key < $1.key }.compactMap { name, value in value.map { (name, $0) } })
    }

    /// `[{"key": …, "value": …}]`, by ascending key.
    static func entries(_ entries: [String: String]) -> JSONValue {
        .array(entries.sorted { $0.key < $1.key }.map { ["key": .string($0.key), "value": .string($0.value)] })
    }
}
