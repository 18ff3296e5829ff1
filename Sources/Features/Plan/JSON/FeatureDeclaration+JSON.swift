import JSONText

/// A feature is one object: the settings of its kind are members beside the others.
extension FeatureDeclaration {
    init(_ value: JSONValue, path: String) throws(FeaturePlanError) {
        var members = try PlanMembers(value, path: path)
        let name = try members.requiredText("name")
        let kind = try FeatureKind(&members)
        self.init(
            name, kind, meaning: try members.text("meaning"), unit: try members.text("unit"),
            isOutput: try members.truth("output") ?? true)
        try members.finish()
    }

    var value: JSONValue {
        var value: JSONValue = ["name": .string(name), "kind": .string(kind.name.rawValue)]
        for (name, setting) in kind.members { value = value.with(name, setting) }
        return value.with("meaning", meaning.map { .string($0) }).with("unit", unit.map { .string($0) })
            .with("output", isOutput ? nil : false)
    }
}

extension FeatureKind {
    fileprivate init(_ members: inout PlanMembers) throws(FeaturePlanError) {
        switch try members.requiredChoice("kind", of: Name.self) {
        case .expression: self = .expression(try members.required("expression", try members.expression("expression")))
        case .calendar: self = .calendar(try members.requiredChoice("part", of: CalendarPart.self))
        case .category:
            self = .category(column: try members.requiredText("column"), values: try members.texts("values"))
        case .aggregate: self = .aggregate(try WindowAggregate(&members))
        case .timeSincePrevious: self = .timeSincePrevious(try HistoryScope(&members))
        case .isFirst: self = .isFirst(try HistoryScope(&members))
        case .distance:
            self = .distance(from: try members.requiredText("from"), to: try members.requiredText("to"))
        case .distanceFromPrevious:
            self = .distanceFromPrevious(point: try members.requiredText("point"), try HistoryScope(&members))
        case .speedFromPrevious:
            self = .speedFromPrevious(point: try members.requiredText("point"), try HistoryScope(&members))
        case .custom: self = .custom(try CustomFeature(&members))
        }
    }

    /// The members beside the kind's name; nil for defaults.
    fileprivate var members: [(String, JSONValue?)] {
        switch self {
        case .expression(let expression): [("expression", .string(expression.text))]
        case .calendar(let part): [("part", .string(part.rawValue))]
        case .category(let column, let values): [("column", .string(column)), ("values", values.map(JSONValue.texts))]
        case .aggregate(let aggregate): aggregate.members
        case .timeSincePrevious(let scope), .isFirst(let scope): scope.members
        case .distance(let from, let to): [("from", .string(from)), ("to", .string(to))]
        case .distanceFromPrevious(let point, let scope), .speedFromPrevious(let point, let scope):
            [("point", .string(point))] + scope.members
        case .custom(let custom): custom.members
        }
    }
}

extension WindowAggregate {
    fileprivate init(_ members: inout PlanMembers) throws(FeaturePlanError) {
        self.init(
            try members.requiredChoice("function", of: Function.self), of: try members.text("column"),
            keys: try members.required("keys", try members.texts("keys")),
            window: try members.required("window", try members.duration("window")),
            delay: try members.duration("delay") ?? .zero, filter: try members.expression("filter"),
            tile: try members.duration("tile"))
        // A contradiction stays one, so that `validate()` finds it.
        includesCurrent = try members.truth("includes_current") ?? includesCurrent
    }

    fileprivate var members: [(String, JSONValue?)] {
        [
            ("function", .string(function.rawValue)), ("column", column.map { .string($0) }),
            ("keys", .texts(keys)), ("window", .string(window.description)),
            ("delay", delay == .zero ? nil : .string(delay.description)),
            ("includes_current", includesCurrent == mayIncludeCurrent ? nil : .boolean(includesCurrent)),
            ("filter", filter.map { .string($0.text) }), ("tile", tile.map { .string($0.description) }),
        ]
    }
}

extension HistoryScope {
    private static let standardReach = HistoryScope(keys: []).within

    fileprivate init(_ members: inout PlanMembers) throws(FeaturePlanError) {
        self.init(
            keys: try members.required("keys", try members.texts("keys")),
            within: try members.duration("within") ?? HistoryScope.standardReach,
            filter: try members.expression("filter"))
    }

    fileprivate var members: [(String, JSONValue?)] {
        [
            ("keys", .texts(keys)),
            ("within", within == HistoryScope.standardReach ? nil : .string(within.description)),
            ("filter", filter.map { .string($0.text) }),
        ]
    }
}

extension CustomFeature {
    fileprivate init(_ members: inout PlanMembers) throws(FeaturePlanError) {
        self.init(
            try members.requiredText("function"), inputs: try members.required("inputs", try members.texts("inputs")),
            settings: try members.numbers("settings") ?? [:])
    }

    fileprivate var members: [(String, JSONValue?)] {
        let numbers = JSONValue(
            members: settings.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) })
        return [
            ("function", .string(function)), ("inputs", .texts(inputs)), ("settings", settings.isEmpty ? nil : numbers),
        ]
    }
}
