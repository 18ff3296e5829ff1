extension FeatureDeclaration {
    /// What the feature says about a transaction: ``meaning``, or a sentence made from ``kind``.
    public var describedMeaning: String { meaning ?? kind.meaning }

    /// What the feature is measured in: ``unit``, or what follows from ``kind``; empty where that says nothing.
    public var describedUnit: String { unit ?? kind.unit }
}

extension FeatureKind {
    fileprivate var meaning: String {
        switch self {
        case .expression(let expression):
            expression.columns.count == 1 && expression == .reference(to: expression.columns[0])
                ? "\(expression.columns[0]) as it is" : expression.text
        case .calendar(let part): part.meaning
        case .category(let column, let values):
            "position of \(column) among " + (values.map { "\($0.count) values" } ?? "the values of the training data")
        case .aggregate(let aggregate): aggregate.meaning
        case .timeSincePrevious(let scope):
            "time since the previous \(scope.transaction), at most \(scope.within.words)"
        case .isFirst(let scope): "1 if there was no \(scope.transaction) in the \(scope.within.words) before, else 0"
        case .distance(let from, let to): "distance between \(from) and \(to)"
        case .distanceFromPrevious(let point, let scope):
            "distance of \(point) from that of the previous \(scope.transaction), at most \(scope.within.words) ago"
        case .speedFromPrevious(let point, let scope):
            "speed from \(point) of the previous \(scope.transaction), at most \(scope.within.words) ago, to this one"
        case .custom(let custom):
            custom.inputs.isEmpty ? custom.function : "\(custom.function) of \(custom.inputs.joined(separator: ", "))"
        }
    }

    fileprivate var unit: String {
        switch self {
        case .expression(let expression):
            expression.columns.count == 1 && expression == .reference(to: expression.columns[0])
                ? "as \(expression.columns[0])" : ""
        case .calendar(let part): part.unit
        case .category: "position"
        case .aggregate(let aggregate):
            switch aggregate.function {
            case .count, .fraudCount: "transactions"
            case .distinct: "values"
            case .fraudShare: "share"
            case .sum, .mean, .standardDeviation, .minimum, .maximum: "as \(aggregate.column ?? "the column")"
            }
        case .timeSincePrevious: "s"
        case .isFirst: "0 or 1"
        case .distance, .distanceFromPrevious: "km"
        case .speedFromPrevious: "km/h"
        case .custom: ""
        }
    }
}

extension CalendarPart {
    fileprivate var meaning: String {
        switch self {
        case .hour: "hour of the day, 0 to 23"
        case .minuteOfDay: "minute of the day, 0 to 1439"
        case .weekday: "day of the week, 0 is Monday"
        case .dayOfMonth: "day of the month, 1 to 31"
        case .month: "month, 1 to 12"
        case .isWeekend: "1 on Saturday and Sunday, else 0"
        case .isNight: "1 in the hours 0 to 6, else 0"
        case .quarterOfDay: "quarter of the day, 0 to 3"
        }
    }

    fileprivate var unit: String {
        switch self {
        case .hour: "h"
        case .minuteOfDay: "min"
        case .weekday, .dayOfMonth: "day"
        case .month: "month"
        case .isWeekend, .isNight: "0 or 1"
        case .quarterOfDay: "quarter"
        }
    }
}

extension WindowAggregate {
    fileprivate var meaning: String {
        let transactions = HistoryScope(keys: keys, within: window, filter: filter).transactions
        let column = column ?? "the column"
        let value =
            switch function {
            case .count: "number of \(transactions)"
            case .sum: "sum of \(column) over the \(transactions)"
            case .mean: "mean of \(column) over the \(transactions)"
            case .standardDeviation: "standard deviation of \(column) over the \(transactions)"
            case .minimum: "minimum of \(column) over the \(transactions)"
            case .maximum: "maximum of \(column) over the \(transactions)"
            case .distinct: "number of different values of \(column) among the \(transactions)"
            case .fraudCount: "number of known frauds among the \(transactions)"
            case .fraudShare: "share of known frauds among the \(transactions)"
            }
        return "\(value) \(period)"
    }

    private var period: String {
        let whole = tile.map { ", in whole tiles of \($0.words)" } ?? ""
        if delay > .zero { return "in the \(window.words) until \(delay.words) ago\(whole)" }
        let current = mayIncludeCurrent ? (includesCurrent ? ", this one included" : ", without this one") : ""
        return "in the last \(window.words)\(whole)\(current)"
    }
}

extension HistoryScope {
    /// `transactions of the same card and merchant where amount > 100`.
    fileprivate var transactions: String { "transactions\(restriction)" }
    /// The same in the singular.
    fileprivate var transaction: String { "transaction\(restriction)" }

    private var restriction: String {
        (keys.isEmpty ? "" : " of the same \(keys.joined(separator: " and "))")
            + (filter.map { " where \($0.text)" } ?? "")
    }
}
