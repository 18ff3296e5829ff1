import Features
import TestSupport
import Testing

@Suite struct BuiltInPlanTests {
    @Test func theHandbooksFeaturesHaveTheirNamesAndOrder() throws {
        #expect(FeaturePlan.basic.names == FeaturePipeline(.basic).names)
        #expect(FeaturePlan.windows().names == FeaturePipeline(.windows).names)
        let windows = try FeatureWindows(customerDays: [2, 5], terminalDays: [3], delayDays: 4)
        #expect(FeaturePlan.windows(windows).names == FeaturePipeline(.windows, windows: windows).names)
    }

    @Test func theHandbooksWindowsAreThoseOfThePipeline() {
        let plan = FeaturePlan.windows()
        #expect(
            plan["customer_id_avg_amount_7day_window"]?.kind
                == .aggregate(WindowAggregate(.mean, of: "tx_amount", keys: ["customer_id"], window: .days(7))))
        #expect(
            plan["terminal_id_risk_30day_window"]?.kind
                == .aggregate(
                    WindowAggregate(.fraudShare, keys: ["terminal_id"], window: .days(30), delay: .days(7))))
    }

    @Test func plansAreFoundByTheirNames() throws {
        #expect(try FeaturePlan.named("basic", for: .handbook) == .basic)
        #expect(try FeaturePlan.named("windows", for: .handbook) == .windows())
        #expect(try FeaturePlan.named("extended", for: .handbook) == .extended(for: .handbook))
        let error = #expect(throws: FeaturePlanError.self) { try FeaturePlan.named("windws", for: .handbook) }
        #expect(
            error?.description
                == "there is no plan 'windws'; did you mean 'windows'? (plans: basic, windows, extended)")
        #expect(throws: FeaturePlanError.unknownColumn(feature: "tx_amount", column: "tx_amount", nearest: ["amount"]))
        {
            try FeaturePlan.named("basic", for: PlanExamples.schema)
        }
    }

    @Test func builtInPlansAreReadBackAsTheyWere() throws {
        let extended = try [.handbook, PlanExamples.schema].map { try FeaturePlan.extended(for: $0) }
        for plan in [.basic, .windows()] + extended {
            #expect(try FeaturePlan(json: plan.json) == plan)
        }
    }

    @Test func extendedFollowsFromRoles() throws {
        let plan = try FeaturePlan.extended(for: PlanExamples.schema)
        for name in [
            "amount", "type_category", "age", "online", "hour", "weekday", "distance_home_shop", "card_count_1h",
            "shop_count_30d", "card_seconds_since_previous", "card_amount_sum_1d", "card_amount_mean_30d",
            "card_amount_zscore_30d", "card_amount_to_max_30d", "card_amount_to_baseline",
            "card_amount_mean_1d_to_baseline", "card_amount_max_1d_to_baseline", "card_count_1d_to_baseline",
            "shop_fraud_share_30d", "shop_count_30d_until_7d", "card_shop_distance", "shop_home_speed",
            "card_type_share_30d", "card_shop_count_90d", "card_shop_count_1d", "card_shop_seconds_since_previous",
        ] {
            #expect(plan.names.contains(name), "\(name)")
        }
        // What others use is computed once, and only given to models where it says something by itself.
        #expect(
            plan["card_amount_std_30d"]?.isOutput == false && plan["card_amount_mean_30d_until_1d"]?.isOutput == false)
        #expect(Set(plan.features.map(\.kind)).count == plan.features.count)
        #expect(
            plan["card_count_1d_to_baseline"]?.kind
                == .expression(try RowExpression("card_count_1d / (card_count_30d_until_1d / 30)")))
        // Neither texts of which most values differ, nor what is ignored or not known yet.
        #expect(!plan.features.contains { ["note", "born", "batch", "fraud", "id"].contains($0.name) })
    }

    @Test func extendedUsesWhatThereIs() throws {
        let withoutTime = try FeaturePlan.extended(for: PlanExamples.schema(without: .time))
        #expect(!withoutTime.usesHistory && withoutTime.names.contains("distance_home_shop"))
        let withoutLabel = try FeaturePlan.extended(for: PlanExamples.schema(without: .label))
        #expect(!withoutLabel.usesLabels && withoutLabel.usesHistory)
        let withoutAmount = try FeaturePlan.extended(for: PlanExamples.schema(without: .amount))
        #expect(
            !withoutAmount.names.contains { $0.contains("amount") } && withoutAmount.names.contains("card_count_1h"))
        let withoutKeys = try FeaturePlan.extended(for: PlanExamples.schema(without: .key))
        #expect(
            !withoutKeys.usesHistory && withoutKeys.names.contains("type_category")
                && withoutKeys.names.contains("hour"))
        let useless = TransactionSchema(columns: [SchemaColumn("id", .text, role: .id)])
        #expect(throws: FeaturePlanError.nothingToDerive) { try FeaturePlan.extended(for: useless) }
    }

    @Test func labelsWithATimeNeedNoDelay() throws {
        let schema = TransactionSchema(columns: PlanExamples.schema.columns + [PlanExamples.knownAt])
        let plan = try FeaturePlan.extended(for: schema)
        #expect(
            plan["shop_fraud_share_30d"]?.kind
                == .aggregate(WindowAggregate(.fraudShare, keys: ["shop"], window: .days(30))))
    }

    @Test func namesAreValidAndUniqueWhateverTheColumnsAreCalled() throws {
        let odd = [
            "Amount (EUR)", "amount__eur", "hour", "数", "a`b", "a b", "a_b", "in", "", "9", "x\ny", "'", "é",
            "e\u{301}x",
            "log_amount", "a b_count_1h", String(repeating: "long ", count: 100), "🙂", "A__B", "card_count_1h",
        ]
        var generator = SeededGenerator(seed: 8)
        let types: [(SchemaColumnType, ColumnRole)] = [
            (.text, .key), (.integer(), .key), (.category, .attribute), (.float(), .attribute),
            (.boolean(), .attribute),
            (.float(), .amount), (.timestamp(), .time), (.integer(), .label()),
        ]
        for _ in 0..<100 {
            var columns: [SchemaColumn] = []
            for name in odd.shuffled(using: &generator).prefix(Int.random(in: 1...20, using: &generator)) {
                let (type, role) = types.randomElement(using: &generator) ?? types[0]
                let isTaken = role.kind != .key && role.kind != .attribute && columns.contains { $0.role == role }
                columns.append(
                    SchemaColumn(name.isEmpty ? "none" : name, type, role: isTaken ? .ignored : role))
            }
            let schema = TransactionSchema(columns: columns)
            try schema.validate()
            guard columns.contains(where: { [.amount, .time, .attribute].contains($0.role.kind) }) else {
                #expect(throws: FeaturePlanError.nothingToDerive) { try FeaturePlan.extended(for: schema) }
                continue
            }
            let plan = try FeaturePlan.extended(for: schema)
            try plan.validate(for: schema)
            #expect(try FeaturePlan(json: plan.json) == plan)
            // Letters, digits and `_` only, which every format of models can hold.
            #expect(plan.names.allSatisfy { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } })
            #expect(Set(plan.names.map { $0.lowercased() }).count == plan.names.count)
        }
    }

    @Test func veryManyColumnsAreRefused() throws {
        let schema = TransactionSchema(
            columns: (0..<5000).map { SchemaColumn("v\($0)", .float()) })
        #expect(throws: FeaturePlanError.tooManyFeatures(count: 5000, limit: 4096)) {
            try FeaturePlan.extended(for: schema)
        }
    }

    @Test func featuresAreAddedAndReplaced() {
        let hour = FeatureDeclaration("hour", .calendar(.hour))
        let plan = FeaturePlan.windows().adding(hour, FeatureDeclaration("tx_during_night", .calendar(.month)))
        #expect(plan.names == FeaturePlan.windows().names + ["hour"])
        #expect(plan["tx_during_night"]?.kind == .calendar(.month))
        #expect(plan["nothing"] == nil)
    }
}
