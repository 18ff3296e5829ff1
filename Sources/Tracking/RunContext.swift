/// Who and what makes runs; becomes their tags `mlflow.user`, `mlflow.source.name`, `mlflow.source.type` and
/// `mlflow.source.git.commit`.
public struct RunContext: Sendable, Hashable {
    /// MLflow's kinds of source.
    public enum SourceType: String, Sendable, Hashable {
        /// A program started by hand.
        case local = "LOCAL"
        /// A scheduled job.
        case job = "JOB"
        /// A notebook.
        case notebook = "NOTEBOOK"
        /// An MLflow project.
        case project = "PROJECT"
    }

    /// The account's name; also the runs' user.
    public var user: String?
    /// The program or script.
    public var sourceName: String?
    /// What kind of source that is.
    public var sourceType: SourceType?
    /// The commit of the source code, in full.
    public var gitCommit: String?

    /// Whatever is given becomes a tag.
    public init(
        user: String? = nil, sourceName: String? = nil, sourceType: SourceType? = nil, gitCommit: String? = nil
    ) {
        self.user = user
        self.sourceName = sourceName
        self.sourceType = sourceType
        self.gitCommit = gitCommit
    }

    var tags: [String: String] {
        var tags: [String: String] = [:]
        tags[MLflowTag.user] = user
        tags[MLflowTag.sourceName] = sourceName
        tags[MLflowTag.sourceType] = sourceType?.rawValue
        tags[MLflowTag.gitCommit] = gitCommit
        return tags
    }
}
