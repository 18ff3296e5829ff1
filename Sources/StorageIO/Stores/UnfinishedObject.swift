public import Essentials

/// The remains of an object whose writer never finished. It cannot be listed or read, but takes space.
public struct UnfinishedObject: Sendable, Hashable {
    /// The intended URL or path, or where the store keeps it until then.
    public var location: String
    /// The store's own name for it.
    public var identifier: String
    /// When it was started.
    public var started: Date
    /// Bytes that it takes; nil if the store does not report them.
    public var size: Int64?

    /// All that a store may know.
    public init(location: String, identifier: String, started: Date, size: Int64? = nil) {
        self.location = location
        self.identifier = identifier
        self.started = started
        self.size = size
    }
}
