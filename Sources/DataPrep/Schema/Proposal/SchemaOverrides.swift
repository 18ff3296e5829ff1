public import Features
/// Decisions that a ``SchemaProposal`` follows: names of columns, exactly or without case.
public struct SchemaOverrides: Sendable, Hashable {
    /// The column that identifies the transaction.
    public var id: String?
    /// The column that says when it happened.
    public var time: String?
    /// How the time is written; nil to detect it.
    public var timeForm: TimeForm?
    /// The column of what was paid.
    public var amount: String?
    /// The column that says which transactions are frauds.
    public var label: String?
    /// The columns of who and what takes part; if there are any, no others are proposed.
    public var keys: [String]
    /// Columns to ignore.
    public var excluded: [String]

    /// How a column writes times.
    public enum TimeForm: Sendable, Hashable {
        /// Points in time.
        case format(TimeFormat)
        /// Numbers of a unit since some origin.
        case relative(RelativeTimeUnit)

        /// Reads a `TimeFormat` or the name of a `RelativeTimeUnit`, such as `hours`.
        /// - Throws: `SchemaError.invalidTimeFormat`.
        public init(_ text: String) throws(SchemaError) {
            if let unit = RelativeTimeUnit(rawValue: text) {
                self = .relative(unit)
            } else {
                self = .format(try TimeFormat(text))
            }
        }
    }

    /// Decisions; without arguments none.
    public init(
        id: String? = nil, time: String? = nil, timeForm: TimeForm? = nil, amount: String? = nil, label: String? = nil,
        keys: [String] = [], excluded: [String] = []
    ) {
        self.id = id
        self.time = time
        self.timeForm = timeForm
        self.amount = amount
        self.label = label
        self.keys = keys
        self.excluded = excluded
    }

    /// Checks names before data are read.
    /// - Parameter names: The columns of the data.
    /// - Throws: ``SchemaProposalError/unknownColumn(name:role:nearest:available:)`` and
    ///   ``SchemaProposalError/contradictoryRoles(column:roles:)``.
    public func check(_ names: [String]) throws(SchemaProposalError) { _ = try ResolvedOverrides(self, in: names) }
}
