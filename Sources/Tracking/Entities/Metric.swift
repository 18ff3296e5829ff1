/// One measured value of a run.
public struct Metric: Sendable, Hashable {
    /// The metric's name.
    public var key: String
    /// NaN is kept as NaN; infinities are kept as the largest finite doubles, as MLflow keeps them.
    public var value: Double
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64
    /// Position in the run's own count: round, epoch, batch. May be negative.
    public var step: Int64

    /// A value measured at `timestamp` (milliseconds since 1970).
    public init(key: String, value: Double, timestamp: Int64, step: Int64 = 0) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
    }
}
