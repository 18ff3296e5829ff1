/// The functions of ``RowExpression``; `rawValue` is the name.
package enum ExpressionFunction: String, Sendable, Hashable, CaseIterable {
    case abs, log, log1p, sqrt, exp, floor, ceil, round
    case minimum = "min"
    case maximum = "max"
    case coalesce
    case choice = "if"
    case length, lower
    case startsWith = "starts_with"
    case endsWith = "ends_with"
    case contains

    static let names = allCases.map(\.rawValue)

    /// How many arguments it takes.
    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .abs, .log, .log1p, .sqrt, .exp, .floor, .ceil, .round, .length, .lower: 1...1
        case .startsWith, .endsWith, .contains: 2...2
        case .choice: 3...3
        case .minimum, .maximum, .coalesce: 2...Int.max
        }
    }

    /// The same, for messages.
    var argumentCountText: String {
        let counts = argumentCounts
        if counts.upperBound == .max { return "at least \(counts.lowerBound) arguments" }
        return counts.upperBound == 1 ? "1 argument" : "\(counts.upperBound) arguments"
    }
}
