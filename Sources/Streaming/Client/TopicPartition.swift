/// A partition of a topic.
public struct TopicPartition: Sendable, Hashable {
    /// The topic's name.
    public let topic: String
    /// The partition's number, from 0.
    public let partition: Int32

    /// The partition of that number.
    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

extension TopicPartition: CustomStringConvertible, Comparable {
    /// `topic [partition]`, as librdkafka writes it.
    public var description: String { "\(topic) [\(partition)]" }

    /// By topic, then by number.
    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}
