/// A number over the transactions in a window of time, with the same keys as the current one.
///
/// At time t the window is (t - delay - window, t - delay]: open at its old end, closed at its new one. Of several
/// transactions at one time, those recorded count as earlier.
public struct WindowAggregate: Sendable, Hashable {
    /// What is computed.
    public enum Function: String, Sendable, Hashable, CaseIterable {
        /// How many there are.
        case count
        /// The sum of the column; 0 without transactions.
        case sum
        /// The mean of the column; missing without transactions.
        case mean
        /// The standard deviation of the column with n - 1; missing for fewer than two.
        case standardDeviation = "standard_deviation"
        /// The least value of the column; missing without transactions.
        case minimum
        /// The greatest value of the column; missing without transactions.
        case maximum
        /// How many different values the column has.
        case distinct
        /// How many are known as frauds.
        case fraudCount = "fraud_count"
        /// The share of those known as frauds; 0 without transactions, as in the Handbook.
        case fraudShare = "fraud_share"

        /// Whether it needs a column.
        public var needsColumn: Bool {
            switch self {
            case .count, .fraudCount, .fraudShare: false
            case .sum, .mean, .standardDeviation, .minimum, .maximum, .distinct: true
            }
        }

        /// Whether it needs labels, and so a delay or the time when they are known.
        public var needsLabels: Bool { self == .fraudCount || self == .fraudShare }
    }

    /// What is computed.
    public var function: Function
    /// The column whose values it is computed from; nil where the function needs none.
    public var column: String?
    /// The columns whose values the transactions have in common: one or two keys or categories; none for all transactions.
    public var keys: [String]
    /// The window's length.
    public var window: FeatureDuration
    /// How long before the transaction the window ends.
    public var delay: FeatureDuration
    /// Whether the transaction itself counts. Only without a delay.
    public var includesCurrent: Bool
    /// Only transactions for which it is true count; nil for all.
    public var filter: RowExpression?
    /// Whole tiles of this length, counted from 1970-01-01T00:00:00, are kept instead of single transactions; nil for single
    /// ones. The window is then the last `window / tile` tiles that have ended by `t - delay`.
    public var tile: FeatureDuration?

    /// An aggregate; most need a function, keys and a window.
    public init(
        _ function: Function, of column: String? = nil, keys: [String], window: FeatureDuration,
        delay: FeatureDuration = .zero, includesCurrent: Bool = true, filter: RowExpression? = nil,
        tile: FeatureDuration? = nil
    ) {
        self.function = function
        self.column = column
        self.keys = keys
        self.window = window
        self.delay = delay
        self.includesCurrent = includesCurrent
        self.filter = filter
        self.tile = tile
        self.includesCurrent = includesCurrent && mayIncludeCurrent
    }

    /// Whether the transaction itself can count: its label is not known yet, and it is in no window that ended before.
    var mayIncludeCurrent: Bool { delay == .zero && tile == nil && !function.needsLabels }
}
