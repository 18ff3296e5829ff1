/// Messages to send, packed into one buffer of bytes.
///
///     var batch = MessageBatch()
///     batch.append(key: "596".utf8, value: #"{"transaction_id":0}"#.utf8)
public struct MessageBatch: Sendable {
    /// Where a message lies in the bytes: its key, then its value.
    struct Slice: Sendable {
        var start: Int
        /// -1 when the message has no key.
        var keyLength: Int
        var valueLength: Int

        var end: Int { start + max(0, keyLength) + valueLength }
    }

    private(set) var bytes: [UInt8] = []
    private(set) var slices: [Slice] = []

    /// A batch without messages.
    public init() {}

    /// Makes room for that many messages of that many bytes in all.
    public mutating func reserveCapacity(messages: Int, bytes byteCount: Int) {
        slices.reserveCapacity(messages)
        bytes.reserveCapacity(byteCount)
    }

    /// The number of messages.
    public var count: Int { slices.count }
    /// Whether there is no message.
    public var isEmpty: Bool { slices.isEmpty }
    /// The bytes of all keys and values.
    public var byteCount: Int { bytes.count }

    /// Appends a message without key: the producer chooses any partition.
    public mutating func append(value: some Sequence<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        slices.append(Slice(start: start, keyLength: -1, valueLength: bytes.count - start))
    }

    /// Appends a message; messages of equal keys keep their order.
    public mutating func append(key: some Sequence<UInt8>, value: some Sequence<UInt8>) {
        append {
            $0.append(contentsOf: key)
        } value: {
            $0.append(contentsOf: value)
        }
    }

    /// Appends a message whose key and value the closures append to the buffer they get.
    package mutating func append(key: (inout [UInt8]) throws -> Void, value: (inout [UInt8]) throws -> Void) rethrows {
        let start = bytes.count
        do {
            try key(&bytes)
            let middle = bytes.count
            try value(&bytes)
            slices.append(Slice(start: start, keyLength: middle - start, valueLength: bytes.count - middle))
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
    }

    /// Removes all messages and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        slices.removeAll(keepingCapacity: true)
    }
}
