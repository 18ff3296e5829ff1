import Features
import Testing

@Suite struct FeaturePlanValidationTests {
    private func validate(
        _ kind: FeatureKind, _ schema: TransactionSchema = PlanExamples.schema, custom: Set<String> = []
    ) throws(FeaturePlanError) {
        try FeaturePlan(name: "p", features: [FeatureDeclaration("f", kind)]).validate(for: schema, custom: custom)
    }

    private func aggregate(
        _ function: WindowAggregate.Function, of column: String? = nil, keys: [String] = ["card"],
        window: FeatureDuration = .days(7), delay: FeatureDuration = .zero, tile: FeatureDuration? = nil
    ) -> FeatureKind {
        .aggregate(WindowAggregate(function, of: column, keys: keys, window: window, delay: delay, tile: tile))
    }

    private func refuses(
        _ kind: FeatureKind, _ message: String, _ schema: TransactionSchema = PlanExamples.schema,
        custom: Set<String> = [], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: FeaturePlanError.self, sourceLocation: sourceLocation) {
            try validate(kind, schema, custom: custom)
        }
        #expect(error?.description == "feature 'f': \(message)", sourceLocation: sourceLocation)
    }

    @Test func namesAreUniqueAndCanBeWritten() {
        func error(_ names: [String]) -> FeaturePlanError? {
            #expect(throws: FeaturePlanError.self) {
                try FeaturePlan(name: "p", features: names.map { FeatureDeclaration($0, .calendar(.hour)) }).validate()
            }
        }
        #expect(error(["a", "b", "a"]) == .repeatedName(feature: "a"))
        #expect(error(["a", ""]) == .unnamedFeature(position: 1))
        #expect(
            error(["a\nb"])?.description == #"feature 'a\nb': the name has control characters, such as line breaks"#)
        #expect(
            error([String(repeating: "x", count: 256)])?.description.hasSuffix(
                "the name has 256 characters, at most 255 are allowed") == true)
        #expect(error((0..<4097).map { "f\($0)" }) == .tooManyFeatures(count: 4097, limit: 4096))
        #expect(error([]) == .noOutputs)
    }

    @Test func modelsGetAFeature() {
        let hidden = FeatureDeclaration("a", .calendar(.hour), isOutput: false)
        #expect(throws: FeaturePlanError.noOutputs) { try FeaturePlan(name: "p", features: [hidden]).validate() }
    }

    @Test func columnsExist() {
        refuses(.column("amuont"), "there is no column or earlier feature 'amuont'; did you mean 'amount'?")
        refuses(.column("xyzzy"), "there is no column or earlier feature 'xyzzy'")
        refuses(
            aggregate(.count, keys: ["cadr"]), "there is no column or earlier feature 'cadr'; did you mean 'card'?")
        refuses(
            aggregate(.sum, of: "amounts"), "there is no column or earlier feature 'amounts'; did you mean 'amount'?")
        refuses(
            .category(column: "typ", values: nil), "there is no column or earlier feature 'typ'; did you mean 'type'?")
    }

    @Test func pointsExist() {
        refuses(.distance(from: "home", to: "shops"), "the schema has no point 'shops'; did you mean 'shop'?")
        refuses(
            .speedFromPrevious(point: "x", HistoryScope(keys: ["card"])), "the schema has no point 'x'")
        refuses(
            .distance(from: "home", to: "home"),
            "to is the same point as 'from': the distance would always be 0")
    }

    @Test func typesSuit() {
        refuses(aggregate(.mean, of: "type"), "'type' is of type category, expected integer or float")
        refuses(
            aggregate(.distinct, of: "online"), "'online' is of type boolean, expected integer, float, text or category"
        )
        refuses(
            aggregate(.count, keys: ["amount"]), "'amount' is of type float, expected text, category or integer")
        refuses(
            .timeSincePrevious(HistoryScope(keys: ["born"])),
            "'born' is of type timestamp, expected text, category or integer")
        refuses(
            .category(column: "amount", values: nil),
            "'amount' is of type float, expected text, category, boolean or integer")
    }

    @Test func labelsAndIgnoredColumnsAreNoInputs() {
        refuses(.column("fraud"), "'fraud' has the role label and can be no part of a feature")
        refuses(aggregate(.sum, of: "fraud"), "'fraud' has the role label and can be no part of a feature")
        refuses(aggregate(.count, keys: ["fraud"]), "'fraud' has the role label and can be no part of a feature")
        refuses(.column("batch"), "'batch' has the role ignored and can be no part of a feature")
    }

    @Test func labelsNeedATimeWhenTheyAreKnown() throws {
        let message =
            "the schema has no column with the role known_at: without the time when labels are known, a delay above 0 is needed"
        refuses(aggregate(.fraudShare), message)
        try validate(aggregate(.fraudShare, delay: .days(1)))
        let schema = TransactionSchema(columns: PlanExamples.schema.columns + [PlanExamples.knownAt])
        try validate(aggregate(.fraudCount), schema)
        refuses(
            aggregate(.fraudCount, delay: .days(1)),
            "the schema has no column with the role label, from which frauds are counted",
            PlanExamples.schema(without: .label))
    }

    @Test func historyNeedsATime() {
        let schema = PlanExamples.schema(without: .time)
        let message = "the schema has no column with the role time, by which earlier transactions are found"
        refuses(aggregate(.count), message, schema)
        refuses(.isFirst(HistoryScope(keys: ["card"])), message, schema)
        refuses(.calendar(.hour), message, schema)
    }

    @Test func settingsOfWindowsAreChecked() {
        refuses(aggregate(.sum), "column is missing: sum is computed from one")
        refuses(aggregate(.count, of: "amount"), "column is given, and count is computed from none: leave it out")
        refuses(aggregate(.count, window: .zero), "window is 0: give a length, such as 7d")
        refuses(aggregate(.count, tile: .days(2)), "tile of 2d does not divide the window of 7d")
        refuses(aggregate(.count, delay: .hours(1), tile: .days(1)), "tile of 1d does not divide the delay of 1h")
        refuses(aggregate(.count, tile: .zero), "tile is 0: give a length, such as 1d, or leave it out")
        refuses(
            aggregate(.distinct, of: "shop", tile: .days(1)),
            "tile is given, and distinct is not computed from tiles: leave it out")
        refuses(
            aggregate(.count, window: .days(3650), delay: .days(1)),
            "window and delay together reach back more than 3650d")
        refuses(aggregate(.count, keys: ["card", "shop", "type"]), "keys are 3 columns, expected at most 2")
        refuses(aggregate(.count, keys: ["card", "card"]), "keys are twice the same column")
        refuses(
            .isFirst(HistoryScope(keys: ["card"], within: .zero)), "within is 0: give a length, such as 90d")
    }

    @Test func aWindowThatEndedBeforeExcludesTheTransaction() {
        var delayed = WindowAggregate(.count, keys: ["card"], window: .days(7), delay: .days(1))
        #expect(!delayed.includesCurrent)
        delayed.includesCurrent = true
        refuses(
            .aggregate(delayed),
            "includes_current is true, which a window with a delay, with tiles or of labels cannot be: leave it out")
    }

    @Test func categoriesHaveDifferentValues() throws {
        refuses(.category(column: "type", values: ["a", "b", "a"]), "values have 'a' twice")
        // The same text for Unicode, not for those who compare bytes.
        try validate(.category(column: "type", values: ["\u{E9}", "e\u{301}"]))
    }

    @Test func customKindsAreRegistered() throws {
        let custom = FeatureKind.custom(CustomFeature("decya", inputs: ["amount"]))
        refuses(custom, "no kind of feature is registered as 'decya'; did you mean 'decay'?", custom: ["decay"])
        try validate(.custom(CustomFeature("decay", inputs: ["amount"])), custom: ["decay"])
        refuses(
            .custom(CustomFeature("decay", inputs: ["amuont"])),
            "there is no column or earlier feature 'amuont'; did you mean 'amount'?", custom: ["decay"])
        refuses(
            .custom(CustomFeature("decay", inputs: [], settings: ["x": .infinity])),
            "settings.x is inf, expected a finite number", custom: ["decay"])
    }

    @Test func featuresUseEarlierOnes() throws {
        let hour = FeatureDeclaration("hour", .calendar(.hour))
        let copy = FeatureDeclaration("copy", .column("hour"))
        func validate(_ features: [FeatureDeclaration]) throws {
            try FeaturePlan(name: "p", features: features).validate(for: PlanExamples.schema)
        }
        try validate([hour, copy])
        #expect(throws: FeaturePlanError.declaredLater(feature: "copy", name: "hour")) { try validate([copy, hour]) }
        #expect(throws: FeaturePlanError.unknownColumn(feature: "loop", column: "loop", nearest: [])) {
            try validate([FeatureDeclaration("loop", .column("loop"))])
        }
        #expect(throws: FeaturePlanError.unknownColumn(feature: "copy", column: "hour", nearest: ["hours"])) {
            try validate([FeatureDeclaration("hours", .calendar(.hour)), copy])
        }
    }

    @Test func aColumnsNameMeansThatColumn() throws {
        let plan = FeaturePlan(name: "p", features: [FeatureDeclaration("amount", .calendar(.hour))])
        #expect(throws: FeaturePlanError.nameOfColumn(feature: "amount")) {
            try plan.validate(for: PlanExamples.schema)
        }
        try FeaturePlan(name: "p", features: [FeatureDeclaration("amount", .column("amount"))])
            .validate(for: PlanExamples.schema)
    }

    @Test func thePlanSaysWhichColumnsItNeeds() throws {
        let schema = PlanExamples.schema
        func names(_ kinds: FeatureKind...) -> [[String]] {
            let plan = FeaturePlan(name: "p", features: kinds.enumerated().map { FeatureDeclaration("f\($0)", $1) })
            return [plan.inputColumns(of: schema).map(\.name), plan.columns(of: schema).map(\.name)]
        }
        #expect(names(.column("age")) == [["age"], ["age"]])
        #expect(names(.calendar(.hour)) == [["at"], ["at"]])
        #expect(names(aggregate(.count)) == [["at", "card"], ["id", "at", "amount", "card"]])
        #expect(
            names(aggregate(.fraudShare, keys: ["shop"], delay: .days(1)))
                == [["at", "shop"], ["id", "at", "amount", "fraud", "shop"]])
        #expect(
            names(.distance(from: "home", to: "shop"))[0] == ["home_lat", "home_long", "shop_lat", "shop_long"])
        // Kinds of a program look at a history if they say over what window.
        #expect(names(.custom(CustomFeature("f", inputs: ["age"])))[1] == ["age"])
        let window = CustomFeature("f", inputs: ["age", "card"], settings: ["window_seconds": 60])
        #expect(Set(names(.custom(window))[0]) == ["at", "age", "card"])
        #expect(Set(names(.custom(window))[1]) == ["id", "at", "amount", "age", "card"])
        let everything = try FeaturePlan(json: Array(PlanExamples.everything.utf8))
        #expect(everything.usesHistory && everything.usesLabels)
        #expect(
            Set(schema.columns.map(\.name)).subtracting(everything.columns(of: schema).map(\.name))
                == ["age", "note", "born", "batch"])
    }
}
