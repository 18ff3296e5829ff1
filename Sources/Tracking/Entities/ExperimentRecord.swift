/// What is stored about an experiment.
public struct ExperimentRecord: Sendable, Hashable {
    /// A decimal number as text, as MLflow's clients hand it around.
    public var id: String
    /// Unique in its database.
    public var name: String
    /// The location under which its runs keep their artifacts: an absolute path or a URL.
    public var artifactLocation: String
    /// Whether it is deleted.
    public var lifecycleStage: LifecycleStage
    /// Milliseconds since 1970; nil in databases of early MLflow versions.
    public var creationTime: Int64?
    /// Milliseconds since 1970; nil in databases of early MLflow versions.
    public var lastUpdateTime: Int64?
    /// Free notes by key.
    public var tags: [String: String]
}
