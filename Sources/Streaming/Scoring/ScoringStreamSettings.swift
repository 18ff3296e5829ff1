/// What a ``ScoringStream`` reads, writes and waits for.
public struct ScoringStreamSettings: Sendable, Hashable {
    /// When a stream ends by itself.
    public enum End: Sendable, Hashable {
        /// Never.
        case never
        /// After this many records, including malformed ones.
        case afterRecords(Int)
        /// Once everything in the topic is scored.
        case atEndOfTopic
    }

    /// The topic with the transactions.
    public var inputTopic: String
    /// The topic for the scores.
    public var resultTopic: String
    /// The topic with labels, `{"transaction_id","tx_datetime","terminal_id","tx_fraud"}` each, or for a model with a plan, objects
    /// with its schema's id, time, label and what frauds are counted by: late, in any order, repeated; nil for none. It is read from its first message on at each start, by every instance.
    public var labelTopic: String?
    /// The topic for messages that are not transactions, or not labels, with key, value and headers, and with the
    /// reason in further headers; nil to count them only.
    public var deadLetterTopic: String?
    /// How the topic is read; a micro-batch is a batch of these settings.
    public var consumer: ConsumerSettings
    /// How the scores are sent.
    public var producer: ProducerSettings
    /// When the stream ends by itself.
    public var end: End
    /// How often offsets are committed.
    public var commitInterval: Duration
    /// Most micro-batches whose results are not acknowledged yet; beyond that, reading waits.
    public var batchesInFlight: Int
    /// How far one partition may be scored ahead of another, in transaction time: messages further ahead wait for the
    /// other partitions. Nil scores messages as they arrive. For a model with a plan, whose windows may reach up to the
    /// transaction, any other value keeps all partitions in one order.
    public var alignment: Duration?
    /// The number of threads that the classifier uses.
    public var threads: Int
    /// Whether results have a member `feature_digest`, which tells later whether the features can be computed again.
    public var featureDigests: Bool

    /// Settings for high throughput.
    public init(
        inputTopic: String = "transactions", resultTopic: String = "scores", labelTopic: String? = nil,
        deadLetterTopic: String? = nil,
        consumer: ConsumerSettings = ConsumerSettings(group: "antifraud-scoring"),
        producer: ProducerSettings = ProducerSettings(), end: End = .never,
        commitInterval: Duration = .seconds(1), batchesInFlight: Int = 8, alignment: Duration? = .seconds(3_600),
        threads: Int = 1, featureDigests: Bool = false
    ) {
        self.inputTopic = inputTopic
        self.resultTopic = resultTopic
        self.labelTopic = labelTopic
        self.deadLetterTopic = deadLetterTopic
        self.consumer = consumer
        self.producer = producer
        self.end = end
        self.commitInterval = commitInterval
        self.batchesInFlight = batchesInFlight
        self.alignment = alignment
        self.threads = threads
        self.featureDigests = featureDigests
    }
}
