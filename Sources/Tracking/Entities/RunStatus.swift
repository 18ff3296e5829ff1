/// Where a run stands. Raw values are MLflow's.
public enum RunStatus: String, Sendable, Hashable, CaseIterable {
    /// Under way.
    case running = "RUNNING"
    /// Planned.
    case scheduled = "SCHEDULED"
    /// Ended well.
    case finished = "FINISHED"
    /// Ended with an error.
    case failed = "FAILED"
    /// Stopped from outside.
    case killed = "KILLED"

    /// Whether the run is over.
    public var isTerminal: Bool { self == .finished || self == .failed || self == .killed }
}
