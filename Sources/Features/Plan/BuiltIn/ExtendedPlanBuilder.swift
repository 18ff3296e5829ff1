/// Collects the features of ``FeaturePlan/extended(for:)``, family by family.
struct ExtendedPlanBuilder {
    private(set) var features: [FeatureDeclaration] = []
    private let schema: TransactionSchema
    private var names: FeatureNames
    private let amount: String?
    private let keys: [String]
    private let categories: [String]
    private let hasTime: Bool

    init(_ schema: TransactionSchema) {
        self.schema = schema
        names = FeatureNames(schema)
        amount = schema.column(.amount)?.name
        keys = schema.keys.map(\.name)
        categories = schema.attributes.filter { $0.type.kind == .category }.map(\.name)
        hasTime = schema.column(.time) != nil
    }

    /// What the plan is made of, in order; a family without its columns adds nothing.
    mutating func addFamilies() throws(FeaturePlanError) {
        try addAmount()
        addTime()
        addAttributes()
        addPoints()
        addCounts()
        try addAmountHistory()
        addRisks()
        addPairs()
        try addCategoryHistory()
    }

    /// - Returns: The feature's name as expressions write it.
    @discardableResult
    private mutating func add(
        _ parts: [String], _ kind: FeatureKind, meaning: String? = nil, unit: String? = nil, isOutput: Bool = true
    ) -> String {
        let name = names.unique(parts)
        features.append(FeatureDeclaration(name, kind, meaning: meaning, unit: unit, isOutput: isOutput))
        return RowExpression.quotedName(name)
    }

    /// A feature that other features use: one that there is already, or a new one that models do not get.
    private mutating func operand(_ parts: [String], _ kind: FeatureKind) -> String {
        if let known = features.first(where: { $0.kind == kind }) { return RowExpression.quotedName(known.name) }
        return add(parts, kind, isOutput: false)
    }

    private mutating func add(column: String) {
        features.append(FeatureDeclaration(names.column(column), .column(column)))
    }

    private mutating func addExpression(
        _ parts: [String], _ text: String, meaning: String, unit: String
    ) throws(FeaturePlanError) {
        do {
            add(parts, .expression(try RowExpression(text)), meaning: meaning, unit: unit)
        } catch {
            throw .invalidExpression(feature: parts.joined(separator: "_"), error)
        }
    }

    // MARK: The transaction itself

    private mutating func addAmount() throws(FeaturePlanError) {
        guard let amount else { return }
        add(column: amount)
        try addExpression(
            ["log", "amount"], "log1p(\(RowExpression.quotedName(amount)))", meaning: "logarithm of 1 + \(amount)",
            unit: ""
        )
    }

    private mutating func addTime() {
        guard hasTime else { return }
        for part in [CalendarPart.hour, .weekday, .isWeekend, .isNight] { add([part.rawValue], .calendar(part)) }
    }

    private mutating func addAttributes() {
        for column in schema.attributes where !ExtendedRecipe.clocks.contains(column.name.lowercased()) {
            switch column.type.kind {
            case .integer, .float, .boolean: add(column: column.name)
            case .category: add([column.name, "category"], .category(column: column.name, values: nil))
            case .text, .timestamp, .relativeTime: break
            }
        }
    }

    private mutating func addPoints() {
        let points = schema.points.map(\.name)
        for (index, first) in points.enumerated() {
            for second in points[(index + 1)...] {
                add(["distance", first, second], .distance(from: first, to: second))
            }
        }
        guard hasTime, let key = keys.first else { return }
        for point in points {
            let scope = HistoryScope(keys: [key], within: ExtendedRecipe.reach)
            add([key, point, "distance"], .distanceFromPrevious(point: point, scope))
            add([key, point, "speed"], .speedFromPrevious(point: point, scope))
        }
    }

    // MARK: The history of each key

