import Features

/// Sixty features such as the plan `extended` has, each with the SQL that computes the same.
struct SixtyFeatures {
    private(set) var features: [FeatureDeclaration] = []
    /// For each feature an expression over the windows of ``windows``, in DuckDB's SQL.
    private(set) var sql: [String] = []
    /// For each feature what Polars needs: `kind|keys|column|window|delay`.
    private(set) var polars: [String] = []

    init() throws {
        add("amount", .column("amount"), "amount", "column|||0|0")
        add("hour", .calendar(.hour), "hour(time)", "hour|||0|0")
        add("weekday", .calendar(.weekday), "isodow(time) - 1", "weekday|||0|0")
        for (key, other) in [("card", "merchant"), ("merchant", "card")] {
            for window in [FeatureDuration.hours(1), .days(1), .days(7), .days(30)] { add(.count, nil, [key], window) }
            for window in [FeatureDuration.days(1), .days(7), .days(30)] {
                add(.sum, "amount", [key], window)
                add(.mean, "amount", [key], window)
            }
            for window in [FeatureDuration.days(7), .days(30)] { add(.standardDeviation, "amount", [key], window) }
            for window in [FeatureDuration.days(1), .days(30)] { add(.maximum, "amount", [key], window) }
            add(.minimum, "amount", [key], .days(30))
            add(.distinct, other, [key], .days(1))
            add(.mean, "distance", [key], .days(30))
            for window in [FeatureDuration.days(7), .days(30)] { add(.fraudShare, nil, [key], window, delay: .days(7)) }
            add(.count, nil, [key], .days(30), delay: .days(7))
            addPrevious([key])
            try addRatio("amount", to: .mean, "amount", [key], .days(30))
        }
        let pair = ["card", "merchant"]
        add(.count, nil, pair, .days(1))
        add(.count, nil, pair, .days(90))
        addPrevious(pair)
        add(
            "first", .isFirst(HistoryScope(keys: pair, within: .days(90))),
            "case when \(Self.sql(.count, nil, pair, .days(90), .zero)) = 1 then 1 else 0 end",
            "first|card,merchant||\(FeatureDuration.days(90).microseconds)|0")
        for function in [WindowAggregate.Function.mean, .maximum] {
            add(function, "amount", ["card", "category"], .days(30))
        }
        add(.count, nil, ["card", "category"], .days(30))
        try addRatio("amount", to: .maximum, "amount", ["card", "category"], .days(30))
        add(.count, nil, ["merchant", "channel"], .days(30))
        add(.mean, "amount", ["merchant", "channel"], .days(30))
        add(.sum, "amount", ["merchant", "channel"], .days(1))
        add(.count, nil, ["card", "channel"], .days(7))
        add(.sum, "amount", ["card", "channel"], .days(7))
    }

    var plan: FeaturePlan { FeaturePlan(name: "sixty", features: features) }

    private mutating func add(_ name: String, _ kind: FeatureKind, _ sql: String, _ polars: String) {
        features.append(FeatureDeclaration("\(name)_\(features.count)", kind))
        self.sql.append(sql)
        self.polars.append(polars)
    }

    private mutating func add(
        _ function: WindowAggregate.Function, _ column: String?, _ keys: [String], _ window: FeatureDuration,
        delay: FeatureDuration = .zero
    ) {
        add(
            function.rawValue,
            .aggregate(WindowAggregate(function, of: column, keys: keys, window: window, delay: delay)),
            Self.sql(function, column, keys, window, delay), Self.polars(function, column, keys, window, delay))
    }

    private mutating func addPrevious(_ keys: [String]) {
        let reach = FeatureDuration.days(90)
        let microseconds =
            "(epoch_us(time) - lag(epoch_us(time)) over (partition by \(keys.joined(separator: ", ")) order by time))"
        add(
            "previous", .timeSincePrevious(HistoryScope(keys: keys, within: reach)),
            "case when \(microseconds) < \(reach.microseconds) then \(microseconds) / 1e6 end",
            "previous|\(keys.joined(separator: ","))||\(reach.microseconds)|0")
    }

    private mutating func addRatio(
        _ column: String, to function: WindowAggregate.Function, _ of: String, _ keys: [String],
        _ window: FeatureDuration
    ) throws {
        let name = features.last {
            $0.kind == .aggregate(WindowAggregate(function, of: of, keys: keys, window: window))
        }?.name
        guard let name else { return }
        add(
            "ratio", .expression(try RowExpression("\(column) / \(name)")),
            "\(column) / \(Self.sql(function, of, keys, window, .zero))",
            "ratio-" + Self.polars(function, of, keys, window, .zero))
    }

    private static func polars(
        _ function: WindowAggregate.Function, _ column: String?, _ keys: [String], _ window: FeatureDuration,
        _ delay: FeatureDuration
    ) -> String {
        "\(function.rawValue)|\(keys.joined(separator: ","))|\(column ?? "")|\(window.microseconds)|\(delay.microseconds)"
    }

    private static func sql(
        _ function: WindowAggregate.Function, _ column: String?, _ keys: [String], _ window: FeatureDuration,
        _ delay: FeatureDuration
    ) -> String {
        let value =
            switch function {
            case .count: "count(*)"
            case .sum: "sum(\(column ?? ""))"
            case .mean: "avg(\(column ?? ""))"
            case .standardDeviation: "stddev_samp(\(column ?? ""))"
            case .minimum: "min(\(column ?? ""))"
            case .maximum: "max(\(column ?? ""))"
            case .distinct: "count(distinct \(column ?? ""))"
            case .fraudCount: "sum(is_fraud)"
            case .fraudShare: "avg(is_fraud)"
            }
        func bound(_ span: FeatureDuration) -> String {
            span == .zero ? "current row" : "interval \(span.microseconds / 1_000_000) seconds preceding"
        }
        let start = FeatureDuration(microseconds: window.microseconds + delay.microseconds) ?? window
        let over =
            "over (partition by \(keys.joined(separator: ", ")) order by time range between \(bound(start)) and \(bound(delay)))"
        return function == .fraudShare || function == .sum ? "coalesce(\(value) \(over), 0)" : "\(value) \(over)"
    }
}
