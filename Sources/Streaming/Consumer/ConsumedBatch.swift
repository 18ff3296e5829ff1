public import Essentials

/// Where a message was read, and its position in the batch's bytes.
public struct ConsumedMessage: Sendable, Hashable {
    /// The index of the topic in ``ConsumedBatch/topics``.
    public let topicIndex: Int32
    /// The partition's number.
    public let partition: Int32
    /// The offset in the partition.
    public let offset: Int64
    /// Milliseconds since 1970; -1 when there is no timestamp.
    let timestampMilliseconds: Int64
    /// The first byte of key and value, which follow one another.
    let start: Int
    /// -1 when there is none.
    let keyLength: Int32
    /// -1 when there is none.
    let valueLength: Int32
    /// Packed headers follow the value (``HeaderBytes``).
    let headerLength: Int32

    /// When the producer created the message or the broker appended it, as the topic is configured; nil when the message has no
    /// timestamp.
    public var timestamp: Date? { Date(kafkaTimestamp: timestampMilliseconds) }

    var valueRange: Range<Int> {
        let valueStart = start + Int(max(0, keyLength))
        return valueStart..<(valueStart + Int(max(0, valueLength)))
    }

    var headerRange: Range<Int> {
        let headerStart = valueRange.upperBound
        return headerStart..<(headerStart + Int(headerLength))
    }
}

/// Messages read together: all keys and values in one buffer of bytes.
public struct ConsumedBatch: Sendable {
    /// The topics that messages are from.
    public internal(set) var topics: [String] = []
    /// The messages; those of a partition in ascending offset.
    public internal(set) var messages: [ConsumedMessage] = []
    /// The bytes of keys, values and headers.
    public internal(set) var bytes: [UInt8] = []
    /// What to commit once this batch is processed.
    public internal(set) var position = ConsumerPosition()

    /// The number of messages.
    public var count: Int { messages.count }
    /// Whether there is no message.
    public var isEmpty: Bool { messages.isEmpty }

    /// The key of the message at `index`, nil when it has none.
    public func key(at index: Int) -> ArraySlice<UInt8>? {
        let message = messages[index]
        return message.keyLength < 0 ? nil : bytes[message.start..<(message.start + Int(message.keyLength))]
    }

    /// The value of the message at `index`, nil when it has none (a tombstone).
    public func value(at index: Int) -> ArraySlice<UInt8>? {
        let message = messages[index]
        return message.valueLength < 0 ? nil : bytes[message.valueRange]
    }

    /// The headers of the message at `index`, in their order.
    public func headers(at index: Int) -> [MessageHeader] { HeaderBytes.headers(packedHeaders(at: index)) }

    func packedHeaders(at index: Int) -> ArraySlice<UInt8> { bytes[messages[index].headerRange] }

    /// The partition of the message at `index`.
    public func partition(at index: Int) -> TopicPartition {
        TopicPartition(topics[Int(messages[index].topicIndex)], messages[index].partition)
    }

    /// Empties the batch and keeps its memory.
    mutating func removeAll() {
        topics.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        position = ConsumerPosition()
    }
}
