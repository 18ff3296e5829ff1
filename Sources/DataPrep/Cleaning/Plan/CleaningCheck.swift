public import Features

/// A rule of a ``TableCleaningPlan``. Columns are named as in the schema.
public enum CleaningCheck: Sendable, Hashable {
    /// Which rows are the same.
    public enum DuplicateKey: Sendable, Hashable {
        /// Those with the same value in the column with the role id; rows without one are all different.
        case id
        /// Those equal in every column, those beside the schema included.
        case wholeRow
        /// Those equal in these columns.
        case columns([String])
    }

    /// A row of text has another number of fields than the header.
    case malformed
    /// One of the columns has no value; nil for those with the roles id, time, amount and key.
    case missing(columns: [String]? = nil)
    /// One of the columns has a value that is not of its type, or outside its range; nil for all.
    case invalid(columns: [String]? = nil)
    /// One of the columns has a code for 'unknown'; nil for all.
    case unknownCode(columns: [String]? = nil)
    /// The amount is not above zero, or not finite.
    case nonPositiveAmount
    /// A number is outside a range, both ends of which are valid; nil for no bound. A missing number is in it.
    case range(column: String, minimum: Double? = nil, maximum: Double? = nil)
    /// The expression is not true; where it is neither true nor false for lack of values, the row stays.
    case expression(name: String, RowExpression)
    /// What ``TableCleaner/custom`` has by that name says so.
    case custom(name: String)
    /// A row before it that passed the rules before has the same key.
    case duplicate(DuplicateKey = .id)
    /// The amount is outside fences that are computed from all amounts that passed the rules before.
    case outlier(OutlierRule)

    /// The rule's name in reports.
    public var rule: CleaningRule {
        switch self {
        case .malformed: .malformed
        case .missing: .missing
        case .invalid: .invalid
        case .unknownCode: .unknownCode
        case .nonPositiveAmount: .nonPositiveAmount
        case .range(let column, _, _): CleaningRule(rawValue: "range of \(column)")
        case .expression(let name, _), .custom(let name): CleaningRule(rawValue: name)
        case .duplicate: .duplicate
        case .outlier: .amountOutlier
        }
    }
}

extension CleaningCheck: CustomStringConvertible {
    /// What is dropped, for people.
    public var description: String {
        func list(_ columns: [String]?, _ standard: String) -> String { columns?.joined(separator: ", ") ?? standard }
        return switch self {
        case .malformed: "another number of fields than the header"
        case .missing(let columns): "no value in \(list(columns, "id, time, amount or a key"))"
        case .invalid(let columns): "not a value of its type or range in \(list(columns, "any column"))"
        case .unknownCode(let columns): "a code for unknown in \(list(columns, "any column"))"
        case .nonPositiveAmount: "an amount not above zero, or not finite"
        case .range(let column, let minimum, let maximum):
            "\(column) outside \(minimum.map { "\($0)" } ?? "…") to \(maximum.map { "\($0)" } ?? "…")"
        case .expression(_, let expression): "not \(expression.text)"
        case .custom(let name): name
        case .duplicate(.id): "an id seen before"
        case .duplicate(.wholeRow): "a row seen before"
        case .duplicate(.columns(let columns)): "seen before: \(columns.joined(separator: ", "))"
        case .outlier(let rule): "an amount outside \(rule)"
        }
    }
}
