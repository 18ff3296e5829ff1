import Columnar
import JSONText

/// A column is one object: the settings of its type and role are members beside the others.
extension SchemaColumn {
    init(_ value: JSONValue, path: String) throws(SchemaError) {
        var members = try DocumentMembers<SchemaError>(value, path: path)
        let name = try members.requiredText("name")
        let role = try members.choice("role", of: ColumnRole.Kind.self) ?? .attribute
        let type = try SchemaColumnType(&members, isRequired: role != .ignored)
        self.init(
            name, type, role: try ColumnRole(role, of: type, &members),
            spellings: try members.texts("spellings") ?? [], missingMarkers: try members.texts("missing_markers") ?? [],
            unknownCodes: try members.texts("unknown_codes") ?? [], minimum: try members.number("minimum"),
            maximum: try members.number("maximum"))
        try members.finish()
    }

    var value: JSONValue {
        let isTypeLeftOut = role == .ignored && type == .text
        var value: JSONValue = ["name": .string(name)]
        value = value.with("type", isTypeLeftOut ? nil : .string(type.kind.rawValue))
        value = value.with("role", role == .attribute ? nil : .string(role.kind.rawValue))
        for (name, setting) in type.settings + role.settings(of: type) { value = value.with(name, setting) }
        return value.with("spellings", JSONValue.list(spellings, default: []))
            .with("missing_markers", JSONValue.list(missingMarkers, default: []))
            .with("unknown_codes", JSONValue.list(unknownCodes, default: []))
            .with("minimum", minimum.map(JSONValue.number))
            .with("maximum", maximum.map(JSONValue.number))
    }
}

extension SchemaColumnType {
    /// - Parameter isRequired: Whether the type may not be left out; if it is, it is text.
    fileprivate init(_ members: inout DocumentMembers<SchemaError>, isRequired: Bool) throws(SchemaError) {
        guard let kind = try members.choice("type", of: Kind.self) else {
            guard !isRequired else { throw .missingMember(path: members.path("type")) }
            self = .text
            return
        }
        switch kind {
        case .integer:
            let width = try SchemaColumnType.width(&members)
            self = .integer(width: width, separators: try NumberSeparators(&members))
        case .float: self = .float(separators: try NumberSeparators(&members))
        case .text: self = .text
        case .category: self = .category
        case .boolean:
            self = .boolean(
                trueValues: try members.texts("true_values") ?? SchemaColumnType.standardTrueValues,
                falseValues: try members.texts("false_values") ?? SchemaColumnType.standardFalseValues)
        case .timestamp:
            let format = try SchemaColumnType.format(&members) ?? .iso8601
            let timeZone = try members.parsed(
                "time_zone", expected: "UTC or an offset such as +03:00; zones with summer time have no fixed one"
            ) { UTCOffset($0) }
            self = .timestamp(format: format, timeZone: timeZone)
        case .relativeTime:
            guard let unit = try members.choice("unit", of: RelativeTimeUnit.self) else {
                throw .missingMember(path: members.path("unit"))
            }
            let origin = try members.parsed(
                "origin", expected: "a date and time without an offset, such as 2019-01-01T00:00:00",
                CivilDateTime.init(origin:))
            guard let origin else { throw .missingMember(path: members.path("origin")) }
            self = .relativeTime(unit: unit, origin: origin)
        }
    }

    private static func width(_ members: inout DocumentMembers<SchemaError>) throws(SchemaError) -> IntegerWidth {
        guard let bits = try members.number("bits") else { return .bits64 }
        guard let width = IntegerWidth.allCases.first(where: { Double($0.rawValue) == bits }) else {
            throw members.failure("bits", .number("\(bits)"), "32 or 64")
        }
        return width
    }

    private static func format(_ members: inout DocumentMembers<SchemaError>) throws(SchemaError) -> TimeFormat? {
        guard let text = try members.text("format") else { return nil }
        do {
            return try TimeFormat(text)
        } catch {
            guard case .invalidTimeFormat(_, let reason) = error else { throw error }
            throw members.failure("format", .string(text), "a time format: \(reason)")
        }
    }

