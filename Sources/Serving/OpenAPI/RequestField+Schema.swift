import Features
import JSONText

extension RequestField {
    /// The values that are accepted, exactly as ``FieldReader`` accepts them: JSON Schema's rules for numbers and for
    /// texts apply only to values of that type.
    var schema: JSONValue {
        var members: [(String, JSONValue)] =
            switch kind {
            case .int64: integer(Int64.self, digits: 18)
            case .int32: integer(Int32.self, digits: 9)
            case .flag:
                [
                    ("type", ["integer", "boolean", "string"]), ("minimum", 0), ("maximum", 1), ("pattern", "^[01]$"),
                ]
            case .number:
                [
                    ("type", ["number", "boolean", "string"]), ("format", "double"),
                    ("pattern", "^[+-]?(?:[0-9]{1,15}(?:\\.[0-9]{0,15})?|\\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?$"),
                ]
            case .dateTime:
                [
                    ("type", ["string", "number"]), ("pattern", .string(DateTimeText.pattern)),
                    ("minimum", .integer(String(DateTimeText.unixTimes.lowerBound))),
                    ("exclusiveMaximum", .integer(String(DateTimeText.unixTimes.upperBound))),
                ]
            case .column(let field): field.schema(presence)
            }
        members.append(("description", .string(meaning)))
        members.append(("examples", .array([example])))
        return JSONValue(members: members)
    }

    private func integer<Value: FixedWidthInteger>(_ type: Value.Type, digits: Int) -> [(String, JSONValue)] {
        [
            ("type", ["integer", "boolean", "string"]), ("format", .string("int\(type.bitWidth)")),
            ("minimum", .integer(String(type.min))), ("maximum", .integer(String(type.max))),
            ("pattern", .string("^[+-]?[0-9]{1,\(digits)}$")),
        ]
    }
}

extension TransactionColumn {
    /// What a field of a request means.
    var meaning: String {
        switch self {
        case .transactionID: "The transaction's number."
        case .dateTime:
            "When it happened: a date and time, with or without a zone, or seconds or milliseconds since 1970."
        case .customerID: "Who paid."
        case .terminalID: "Where it was paid."
        case .amount: "What was paid."
        case .timeSeconds: "Seconds since midnight of the first day of the data."
        case .timeDays: "Whole days since the first day of the data."
        case .fraud: "Whether it was a fraud: 1 or 0."
        case .fraudScenario: "The simulator's scenario."
        }
    }

    /// A value that a field of a request accepts.
    var example: JSONValue {
        switch self {
        case .transactionID: 1
        case .dateTime: "2019-08-22 00:00:31"
        case .customerID: 596
        case .terminalID: 3156
        case .amount: 57.16
        case .timeSeconds: 31
        case .timeDays: 0
        case .fraud: 1
        case .fraudScenario: 0
        }
    }
}

extension RequestField {
    /// An object of these fields.
    static func schema(of fields: [RequestField], title: String, description: String) -> JSONValue {
        [
            "type": "object", "title": .string(title), "description": .string(description),
            "required": .array(fields.filter { $0.presence != .optional }.map { .string($0.name) }),
            "properties": JSONValue(members: fields.map { ($0.name, $0.schema) }),
        ]
    }

    static func example(of fields: [RequestField]) -> JSONValue {
        JSONValue(members: fields.map { ($0.name, $0.example) })
    }
}

extension DateTimeText {
    /// Numbers that ``microseconds(unixTime:)`` accepts.
    static let unixTimes: Range<Int64> = -62_135_596_800_000..<253_402_300_800_000

    /// Texts that ``parse(_:)`` accepts, except for its rarer spellings: dates that exist, in the years from 1000 to
    /// 9999.
    static let pattern = "^\(date)(?:[T ]\(minute)(?::\(second))?(?:\(zone))?)?$"

    /// Of those, the ones with a time of day in seconds.
    static let completePattern = "^\(date)[T ]\(minute):\(second)(?:\(zone))?$"

    private static let date: String = {
        let days =
            "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])"
        let leapYears =
            "[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00"
        return "(?:[1-9][0-9]{3}-(?:\(days))|(?:\(leapYears))-02-29)"
    }()
    private static let minute = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    private static let second = "[0-5][0-9](?:\\.[0-9]{1,9})?"
    private static let zone = "Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]"
}
