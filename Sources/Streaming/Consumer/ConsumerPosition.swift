/// How far a consumer is: for each partition, the offset of the next message to process.
///
/// A position is valid while its consumer holds the partition: a commit after the partition went to another member is
/// ignored.
public struct ConsumerPosition: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var next: Int64
        /// Counts the assignments of the consumer.
        var generation: Int
    }

    var entries: [TopicPartition: Entry] = [:]

    /// An empty position.
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
