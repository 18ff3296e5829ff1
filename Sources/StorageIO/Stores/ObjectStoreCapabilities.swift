/// What a store can do beyond the promises of every store.
public struct ObjectStoreCapabilities: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: Int

    /// The capabilities of these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Objects are replaced on condition of their entity tag (``WritePrecondition/ifMatch(entityTag:)``), in one step.
    public static let conditionalReplace = ObjectStoreCapabilities(rawValue: 1 << 0)
    /// ``ObjectStore/stream(_:range:matching:to:)`` of several ranges at the same time is faster than one after another,
    /// since each has a connection of its own. Copies of large objects do that.
    public static let parallelStreams = ObjectStoreCapabilities(rawValue: 1 << 1)
    /// Objects have any names, also those that are not ``ObjectKey/isPortable``. Otherwise copies leave out, and report,
    /// objects of such names.
    public static let anyKey = ObjectStoreCapabilities(rawValue: 1 << 2)
    /// Empty objects such as `folder/` are useful to people who browse the store, so that copies keep them.
    public static let folderMarkers = ObjectStoreCapabilities(rawValue: 1 << 3)
}
