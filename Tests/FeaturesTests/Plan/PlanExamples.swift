import Features
import TestSupport

/// Schemas and plans that several suites share.
enum PlanExamples {
    /// A column of each role and type.
    static let schema = TransactionSchema(
        columns: [
            SchemaColumn("id", .text, role: .id), SchemaColumn("at", .timestamp(), role: .time),
            SchemaColumn("amount", .float(), role: .amount), SchemaColumn("fraud", .integer(), role: .label()),
            SchemaColumn("card", .text, role: .key), SchemaColumn("shop", .integer(), role: .key),
            SchemaColumn("type", .category), SchemaColumn("age", .integer(width: .bits32)),
            SchemaColumn("online", .boolean()), SchemaColumn("note", .text), SchemaColumn("born", .timestamp()),
            SchemaColumn("home_lat", .float(), role: .latitude(point: "home")),
            SchemaColumn("home_long", .float(), role: .longitude(point: "home")),
            SchemaColumn("shop_lat", .float(), role: .latitude(point: "shop")),
            SchemaColumn("shop_long", .float(), role: .longitude(point: "shop")),
            SchemaColumn("batch", .integer(), role: .ignored),
        ])

    /// Without the columns of a role.
    static func schema(without role: ColumnRole.Kind) -> TransactionSchema {
        TransactionSchema(columns: schema.columns.filter { $0.role.kind != role })
    }

    static let knownAt = SchemaColumn("known", .timestamp(), role: .knownAt)

    /// Version 1 with every kind and member; this text has to keep loading.
    static let everything = #"""
        {
          "version": 1,
          "name": "everything",
          "features": [
            {"name": "amount", "kind": "expression", "expression": "amount", "unit": "EUR"},
            {"name": "log", "kind": "expression", "expression": "log1p(amount)", "meaning": "logarithm", "output": false},
            {"name": "hour", "kind": "calendar", "part": "hour"},
            {"name": "type_of", "kind": "category", "column": "type"},
            {"name": "online_of", "kind": "category", "column": "online", "values": ["true", "false"]},
            {"name": "mean", "kind": "aggregate", "function": "mean", "column": "amount", "keys": ["card"], "window": "7d", "includes_current": false, "filter": "type = 'TRANSFER'"},
            {"name": "count", "kind": "aggregate", "function": "count", "keys": [], "window": "90s"},
            {"name": "risk", "kind": "aggregate", "function": "fraud_share", "keys": ["card", "shop"], "window": "30d", "delay": "7d", "tile": "1d"},
            {"name": "since", "kind": "time_since_previous", "keys": ["card"]},
            {"name": "first", "kind": "is_first", "keys": ["card", "shop"], "within": "30d", "filter": "amount > 1"},
            {"name": "far", "kind": "distance", "from": "home", "to": "shop"},
            {"name": "moved", "kind": "distance_from_previous", "point": "shop", "keys": ["card"]},
            {"name": "speed", "kind": "speed_from_previous", "point": "shop", "keys": ["card"], "within": "1d"},
            {"name": "own", "kind": "custom", "function": "decay", "inputs": ["amount", "log"], "settings": {"base": 2, "half_life": 0.5}}
          ]
        }

        """#
}

extension SeededGenerator {
    /// A valid plan for ``PlanExamples/schema`` with the custom kind `decay`.
    mutating func plan() -> FeaturePlan {
        var features: [FeatureDeclaration] = []
        for index in 0..<Int.random(in: 1...12, using: &self) {
            let hasWords = Bool.random(using: &self)
            features.append(
                FeatureDeclaration(
                    "f\(index) \(["x", "é", "\"", "数"].randomElement(using: &self) ?? "")", kind(earlier: features),
                    meaning: hasWords ? "a \"text\" | with\\signs" : nil, unit: hasWords ? "km/h" : nil,
                    isOutput: index == 0 || Bool.random(using: &self)))
        }
        return FeaturePlan(name: "random", features: features)
    }

    private mutating func kind(earlier: [FeatureDeclaration]) -> FeatureKind {
        switch FeatureKind.Name.allCases.randomElement(using: &self) ?? .calendar {
        case .expression: .column(earlier.randomElement(using: &self)?.name ?? "age")
        case .calendar: .calendar(CalendarPart.allCases.randomElement(using: &self) ?? .hour)
        case .category:
            .category(
                column: ["type", "age", "online", "note"].randomElement(using: &self) ?? "type",
                values: [nil, [], ["a", "b\n", "数"]].randomElement(using: &self) ?? nil)
        case .aggregate: .aggregate(aggregate())
        case .timeSincePrevious: .timeSincePrevious(scope())
        case .isFirst: .isFirst(scope())
        case .distance: .distance(from: "home", to: "shop")
        case .distanceFromPrevious: .distanceFromPrevious(point: "home", scope())
        case .speedFromPrevious: .speedFromPrevious(point: "shop", scope())
        case .custom:
            .custom(
                CustomFeature(
                    "decay", inputs: ["amount"],
                    settings: ["a": Double.random(in: -1e9...1e9, using: &self), "b": 3, "c": 1e300]))
        }
    }

    private mutating func aggregate() -> WindowAggregate {
        let function = WindowAggregate.Function.allCases.randomElement(using: &self) ?? .count
        let tile = function == .distinct || Bool.random(using: &self) ? nil : length()
        let unit = tile ?? .seconds(1)
        func times(_ count: Int64) -> FeatureDuration {
            FeatureDuration(microseconds: unit.microseconds * count) ?? .zero
        }
        let delay = times(.random(in: function.needsLabels ? 1...9 : 0...2, using: &self))
        return WindowAggregate(
            function, of: function.needsColumn ? "amount" : nil, keys: keys(),
            window: times(.random(in: 1...20, using: &self)), delay: delay,
            includesCurrent: Bool.random(using: &self), filter: filter(), tile: tile)
    }

    private mutating func keys() -> [String] {
        [[], ["card"], ["shop", "type"], ["age"], ["note", "card"]].randomElement(using: &self) ?? []
    }

    private mutating func filter() -> RowExpression? {
        guard case .aggregate(let aggregate)? = PlanExamples.filtered?.kind, Bool.random(using: &self) else {
            return nil
        }
        return aggregate.filter
    }

    private mutating func scope() -> HistoryScope {
        HistoryScope(keys: keys(), within: Bool.random(using: &self) ? .days(90) : length(), filter: filter())
    }

    private mutating func length() -> FeatureDuration {
        .seconds(.random(in: 1...1_000_000, using: &self))
    }
}

extension PlanExamples {
    /// A feature of ``everything`` with a filter.
    static let filtered = (try? FeaturePlan(json: Array(everything.utf8)))?["mean"]
}
