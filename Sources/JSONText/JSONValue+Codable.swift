/// So that a type whose JSON is built from values can be part of another that is `Codable`.
extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Name.self) {
            self.init(
                members: try members.allKeys.map {
                    ($0.stringValue, try members.decode(JSONValue.self, forKey: $0))
                })
        } else if var elements = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !elements.isAtEnd { values.append(try elements.decode(JSONValue.self)) }
            self = .array(values)
        } else {
            try self.init(scalar: decoder.singleValueContainer())
        }
    }

    private init(scalar: any SingleValueDecodingContainer) throws {
        if scalar.decodeNil() {
            self = .null
        } else if let value = try? scalar.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? scalar.decode(Int64.self) {
            self.init(value)
        } else if let value = try? scalar.decode(Double.self) {
            self = .number("\(value)")
        } else {
            self = .string(try scalar.decode(String.self))
        }
    }

    /// Numbers are encoded as 64-bit integers where they are, and as doubles otherwise.
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for member in members { try container.encode(member.value, forKey: Name(stringValue: member.name)) }
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .boolean(let value): try JSONValue.encode(value, to: encoder)
        case .string(let value): try JSONValue.encode(value, to: encoder)
        case .integer(let digits), .number(let digits):
            if let value = Int64(digits) {
                try JSONValue.encode(value, to: encoder)
            } else if let value = Double(digits) {
                try JSONValue.encode(value, to: encoder)
            } else {
                throw EncodingError.invalidValue(
                    digits, .init(codingPath: encoder.codingPath, debugDescription: "'\(digits)' is no number"))
            }
        }
    }

    private static func encode(_ value: some Encodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}
