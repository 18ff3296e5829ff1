/// How a feature is computed. Columns are named as in the ``TransactionSchema``; a value that is missing is NaN.
public enum FeatureKind: Sendable, Hashable {
    /// A number or truth value (1 or 0) computed from the transaction's columns and from features declared before.
    case expression(RowExpression)
    /// A part of the transaction's time.
    case calendar(CalendarPart)
    /// The position of the column's value among `values`, which training finds where they are nil (``CategoryCounter``). A value
    /// that is not among them has the position after the last. Integers are compared by their decimal digits, truth values as
    /// `true` and `false`.
    case category(column: String, values: [String]?)
    /// A number over the earlier transactions of the same keys.
    case aggregate(WindowAggregate)
    /// Seconds since the previous transaction of the same keys, less than `within` ago.
    case timeSincePrevious(HistoryScope)
    /// 1 if no transaction of the same keys was less than `within` before, else 0.
    case isFirst(HistoryScope)
    /// Kilometres between two points of the transaction.
    case distance(from: String, to: String)
    /// Kilometres between a point and the same point of the previous transaction of the same keys.
    case distanceFromPrevious(point: String, HistoryScope)
    /// Kilometres an hour that it takes to get from the point of the previous transaction of the same keys to this one.
    case speedFromPrevious(point: String, HistoryScope)
    /// A kind that a Swift program adds.
    case custom(CustomFeature)

    /// The kind's name in JSON.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        case expression, calendar, category, aggregate
        case timeSincePrevious = "time_since_previous"
        case isFirst = "is_first"
        case distance
        case distanceFromPrevious = "distance_from_previous"
        case speedFromPrevious = "speed_from_previous"
        case custom
    }

    /// A column or an earlier feature, as it is.
    public static func column(_ name: String) -> FeatureKind { .expression(.reference(to: name)) }

    /// The kind without its settings.
    public var name: Name {
        switch self {
        case .expression: .expression
        case .calendar: .calendar
        case .category: .category
        case .aggregate: .aggregate
        case .timeSincePrevious: .timeSincePrevious
        case .isFirst: .isFirst
        case .distance: .distance
        case .distanceFromPrevious: .distanceFromPrevious
        case .speedFromPrevious: .speedFromPrevious
        case .custom: .custom
        }
    }

    /// Whether it depends on earlier transactions.
    /// A custom kind does with the setting `window_seconds`, which those of windows need.
    public var usesHistory: Bool {
        if case .custom(let custom) = self { custom.settings["window_seconds"] != nil } else { history != nil }
    }

    /// Which earlier transactions it looks at, if any.
    var history: HistoryScope? {
        switch self {
        case .aggregate(let aggregate):
            HistoryScope(keys: aggregate.keys, within: aggregate.window, filter: aggregate.filter)
        case .timeSincePrevious(let scope), .isFirst(let scope), .distanceFromPrevious(_, let scope),
            .speedFromPrevious(_, let scope):
            scope
        case .expression, .calendar, .category, .distance, .custom: nil
        }
    }
}

/// A part of a time of the wall clock.
public enum CalendarPart: String, Sendable, Hashable, CaseIterable {
    /// 0 to 23.
    case hour
    /// Minutes since midnight, 0 to 1439.
    case minuteOfDay = "minute_of_day"
    /// 0 is Monday, 6 Sunday.
    case weekday
    /// 1 to 31.
    case dayOfMonth = "day_of_month"
    /// 1 to 12.
    case month
    /// 1 on Saturday and Sunday, else 0.
    case isWeekend = "is_weekend"
    /// 1 in the hours 0 to 6, as in the Handbook, else 0.
    case isNight = "is_night"
    /// `hour / 6`, 0 to 3.
    case quarterOfDay = "quarter_of_day"
}

/// Which earlier transactions a feature about the previous one looks at.
public struct HistoryScope: Sendable, Hashable {
    /// The columns whose values both have in common: one or two keys or categories; none for all transactions.
    public var keys: [String]
    /// The previous one is less than this ago; what is longer ago is not kept.
    public var within: FeatureDuration
    /// Only transactions for which it is true count as earlier ones; nil for all.
    public var filter: RowExpression?

    /// A scope, by default of the 90 days before.
    public init(keys: [String], within: FeatureDuration = .days(90), filter: RowExpression? = nil) {
        self.keys = keys
        self.within = within
        self.filter = filter
    }
}

/// A feature of a kind that a Swift program adds under a name.
public struct CustomFeature: Sendable, Hashable {
    /// The name under which the program registers the kind.
    public var function: String
    /// The columns and earlier features that it gets, in order.
    public var inputs: [String]
    /// Numbers that it gets, by name.
    public var settings: [String: Double]

    /// A feature of a kind that is registered with the engine.
    public init(_ function: String, inputs: [String], settings: [String: Double] = [:]) {
        self.function = function
        self.inputs = inputs
        self.settings = settings
    }
}