    private mutating func addCounts() {
        guard hasTime else { return }
        for key in keys {
            for window in ExtendedRecipe.countWindows {
                add([key, "count", "\(window)"], .aggregate(WindowAggregate(.count, keys: [key], window: window)))
            }
            add(
                [key, "seconds_since_previous"],
                .timeSincePrevious(HistoryScope(keys: [key], within: ExtendedRecipe.reach)))
        }
    }

    private mutating func addAmountHistory() throws(FeaturePlanError) {
        guard hasTime, let amount else { return }
        let current = RowExpression.quotedName(amount)
        for key in keys {
            for window in ExtendedRecipe.amountWindows {
                func usual(_ function: WindowAggregate.Function) -> FeatureKind {
                    .aggregate(
                        WindowAggregate(function, of: amount, keys: [key], window: window, includesCurrent: false))
                }
                let mean = add([key, "amount_mean", "\(window)"], usual(.mean))
                let deviation = operand([key, "amount_std", "\(window)"], usual(.standardDeviation))
                add([key, "amount_max", "\(window)"], usual(.maximum))
                let before = "the \(key)'s mean of the \(window.words) before"
                try addExpression(
                    [key, "amount_ratio", "\(window)"], "\(current) / \(mean)",
                    meaning: "\(amount) divided by \(before)",
                    unit: "ratio")
                try addExpression(
                    [key, "amount_zscore", "\(window)"], "(\(current) - \(mean)) / \(deviation)",
                    meaning: "\(amount) minus \(before), divided by the standard deviation", unit: "standard deviations"
                )
            }
        }
    }

    private mutating func addRisks() {
        for key in keys {
            for window in ExtendedRecipe.riskWindows {
                addRisk(.fraudCount, "fraud_count", key, window)
                addRisk(.fraudShare, "fraud_share", key, window)
            }
        }
    }

    private mutating func addRisk(
        _ function: WindowAggregate.Function, _ name: String, _ key: String, _ window: FeatureDuration,
        tile: FeatureDuration? = nil
    ) {
        guard hasTime, schema.column(.label) != nil else { return }
        let delay = schema.column(.knownAt) == nil ? ExtendedRecipe.labelDelay : .zero
        add(
            [key, name, "\(window)"],
            .aggregate(WindowAggregate(function, keys: [key], window: window, delay: delay, tile: tile)))
    }

    private mutating func addPairs() {
        guard hasTime else { return }
        let paired = Array(keys.prefix(ExtendedRecipe.pairedKeys))
        for (index, first) in paired.enumerated() {
            for second in paired[(index + 1)...] {
                let pair = [first, second]
                add(
                    [first, second, "count", "\(ExtendedRecipe.pairWindow)"],
                    .aggregate(WindowAggregate(.count, keys: pair, window: ExtendedRecipe.pairWindow)))
                add([first, second, "is_first"], .isFirst(HistoryScope(keys: pair, within: ExtendedRecipe.reach)))
            }
            for other in paired where other != first {
                for window in ExtendedRecipe.distinctWindows {
                    add(
                        [first, "distinct", other, "\(window)"],
                        .aggregate(WindowAggregate(.distinct, of: other, keys: [first], window: window)))
                }
            }
        }
    }

    private mutating func addCategoryHistory() throws(FeaturePlanError) {
        guard hasTime else { return }
        for category in categories.prefix(ExtendedRecipe.categoriesWithHistory) {
            addRisk(
                .fraudShare, "fraud_share", category, ExtendedRecipe.categoryRiskWindow,
                tile: ExtendedRecipe.categoryRiskTile)
            guard let key = keys.first else { continue }
            let window = ExtendedRecipe.pairWindow
            func count(_ keys: [String]) -> FeatureKind {
                .aggregate(WindowAggregate(.count, keys: keys, window: window))
            }
            let both = operand([key, category, "count", "\(window)"], count([key, category]))
            let all = operand([key, "count", "\(window)"], count([key]))
            try addExpression(
                [key, category, "share", "\(window)"], "\(both) / \(all)",
                meaning: "share of the \(key)'s transactions of the last \(window.words) that have this \(category)",
                unit: "share")
        }
    }
}
