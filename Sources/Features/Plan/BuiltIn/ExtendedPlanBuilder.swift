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
        addColumns()
        addTime()
        addDistances()
        for key in keys {
            addVelocity(of: key)
            try addUsualAmounts(of: key)
            try addBursts(of: key)
            addRisks(of: key)
        }
        addMovements()
        addPairs()
        try addUsualCategories()
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

    private mutating func addColumns() {
        if let amount { add(column: amount) }
        for column in schema.attributes where !ExtendedRecipe.clocks.contains(column.name.lowercased()) {
            switch column.type.kind {
            case .integer, .float, .boolean: add(column: column.name)
            case .category: add([column.name, "category"], .category(column: column.name, values: nil))
            case .text, .timestamp, .relativeTime: break
            }
        }
    }

    private mutating func addTime() {
        guard hasTime else { return }
        for part in [CalendarPart.hour, .weekday] { add([part.rawValue], .calendar(part)) }
    }

    private mutating func addDistances() {
        let points = schema.points.map(\.name)
        for (index, first) in points.enumerated() {
            for second in points[(index + 1)...] {
                add(["distance", first, second], .distance(from: first, to: second))
            }
        }
    }

    // MARK: The history of each key

    private mutating func addVelocity(of key: String) {
        guard hasTime else { return }
        for window in ExtendedRecipe.countWindows {
            add([key, "count", "\(window)"], .aggregate(WindowAggregate(.count, keys: [key], window: window)))
        }
        add(
            [key, "seconds_since_previous"], .timeSincePrevious(HistoryScope(keys: [key], within: ExtendedRecipe.reach))
        )
        guard let amount else { return }
        for window in ExtendedRecipe.sumWindows {
            add(
                [key, "amount_sum", "\(window)"],
                .aggregate(WindowAggregate(.sum, of: amount, keys: [key], window: window)))
        }
    }

    private mutating func addUsualAmounts(of key: String) throws(FeaturePlanError) {
        guard hasTime, let amount else { return }
        let window = ExtendedRecipe.usualWindow
        let current = RowExpression.quotedName(amount)
        func usual(_ function: WindowAggregate.Function) -> FeatureKind {
            .aggregate(WindowAggregate(function, of: amount, keys: [key], window: window, includesCurrent: false))
        }
        let before = "of the same \(key) in the \(window.words) before"
        let mean = add([key, "amount_mean", "\(window)"], usual(.mean))
        let deviation = operand([key, "amount_std", "\(window)"], usual(.standardDeviation))
        let maximum = operand([key, "amount_max", "\(window)"], usual(.maximum))
        try addExpression(
            [key, "amount_zscore", "\(window)"], "(\(current) - \(mean)) / \(deviation)",
            meaning: "\(amount) minus the mean \(before), divided by the standard deviation",
            unit: "standard deviations")
        try addExpression(
            [key, "amount_to_max", "\(window)"], "\(current) / \(maximum)",
            meaning: "\(amount) divided by the maximum \(before)", unit: "ratio")
    }

    private mutating func addBursts(of key: String) throws(FeaturePlanError) {
        guard hasTime, let amount else { return }
        let (now, usual) = (ExtendedRecipe.burstWindow, ExtendedRecipe.usualWindow)
        func recent(_ function: WindowAggregate.Function, of column: String?) -> FeatureKind {
            .aggregate(WindowAggregate(function, of: column, keys: [key], window: now))
        }
        func earlier(_ function: WindowAggregate.Function, of column: String?) -> FeatureKind {
            .aggregate(WindowAggregate(function, of: column, keys: [key], window: usual, delay: now))
        }
        let before = "in the \(usual.words) until \(now.words) ago"
        let baseline = operand([key, "amount_mean", "\(usual)", "until", "\(now)"], earlier(.mean, of: amount))
        let rate = operand([key, "count", "\(usual)", "until", "\(now)"], earlier(.count, of: nil))
        let mean = operand([key, "amount_mean", "\(now)"], recent(.mean, of: amount))
        let maximum = operand([key, "amount_max", "\(now)"], recent(.maximum, of: amount))
        let count = operand([key, "count", "\(now)"], recent(.count, of: nil))
        for (name, value, words) in [
            ("amount", RowExpression.quotedName(amount), amount),
            ("amount_mean_\(now)", mean, "mean of the last \(now.words)"),
            ("amount_max_\(now)", maximum, "maximum of the last \(now.words)"),
        ] {
            try addExpression(
                [key, name, "to_baseline"], "\(value) / \(baseline)",
                meaning: "\(words) divided by the mean of the same \(key) \(before)", unit: "ratio")
        }
        let periods = usual.microseconds / now.microseconds
        try addExpression(
            [key, "count", "\(now)", "to_baseline"], "\(count) / (\(rate) / \(periods))",
            meaning:
                "transactions of the same \(key) in the last \(now.words), divided by their mean number in as long a time "
                + before, unit: "ratio")
    }

    private mutating func addRisks(of key: String) {
        guard hasTime, schema.column(.label) != nil else { return }
        let delay = schema.column(.knownAt) == nil ? ExtendedRecipe.labelDelay : .zero
        for window in ExtendedRecipe.riskWindows {
            add(
                [key, "fraud_share", "\(window)"],
                .aggregate(WindowAggregate(.fraudShare, keys: [key], window: window, delay: delay)))
            // Without a delay the transactions are those that are counted anyway.
            guard delay > .zero else { continue }
            add(
                [key, "count", "\(window)", "until", "\(delay)"],
                .aggregate(WindowAggregate(.count, keys: [key], window: window, delay: delay)))
        }
    }

    // MARK: Combinations

    private mutating func addMovements() {
        guard hasTime else { return }
        for key in keys.prefix(ExtendedRecipe.combinedKeys) {
            for point in schema.points.map(\.name) {
                let scope = HistoryScope(keys: [key], within: ExtendedRecipe.reach)
                add([key, point, "distance"], .distanceFromPrevious(point: point, scope))
                add([key, point, "speed"], .speedFromPrevious(point: point, scope))
            }
        }
    }

    private mutating func addPairs() {
        guard hasTime else { return }
        let combined = Array(keys.prefix(ExtendedRecipe.combinedKeys))
        for (index, first) in combined.enumerated() {
            for second in combined[(index + 1)...] {
                let pair = [first, second]
                for window in ExtendedRecipe.pairWindows {
                    add(
                        pair + ["count", "\(window)"],
                        .aggregate(WindowAggregate(.count, keys: pair, window: window, includesCurrent: false)))
                }
                add(
                    pair + ["seconds_since_previous"],
                    .timeSincePrevious(HistoryScope(keys: pair, within: ExtendedRecipe.reach)))
            }
        }
    }

    /// How usual a category is for a key.
    private mutating func addUsualCategories() throws(FeaturePlanError) {
        guard hasTime else { return }
        let window = ExtendedRecipe.usualWindow
        func before(_ keys: [String]) -> FeatureKind {
            .aggregate(WindowAggregate(.count, keys: keys, window: window, includesCurrent: false))
        }
        for key in keys.prefix(ExtendedRecipe.combinedKeys) {
            for category in categories.prefix(ExtendedRecipe.combinedCategories) {
                let both = operand([key, category, "count", "\(window)"], before([key, category]))
                let all = operand([key, "count_before", "\(window)"], before([key]))
                try addExpression(
                    [key, category, "share", "\(window)"], "\(both) / \(all)",
                    meaning:
                        "share of this \(category) among the transactions of the same \(key) in the \(window.words) before",
                    unit: "share")
            }
        }
    }
}
