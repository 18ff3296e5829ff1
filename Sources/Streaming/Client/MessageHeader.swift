/// A header of a message: a name, and bytes or nothing.
public struct MessageHeader: Sendable, Hashable {
    /// The name; several headers may share one.
    public var name: String
    /// The value; nil when there is none.
    public var value: [UInt8]?

    /// A header of these bytes.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// A header of this text.
    public init(_ name: String, _ text: String) {
        self.init(name, Array(text.utf8))
    }
}
