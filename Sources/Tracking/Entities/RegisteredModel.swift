/// A name in the model registry, under which versions are kept.
public struct RegisteredModel: Sendable, Hashable {
    /// Unique in its registry; without `/` and `:`.
    public var name: String
    /// For people.
    public var description: String?
    /// When it was registered.
    public var creationTime: Timestamp
    /// When it was changed last.
    public var lastUpdatedTime: Timestamp
    /// Free notes by key.
    public var tags: [String: String]
    /// Version numbers by alias, such as `champion`.
    public var aliases: [String: Int]
}
