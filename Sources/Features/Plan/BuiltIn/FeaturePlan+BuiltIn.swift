extension FeaturePlan {
    /// The names of the plans that ``named(_:for:)`` knows.
    public static let builtInNames = ["basic", "windows", "extended"]

    /// A built-in plan by its name.
    /// - Parameter schema: Of the transactions. ``basic`` and ``windows(_:)`` are for the columns of ``TransactionSchema/handbook``.
    /// - Throws: ``FeaturePlanError/unknownPlan(_:)`` for other names; what ``validate(for:custom:)`` throws where the plan does not
    ///   suit the schema.
    public static func named(_ name: String, for schema: TransactionSchema) throws(FeaturePlanError) -> FeaturePlan {
        switch name {
        case "extended": return try extended(for: schema)
        case "basic":
            try basic.validate(for: schema)
            return basic
        case "windows":
            let plan = windows()
            try plan.validate(for: schema)
            return plan
        default: throw .unknownPlan(name)
        }
    }

    /// The transaction's own values, for the Handbook's columns: those of ``FeatureSet/basic``, with the same bits.
    public static let basic: FeaturePlan = {
        let quarter = "time_of_day"
        return FeaturePlan(
            name: "basic",
            features: [
                .column(.amount), .column(.terminalID), FeatureDeclaration("hour", .calendar(.hour)),
                FeatureDeclaration(quarter, .calendar(.quarterOfDay), isOutput: false),
            ]
                + (0..<4).map {
                    FeatureDeclaration(
                        "\(quarter)_\($0)", .expression(.equals(quarter, Int64($0))),
                        meaning: "1 in the hours \(6 * $0) to \(6 * $0 + 5), else 0", unit: "0 or 1")
                })
    }()

    /// The Handbook's features for its columns: those of ``FeatureSet/windows``, with the same bits.
    public static func windows(_ windows: FeatureWindows = .handbook) -> FeaturePlan {
        let delay = FeatureDuration.days(windows.delayDays)
        let customer = [TransactionColumn.customerID.name]
        let terminal = [TransactionColumn.terminalID.name]
        return FeaturePlan(
            name: "windows",
            features: [
                .column(.amount), FeatureDeclaration("tx_during_weekend", .calendar(.isWeekend)),
                FeatureDeclaration("tx_during_night", .calendar(.isNight)),
            ]
                + windows.customerDays.flatMap { days in
                    [
                        FeatureDeclaration(
                            "customer_id_nb_tx_\(days)day_window",
                            .aggregate(WindowAggregate(.count, keys: customer, window: .days(days)))),
                        FeatureDeclaration(
                            "customer_id_avg_amount_\(days)day_window",
                            .aggregate(
                                WindowAggregate(
                                    .mean, of: TransactionColumn.amount.name, keys: customer, window: .days(days)))),
                    ]
                }
                + windows.terminalDays.flatMap { days in
                    [
                        FeatureDeclaration(
                            "terminal_id_nb_tx_\(days)day_window",
                            .aggregate(WindowAggregate(.count, keys: terminal, window: .days(days), delay: delay))),
                        FeatureDeclaration(
                            "terminal_id_risk_\(days)day_window",
                            .aggregate(WindowAggregate(.fraudShare, keys: terminal, window: .days(days), delay: delay))),
                    ]
                })
    }
}

extension FeatureDeclaration {
    fileprivate static func column(_ column: TransactionColumn) -> FeatureDeclaration {
        FeatureDeclaration(column.name, .column(column.name))
    }
}
