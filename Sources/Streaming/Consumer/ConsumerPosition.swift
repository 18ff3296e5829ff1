/// How far a consumer is: for each partition, the offset of the next message to process.
///
/// A position belongs to the time for which its consumer holds the partition: committed after the partition went to
/// another member, it is ignored.
public struct ConsumerPosition: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var next: Int64
        /// Counts the assignments of the consumer.
        var generation: Int
    }

    var entries: [TopicPartition: Entry] = [:]

    /// Nowhere yet.
    public init() {}

    /// Whether no partition was read.
    public var isEmpty: Bool { entries.isEmpty }

    /// The next offset of each partition.
    public var nextOffsets: [TopicPartition: Int64] { entries.mapValues(\.next) }

    /// Moves on to a later position, partition by partition.
    public mutating func advance(to later: ConsumerPosition) {
        entries.merge(later.entries) { old, new in
            (new.generation, new.next) > (old.generation, old.next) ? new : old
        }
    }
}
