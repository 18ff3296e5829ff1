import Columnar
import Features
import JSONText

extension SchemaField {
    /// The members of the JSON Schema of values that are accepted, without the description. Numbers are accepted exactly
    /// where it allows them; texts, booleans and times may have more forms than it says. Of times of a pattern it allows all texts.
    func schema(_ presence: RequestField.Presence) -> [(String, JSONValue)] {
        var (types, members) = accepted
        // A required value must not be one that stands for a missing one.
        if presence == .required { members += excludedMarkers } else { types.append("null") }
        members.insert(("type", types.count == 1 ? types[0] : .array(types)), at: 0)
        return members
    }

    private var accepted: (types: [JSONValue], members: [(String, JSONValue)]) {
        if case .label(let fraud, let genuine) = column.role { return labels(fraud + genuine) }
        switch column.type {
        case .integer(let width, let separators):
            let limits = width == .bits32 ? (Int64(Int32.min), Int64(Int32.max)) : (Int64.min, Int64.max)
            let members: [(String, JSONValue)] = [
                ("format", .string("int\(width.rawValue)")), ("minimum", wholeMinimum ?? JSONValue(limits.0)),
                ("maximum", wholeMaximum ?? JSONValue(limits.1)),
            ]
            let digits = width == .bits32 ? (9, 9) : (18, 15)
            let point = RegularExpression.escaped("\(separators.decimal)")
            // Other programs write 150 as 150.0 in columns with missing values.
            let whole = "\(separators.digits(digits.1))\(point)0{1,9}"
            return numbers("integer", members, pattern: "(?:\(separators.digits(digits.0))|\(whole))")
        case .float(let separators):
            var members: [(String, JSONValue)] = [("format", "double")]
            if let minimum = column.minimum { members.append(("minimum", .number("\(minimum)"))) }
            if let maximum = column.maximum { members.append(("maximum", .number("\(maximum)"))) }
            let point = RegularExpression.escaped("\(separators.decimal)")
            let fraction = "(?:\(point)[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?"
            return numbers("number", members, pattern: separators.digits(15) + fraction)
        case .text, .category: return (["string", "number", "boolean"], [])
        case .boolean(let trueValues, let falseValues):
            let words = trueValues + falseValues
            var types: [JSONValue] = ["boolean"]
            var members: [(String, JSONValue)] = []
            if words.contains("0"), words.contains("1") {
                types.append("integer")
                members = [("minimum", 0), ("maximum", 1)]
            }
            types.append("string")
            return (types, members + [("pattern", .string(RegularExpression.any(of: words)))])
        case .timestamp(let format, _):
            switch format.text {
            case "iso8601": return (["string"], [("pattern", .string(DateTimeText.completePattern))])
            case "unix_seconds": return units(digits: 12)
            case "unix_milliseconds": return units(digits: 15)
            case "unix_microseconds": return units(digits: 18)
            default: return (format.isOfDigits ? ["string", "integer"] : ["string"], [])
            }
        case .relativeTime(let unit, _):
            switch unit {
            case .milliseconds: return units(digits: 15)
            case .seconds: return units(digits: 12)
            case .minutes: return units(digits: 10)
            case .hours: return units(digits: 9)
            case .days: return units(digits: 7)
            }
        }
    }

    /// Numbers of so many digits, beyond which there is no date.
    private func units(digits: Int) -> (types: [JSONValue], members: [(String, JSONValue)]) {
        let bound = "1" + String(repeating: "0", count: digits)
        let members: [(String, JSONValue)] = [("minimum", .integer("-" + bound)), ("maximum", .integer(bound))]
        guard numericMarkers.isEmpty else { return (["number"], members) }
        return (["number", "string"], members + [("pattern", .string("^-?[0-9]{1,\(digits)}(?:[.][0-9]{1,9})?$"))])
    }

    private func labels(_ values: [String]) -> (types: [JSONValue], members: [(String, JSONValue)]) {
        let candidates = values.map { JSONValue.string($0) } + values.compactMap { Int64($0).map { JSONValue($0) } }
        let all = candidates + [.boolean(true), .boolean(false), 0, 1]
        let accepted = all.reduce(into: [JSONValue]()) { accepted, candidate in
            if !accepted.contains(candidate), let found = value(candidate), found != .null {
                accepted.append(candidate)
            }
        }
        let types: [JSONValue] = ["string", "integer", "boolean"].filter { type in
            accepted.contains { value in
                switch value {
                case .string: type == "string"
                case .integer: type == "integer"
                default: type == "boolean"
                }
            }
        }
        return (types, [("enum", .array(accepted))])
    }

    /// Numbers, and texts and booleans where they, too, are in the range and mean no missing value.
    private func numbers(
        _ type: JSONValue, _ members: [(String, JSONValue)], pattern: String
    ) -> (types: [JSONValue], members: [(String, JSONValue)]) {
        var types = [type]
        func isAccepted(_ value: JSONValue) -> Bool { (self.value(value) ?? .null) != .null }
        if isAccepted(.boolean(true)), isAccepted(.boolean(false)) { types.append("boolean") }
        guard column.maximum == nil, column.minimum ?? 0 <= 0, numericMarkers.isEmpty else { return (types, members) }
        types.append("string")
        let sign = column.minimum == nil ? "[+-]?" : "[+]?"
        return (types, members + [("pattern", .string("^\(sign)\(pattern)$"))])
    }

