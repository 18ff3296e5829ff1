/// One version of a registered model.
public struct ModelVersion: Sendable, Hashable {
    /// The registered model's name.
    public var name: String
    /// Counts from 1.
    public var version: Int
    /// The location of the model's files, as given when it was registered.
    public var source: String
    /// The run that made it.
    public var runID: String?
    /// For people.
    public var description: String?
    /// MLflow's older marker of a version's use; `None` unless someone moved it.
    public var stage: String
    /// MLflow's status of the version; `READY` unless a server is still creating it.
    public var status: String
    /// When it was registered.
    public var creationTime: Timestamp
    /// When it was changed last.
    public var lastUpdatedTime: Timestamp
    /// Free notes by key.
    public var tags: [String: String]
    /// The aliases that point at this version, in ascending order.
    public var aliases: [String]
    /// Where the files are when that differs from `source`.
    var storageLocation: String?
}
