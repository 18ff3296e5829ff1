import Columnar

extension FeaturePlan {
    /// How many features a plan has at most.
    public static let featureLimit = 4096
    /// How many characters a feature's name has at most.
    public static let nameLimit = 255
    /// How many values a category has at most.
    public static let categoryLimit = 65_536

    /// Checks what needs no schema: names are unique and can be written by every format of models, settings do not contradict each
    /// other, and models get a feature.
    /// - Throws: ``FeaturePlanError`` that names the first feature with a problem.
    public func validate() throws(FeaturePlanError) {
        guard features.count <= FeaturePlan.featureLimit else {
            throw .tooManyFeatures(count: features.count, limit: FeaturePlan.featureLimit)
        }
        var names: Set<String> = []
        for (position, feature) in features.enumerated() {
            guard !feature.name.isEmpty else { throw .unnamedFeature(position: position) }
            try feature.validateName()
            guard names.insert(feature.name).inserted else { throw .repeatedName(feature: feature.name) }
            try feature.validateSettings()
        }
        guard features.contains(where: \.isOutput) else { throw .noOutputs }
    }

    /// Checks the plan as ``validate()`` does, and that the schema has what it needs: columns and points exist and are of types
    /// that suit, no feature contains a label before it is known, and names mean one thing only.
    /// - Parameter custom: The names of the kinds that the program has registered.
    /// - Throws: ``FeaturePlanError`` that names the first feature with a problem.
    public func validate(for schema: TransactionSchema, custom: Set<String> = []) throws(FeaturePlanError) {
        try validate()
        var context = PlanContext(plan: self, schema: schema, custom: custom)
        for feature in features { try context.add(feature) }
    }
}

extension FeatureDeclaration {
    fileprivate func validateName() throws(FeaturePlanError) {
        guard name.count <= FeaturePlan.nameLimit else {
            throw .invalidName(
                feature: name,
                reason: "the name has \(name.count) characters, at most \(FeaturePlan.nameLimit) are allowed")
        }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalidName(feature: name, reason: "the name has control characters, such as line breaks")
        }
    }

    private func failure(_ setting: String, _ reason: String) -> FeaturePlanError {
        .invalidSetting(feature: name, setting: setting, reason: reason)
    }

    fileprivate func validateSettings() throws(FeaturePlanError) {
        if let history = kind.history { try validateKeys(history.keys) }
        switch kind {
        case .aggregate(let aggregate): try validate(aggregate)
        case .timeSincePrevious(let scope), .isFirst(let scope), .distanceFromPrevious(_, let scope),
            .speedFromPrevious(_, let scope):
            guard scope.within > .zero else { throw failure("within", "is 0: give a length, such as 90d") }
        case .category(_, let values): try validate(categories: values ?? [])
        case .distance(let from, let to):
            guard from != to else { throw failure("to", "is the same point as 'from': the distance would always be 0") }
        case .custom(let custom):
            guard !custom.function.isEmpty else { throw failure("function", "is empty") }
            guard let wrong = custom.settings.first(where: { !$0.value.isFinite }) else { return }
            throw failure("settings.\(wrong.key)", "is \(wrong.value), expected a finite number")
        case .expression, .calendar: break
        }
    }

    private func validateKeys(_ keys: [String]) throws(FeaturePlanError) {
        guard keys.count <= 2 else { throw failure("keys", "are \(keys.count) columns, expected at most 2") }
        guard keys.count < 2 || keys[0] != keys[1] else { throw failure("keys", "are twice the same column") }
    }

    private func validate(_ aggregate: WindowAggregate) throws(FeaturePlanError) {
        let function = aggregate.function
        guard (aggregate.column != nil) == function.needsColumn else {
            throw failure(
                "column",
                function.needsColumn
                    ? "is missing: \(function.rawValue) is computed from one"
                    : "is given, and \(function.rawValue) is computed from none: leave it out")
        }
        guard aggregate.window > .zero else { throw failure("window", "is 0: give a length, such as 7d") }
        guard !aggregate.includesCurrent || aggregate.mayIncludeCurrent else {
            throw failure(
                "includes_current",
                "is true, which a window with a delay, with tiles or of labels cannot be: leave it out")
        }
        let (reach, overflow) = aggregate.window.microseconds.addingReportingOverflow(aggregate.delay.microseconds)
        guard !overflow, FeatureDuration(microseconds: reach) != nil else {
            throw failure("window", "and delay together reach back more than 3650d")
        }
        guard let tile = aggregate.tile else { return }
        guard tile > .zero else { throw failure("tile", "is 0: give a length, such as 1d, or leave it out") }
        for (name, length) in [("window", aggregate.window), ("delay", aggregate.delay)] {
            guard length.microseconds % tile.microseconds == 0 else {
                throw failure("tile", "of \(tile) does not divide the \(name) of \(length)")
            }
        }
        guard function != .distinct else {
            throw failure("tile", "is given, and distinct is not computed from tiles: leave it out")
        }
    }

    private func validate(categories values: [String]) throws(FeaturePlanError) {
        guard values.count <= FeaturePlan.categoryLimit else {
            throw failure("values", "are \(values.count), expected at most \(FeaturePlan.categoryLimit)")
        }
        // Values are told apart by their bytes, as in the data, and not by their meaning in Unicode.
        var known: Set<[UInt8]> = []
        if let repeated = values.first(where: { !known.insert(Array($0.utf8)).inserted }) {
            throw failure("values", "have \(QuotedText.value(repeated)) twice")
        }
    }
}