    private var wholeMinimum: JSONValue? { column.minimum.flatMap { Int64(exactly: $0) }.map { JSONValue($0) } }

    private var wholeMaximum: JSONValue? { column.maximum.flatMap { Int64(exactly: $0) }.map { JSONValue($0) } }

    private var numericMarkers: [JSONValue] {
        markers.filter { Double($0)?.isFinite ?? false }.map { marker in
            Int64(marker).map { JSONValue($0) } ?? .number("\(Double(marker) ?? 0)")
        }
    }

    private var excludedMarkers: [(String, JSONValue)] {
        if case .label = column.role { return [] }
        var members: [(String, JSONValue)] = []
        if !numericMarkers.isEmpty { members.append(("not", ["enum": .array(numericMarkers)])) }
        guard column.type.kind == .text || column.type.kind == .category else { return members }
        let blank = "^[ \\t]*(?:\(markers.map(RegularExpression.caseless).joined(separator: "|")))?[ \\t]*$"
        let texts: JSONValue = ["type": "string", "pattern": .string(blank)]
        return [("not", members.isEmpty ? texts : ["anyOf": [texts, ["enum": .array(numericMarkers)]]])]
    }
}

extension NumberSeparators {
    /// A pattern of at most so many digits, also in groups of three.
    fileprivate func digits(_ count: Int) -> String {
        guard let thousands else { return "[0-9]{1,\(count)}" }
        let group = "(?:\(RegularExpression.escaped("\(thousands)"))[0-9]{3})"
        return "(?:[0-9]{1,\(count)}|[0-9]{1,3}\(group){1,\(count / 3 - 1)})"
    }
}

extension TimeFormat {
    /// Whether texts are digits alone, so that JSON may have them as a number.
    fileprivate var isOfDigits: Bool {
        text.contains("%")
            ? text.allSatisfy { "%YymdHMSf".contains($0) }
            : text.allSatisfy { "yuMdHmsS".contains($0) } && !text.contains("MMM")
    }
}

/// Parts of patterns that mean the same to all readers of JSON Schema.
private enum RegularExpression {
    /// Any of the words, without case and with blanks around it.
    static func any(of words: [String]) -> String {
        "^[ \\t]*(?:\(words.map(caseless).joined(separator: "|")))[ \\t]*$"
    }

    static func caseless(_ word: String) -> String {
        word.map { character in
            let forms = Set([character.lowercased(), character.uppercased()])
            guard forms.count > 1 else { return escaped(String(character)) }
            return "(?:\(forms.sorted().map(escaped).joined(separator: "|")))"
        }.joined()
    }

    static func escaped(_ text: String) -> String {
        text.utf16.map { unit in
            let scalar = Unicode.Scalar(unit)
            let isPlain = scalar.map { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) }
            if isPlain == true { return String(decoding: [unit], as: UTF16.self) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}

extension SchemaField {
    /// What it means, for people.
    var meaning: String {
        let role =
            switch column.role {
            case .id: "The id: identifies the transaction"
            case .time: "The time: when it happened"
            case .amount: "The amount: what was paid"
            case .label: "The label: whether it was a fraud"
            case .key: "A key: who or what takes part"
            case .attribute: "An attribute"
            case .latitude(let point): "The latitude of '\(point)': degrees north"
            case .longitude(let point): "The longitude of '\(point)': degrees east"
            case .knownAt: "When the label became known"
            case .ignored: "Not used"
            }
        return "\(role); \(column.expectation).\(known)"
    }

    private var known: String {
        guard !knownValues.isEmpty else { return "" }
        let shown = knownValues.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        let more = knownValues.count > 20 ? " and \(knownValues.count - 20) more" : ""
        return " The model knows \(shown)\(more); all others are the same to it."
    }
}

extension SchemaColumn {
    /// Values one of which is accepted, whatever the range and the markers of missing values.
    var exampleCandidates: [JSONValue] {
        if case .label(let fraud, _) = role { return fraud.map { .string($0) } }
        let bounds = [minimum, maximum].compactMap { $0 }
        switch type {
        case .integer:
            return [1, 0, 2, 100] + bounds.compactMap { Int64(exactly: $0) }.map { JSONValue($0) }
        case .float: return [57.16, 0.5, 1.0] + bounds.map { JSONValue.number("\($0)") }
        case .text, .category: return [.string(name.lowercased() + "-1"), "a", "b"]
        case .boolean: return [true, false]
        case .timestamp:
            // In the usual forms; the last one is accepted by every column of times.
            return [
                "2019-08-22 00:00:31", 1_566_432_031, "2019-08-22", "22.08.2019 00:00:31", "22.08.2019 00:00",
                "22.08.2019", "22/08/2019 00:00:31", "22/08/2019 00:00", "22/08/2019", "08/22/2019 00:00:31",
                "08/22/2019 00:00", "08/22/2019", "20190822000031", "20190822", "2019-08-22T00:00:31.000Z",
            ]
        case .relativeTime: return [12, 1, 0]
        }
    }
}
