/// How many messages of its partitions a consumer has yet to read, as of the brokers' last response.
public struct ConsumerLag: Sendable, Hashable {
    /// Messages not read yet, for each assigned partition whose end is known.
    public internal(set) var messages: [TopicPartition: Int64] = [:]

    /// Messages not read yet in all.
    public var total: Int64 { messages.values.reduce(0, +) }
}
