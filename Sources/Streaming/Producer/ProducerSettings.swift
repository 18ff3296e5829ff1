/// How a ``KafkaProducer`` batches and sends messages.
public struct ProducerSettings: Sendable, Hashable {
    /// How messages are compressed on the wire and in the brokers' logs.
    public enum Compression: String, Sendable, Hashable, CaseIterable {
        /// Not at all.
        case none
        /// LZ4: little work, a third of the size for JSON.
        case lz4
        /// Snappy.
        case snappy
        /// Zstandard: more work, smaller.
        case zstd
        /// gzip.
        case gzip
    }

    /// How messages are compressed.
    public var compression: Compression
    /// How long a message waits for others to share its request.
    public var linger: Duration
    /// Most messages in one request to a partition.
    public var batchMessages: Int
    /// Most bytes in one request to a partition, before compression.
    public var batchBytes: Int
    /// Most messages enqueued in librdkafka and not yet acknowledged; beyond that, producing waits.
    public var queueMessages: Int
    /// How long a message may take until it is acknowledged, retries included; then it fails.
    public var deliveryTimeout: Duration

    /// Settings for high throughput.
    public init(
        compression: Compression = .lz4, linger: Duration = .milliseconds(5), batchMessages: Int = 20_000,
        batchBytes: Int = 1 << 20, queueMessages: Int = 200_000, deliveryTimeout: Duration = .seconds(120)
    ) {
        self.compression = compression
        self.linger = linger
        self.batchMessages = batchMessages
        self.batchBytes = batchBytes
        self.queueMessages = queueMessages
        self.deliveryTimeout = deliveryTimeout
    }

    /// librdkafka's names for these settings, and properties that a ``KafkaProducer`` fixes.
    var properties: [String: String] {
        [
            "compression.type": compression.rawValue,
            "linger.ms": "\(linger.milliseconds)",
            "batch.num.messages": "\(batchMessages)",
            "batch.size": "\(batchBytes)",
            "queue.buffering.max.messages": "\(queueMessages)",
            "message.timeout.ms": "\(deliveryTimeout.milliseconds)",
            // Each message once and in order within its partition, whatever is retried; implies acks=all.
            "enable.idempotence": "true",
            // The partition that Java's clients choose for the same key.
            "partitioner": "murmur2_random",
        ]
    }
}
