extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(_ integer: Int64) { self = .integer(String(integer)) }

    package init(stringLiteral value: String) { self = .string(value) }

    package init(booleanLiteral value: Bool) { self = .boolean(value) }

    package init(integerLiteral value: Int64) { self.init(value) }

    package init(floatLiteral value: Double) { self = .number("\(value)") }

    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Members in the order in which they are written.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(members: elements) }

    /// An object.
    package init(members: some Sequence<(String, JSONValue)>) {
        self = .object(members.map { Member(name: $0, value: $1) })
    }

    /// The object with another member at its end; the same where there is no value.
    package func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(let members) = self, let value else { return self }
        return .object(members + [Member(name: name, value: value)])
    }
}
