/// How far some work is, such as reading a data set, a training or a copy.
public struct WorkProgress: Sendable, Hashable {
    /// How many are done.
    public var done: Int64
    /// How many there are in all; nil while that is not known.
    public var total: Int64?
    /// What is counted: rows, bytes, rounds, samples.
    public var unit: String
    /// A few words about the present step; empty for none.
    public var detail: String

    /// A count out of a total.
    public init(done: Int64, total: Int64? = nil, unit: String, detail: String = "") {
        self.done = done
        self.total = total
        self.unit = unit
        self.detail = detail
    }
}

/// Called often, from any thread.
public typealias WorkProgressHandler = @Sendable (WorkProgress) -> Void
