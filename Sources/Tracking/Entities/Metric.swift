/// One measured value of a run.
public struct Metric: Sendable, Hashable {
    /// The metric's name.
    public var key: String
    /// NaN is kept as NaN; infinities are kept as the largest finite doubles, as MLflow keeps them.
    public var value: Double
    /// When it was measured. Not before 1970.
    public var timestamp: Timestamp
    /// Position in the run's own count: round, epoch, batch. May be negative.
    public var step: Int64

    /// A value measured at `timestamp`.
    public init(key: String, value: Double, timestamp: Timestamp, step: Int64 = 0) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
    }
}