    /// The members beside the type's name; nil for defaults.
    fileprivate var settings: [(String, JSONValue?)] {
        switch self {
        case .integer(let width, let separators):
            [("bits", width == .bits64 ? nil : .integer("\(width.rawValue)"))] + separators.settings
        case .float(let separators): separators.settings
        case .text, .category: []
        case .boolean(let trueValues, let falseValues):
            [
                ("true_values", JSONValue.list(trueValues, default: SchemaColumnType.standardTrueValues)),
                ("false_values", JSONValue.list(falseValues, default: SchemaColumnType.standardFalseValues)),
            ]
        case .timestamp(let format, let timeZone):
            [
                ("format", format == .iso8601 ? nil : .string(format.text)),
                ("time_zone", timeZone.map { .string($0.description) }),
            ]
        case .relativeTime(let unit, let origin):
            [("unit", .string(unit.rawValue)), ("origin", .string(origin.originText))]
        }
    }
}

extension NumberSeparators {
    fileprivate init(_ members: inout DocumentMembers<SchemaError>) throws(SchemaError) {
        func character(_ text: String) -> Character? { text.count == 1 ? text.first : nil }
        let decimal = try members.parsed("decimal_separator", expected: "one character", character)
        let thousands = try members.parsed("thousands_separator", expected: "one character", character)
        self.init(decimal: decimal ?? NumberSeparators.standard.decimal, thousands: thousands)
    }

    fileprivate var settings: [(String, JSONValue?)] {
        [
            ("decimal_separator", decimal == NumberSeparators.standard.decimal ? nil : .string(String(decimal))),
            ("thousands_separator", thousands.map { .string(String($0)) }),
        ]
    }
}

extension CivilDateTime {
    /// A date, or a date and a time of whole seconds, without a zone.
    fileprivate init?(origin text: String) {
        var text = text.utf8.count == 10 ? "\(text)T00:00:00" : text
        guard let ticks = text.withUTF8({ CivilDateTime.wholeSeconds(parsing: $0) }) else { return nil }
        self.init(microsecondsSince1970: ticks)
    }

    fileprivate var originText: String { String(description.map { $0 == " " ? "T" : $0 }) }
}

extension ColumnRole {
    fileprivate init(_ kind: Kind, of type: SchemaColumnType, _ members: inout DocumentMembers<SchemaError>)
        throws(SchemaError)
    {
        switch kind {
        case .id: self = .id
        case .time: self = .time
        case .amount: self = .amount
        case .label:
            let standard = ColumnRole.labelValues(of: type)
            self = .label(
                fraud: try members.texts("fraud") ?? standard.fraud,
                genuine: try members.texts("genuine") ?? standard.genuine)
        case .key: self = .key
        case .attribute: self = .attribute
        case .latitude: self = .latitude(point: try members.requiredText("point"))
        case .longitude: self = .longitude(point: try members.requiredText("point"))
        case .knownAt: self = .knownAt
        case .ignored: self = .ignored
        }
    }

    /// The members beside the role's name; nil for defaults.
    fileprivate func settings(of type: SchemaColumnType) -> [(String, JSONValue?)] {
        switch self {
        case .label(let fraud, let genuine):
            let standard = ColumnRole.labelValues(of: type)
            return [
                ("fraud", JSONValue.list(fraud, default: standard.fraud)),
                ("genuine", JSONValue.list(genuine, default: standard.genuine)),
            ]
        case .latitude(let point), .longitude(let point): return [("point", .string(point))]
        case .id, .time, .amount, .key, .attribute, .knownAt, .ignored: return []
        }
    }

    /// What is meant where the values are left out: those of a boolean are given already.
    private static func labelValues(of type: SchemaColumnType) -> (fraud: [String], genuine: [String]) {
        if case .boolean(let trueValues, let falseValues) = type { return (trueValues, falseValues) }
        return (standardFraudValues, standardGenuineValues)
    }
}
