/// A value of a profile in its own type. In JSON it is the value itself. Dates and times are texts,
/// `2019-08-22` and `2019-08-22 00:00:31`. A floating-point number that is whole reads back from JSON as an integer.
public enum ProfileValue: Sendable, Hashable, Codable {
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    /// Text, dates and times; bytes that are not UTF-8 are U+FFFD.
    case text(String)

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    /// Writes the bare value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        }
    }

    /// The value as a number; nil for text.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .boolean(let value): value ? 1 : 0
        case .text: nil
        }
    }
}

extension ProfileValue: CustomStringConvertible {
    /// The value as a program would write it into a file.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .text(let value): value
        }
    }
}
