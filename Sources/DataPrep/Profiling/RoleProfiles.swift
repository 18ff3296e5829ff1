/// How many rows are frauds.
public struct LabelProfile: Sendable, Hashable, Codable {
    /// The column's name.
    public var column: String
    /// The values that mean a fraud, sorted.
    public var fraudValues: [String]
    /// Rows with a label.
    public var rows: Int
    /// Rows without one.
    public var missing: Int
    /// Rows that are frauds.
    public var frauds: Int
    /// The most frequent values, at most ten.
    public var values: [ValueCount]

    /// The share of labelled rows that are frauds; 0 without rows.
    public var fraudRate: Double { rows > 0 ? Double(frauds) / Double(rows) : 0 }
}

/// When the rows happened.
public struct TimeProfile: Sendable, Hashable, Codable {
    /// The rows of a day or a month.
    public struct Period: Sendable, Hashable, Codable {
        /// `2019-08-22` or `2019-08`.
        public var date: String
        /// All rows.
        public var rows: Int
        /// Rows with a label; 0 without a label column.
        public var labelled: Int
        /// Rows that are frauds.
        public var frauds: Int

        /// The share of labelled rows that are frauds; nil without any.
        public var fraudRate: Double? { labelled > 0 ? Double(frauds) / Double(labelled) : nil }
    }

    /// A time without rows.
    public struct Gap: Sendable, Hashable, Codable {
        /// The last day before it.
        public var from: String
        /// The first day after it.
        public var to: String
        /// Days from one to the other; 1 if they follow one another.
        public var days: Int
    }

    /// The column's name.
    public var column: String
    /// Rows without a time.
    public var missing: Int
    /// The earliest time, such as `2019-08-22 00:00:31`; nil without any.
    public var first: String?
    /// The latest time; nil without any.
    public var last: String?
    /// From the earliest to the latest time.
    public var seconds: Double
    /// The order of the rows; nil for fewer than two with a time.
    public var order: ValueOrder?
    /// Days that have rows, in order.
    public var days: [Period]
    /// Rows of days beyond the first 36,600 that occur, which ``days`` and ``months`` leave out.
    public var otherRows: Int
    /// Months that have rows, in order.
    public var months: [Period]
    /// The longest time between two days with rows; nil for fewer than two days.
    public var longestGap: Gap?
    /// The median of the days between two days with rows; nil for fewer than two days.
    public var medianGap: Int?
}

/// The amounts of frauds and of genuine rows.
public struct AmountProfile: Sendable, Hashable, Codable {
    /// The column's name.
    public var column: String
    /// Of labelled rows that are frauds; empty without any.
    public var fraud: [Quantile]
    /// Of labelled rows that are not; empty without any.
    public var genuine: [Quantile]
    /// By how much the rank of a quantile may be wrong, as a share of the values.
    public var quantileError: Double
}

/// Whether ids occur more than once.
public struct IDProfile: Sendable, Hashable, Codable {
    /// The column's name.
    public var column: String
    /// Rows with an id.
    public var rows: Int
    /// Rows whose id an earlier row has.
    public var repeated: Int
    /// Whether ``repeated`` was counted, as for up to 750,000 different ids; else it is about right: it was counted for a part
    /// of the ids, chosen by their hash.
    public var isExact: Bool
}
