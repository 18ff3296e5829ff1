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
    /// Nil in databases of early MLflow versions.
    public var creationTime: Timestamp?
    /// Nil in databases of early MLflow versions.
    public var lastUpdateTime: Timestamp?
    /// Free notes by key.
    public var tags: [String: String]
}
