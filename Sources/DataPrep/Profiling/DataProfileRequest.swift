public import Columnar

/// Which columns of a data set have a meaning that a profile should describe; all are optional.
public struct DataProfileRequest: Sendable {
    /// The column that says which rows are frauds.
    public struct Label: Sendable, Hashable {
        /// The column's name.
        public var column: String
        /// The values of frauds as text: `1`, `true`, `ja`. Numbers are compared as numbers.
        public var fraudValues: Set<String>

        /// A label that is 1 or true for frauds unless other values are given.
        public init(_ column: String, fraudValues: Set<String> = ["1", "true"]) {
            self.column = column
            self.fraudValues = fraudValues
        }
    }

    /// The column with the time of each row.
    public struct Time: Sendable {
        /// The column's name.
        public var column: String
        /// The times of some rows in microseconds since 1970, nil for a row without one; nil for a column of dates or timestamps.
        public var microseconds: (@Sendable (Column) -> [Int64?])?

        /// - Parameter microseconds: the times of some rows, one for each, for a column of texts or numbers. It is called on any
        ///   thread.
        public init(_ column: String, microseconds: (@Sendable (Column) -> [Int64?])? = nil) {
            self.column = column
            self.microseconds = microseconds
        }
    }

    /// Which rows are frauds.
    public var label: Label?
    /// When it happened.
    public var time: Time?
    /// The name of the column of amounts.
    public var amount: String?
    /// The name of the column that should be different in every row.
    public var id: String?

    /// A request for what is known; without arguments, only columns are described.
    public init(label: Label? = nil, time: Time? = nil, amount: String? = nil, id: String? = nil) {
        self.label = label
        self.time = time
        self.amount = amount
        self.id = id
    }
}
