/// A name in the model registry, under which versions are kept.
public struct RegisteredModel: Sendable, Hashable {
    /// Unique in its registry; without `/` and `:`.
    public var name: String
    /// For people.
    public var description: String?
    /// Milliseconds since 1970.
    public var creationTime: Int64
    /// Milliseconds since 1970.
    public var lastUpdatedTime: Int64
    /// Free notes by key.
    public var tags: [String: String]
    /// Version numbers by alias, such as `champion`.
    public var aliases: [String: Int]
}
