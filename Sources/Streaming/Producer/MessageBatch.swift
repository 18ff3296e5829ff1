/// Messages to send, packed into one buffer of bytes.
///
///     var batch = MessageBatch()
///     batch.append(key: "596".utf8, value: #"{"transaction_id":0}"#.utf8)
public struct MessageBatch: Sendable {
    /// The position of a message in the bytes: its key, then its value.
    struct Slice: Sendable {
        var start: Int
        /// -1 when the message has no key.
        var keyLength: Int
        /// -1 when the message has no value.
        var valueLength: Int
        /// Packed headers follow the value (``HeaderBytes``).
        var headerLength = 0

        var keyRange: Range<Int>? { keyLength < 0 ? nil : start..<start + keyLength }
        private var valueStart: Int { start + max(0, keyLength) }
        var valueRange: Range<Int>? { valueLength < 0 ? nil : valueStart..<valueStart + valueLength }
        var headerRange: Range<Int> { valueStart + max(0, valueLength)..<end }
        var end: Int { valueStart + max(0, valueLength) + headerLength }
    }

    private(set) var bytes: [UInt8] = []
    private(set) var slices: [Slice] = []
    /// Whether any message has headers.
    private(set) var hasHeaders = false

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
    /// The bytes of all keys, values and headers.
    public var byteCount: Int { bytes.count }

    /// Appends a message without a key: the producer chooses any partition.
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

    /// Appends a message with headers.
    /// - Parameters:
    ///   - key: messages of equal keys keep their order; nil for a message without a key.
    ///   - value: nil for a message without a value (a tombstone).
    public mutating func append(key: [UInt8]?, value: [UInt8]?, headers: [MessageHeader]) {
        var packed: [UInt8] = []
        for header in headers { HeaderBytes.append(header, to: &packed) }
        append(key: key, value: value, packedHeaders: packed)
    }

    mutating func append(
        key: (some Collection<UInt8>)?, value: (some Collection<UInt8>)?, packedHeaders: some Collection<UInt8>
    ) {
        let start = bytes.count
        if let key { bytes.append(contentsOf: key) }
        if let value { bytes.append(contentsOf: value) }
        bytes.append(contentsOf: packedHeaders)
        slices.append(
            Slice(
                start: start, keyLength: key?.count ?? -1, valueLength: value?.count ?? -1,
                headerLength: packedHeaders.count))
        if !packedHeaders.isEmpty { hasHeaders = true }
    }

    /// Some of the messages, in that order.
    func selecting(_ indices: [Int]) -> MessageBatch {
        var selection = MessageBatch()
        for index in indices {
            let slice = slices[index]
            selection.append(
                key: slice.keyRange.map { bytes[$0] }, value: slice.valueRange.map { bytes[$0] },
                packedHeaders: bytes[slice.headerRange])
        }
        return selection
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
        hasHeaders = false
    }
}
