/// What is stored about a run, as of one moment.
public struct RunRecord: Sendable, Hashable {
    /// 32 hexadecimal digits.
    public var id: String
    /// The run's experiment.
    public var experimentID: String
    /// For people; need not be unique.
    public var name: String
    /// Where the run stands.
    public var status: RunStatus
    /// When it started.
    public var startTime: Timestamp
    /// When it ended; nil while it runs.
    public var endTime: Timestamp?
    /// Who started it; may be empty.
    public var userID: String
    /// The location of its artifacts: an absolute path or a URL.
    public var artifactURI: String
    /// Whether it is deleted.
    public var lifecycleStage: LifecycleStage
    /// The latest value of each metric: that of the highest step, then timestamp, then value.
    public var metrics: [String: Metric]
    /// Parameters by key.
    public var parameters: [String: String]
    /// Tags by key, MLflow's own (`mlflow.…`) among them.
    public var tags: [String: String]
    /// The data sets that it has read.
    public var inputs: [DatasetInput] = []
}

/// Parts of a run that a search fetches beyond its own row.
public struct RunFields: OptionSet, Sendable, Hashable {
    /// The option's bit.
    public let rawValue: Int

    /// Options from bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Latest metric values.
    public static let metrics = RunFields(rawValue: 1)
    /// Parameters.
    public static let parameters = RunFields(rawValue: 2)
    /// Tags.
    public static let tags = RunFields(rawValue: 4)
    /// Data sets.
    public static let inputs = RunFields(rawValue: 8)
    /// Everything.
    public static let all: RunFields = [.metrics, .parameters, .tags, .inputs]
}
