import Logging
import Parallelism
import Scoring

/// Reads the topic with labels into a scorer's history. Confined to the scoring thread.
///
/// Every instance reads the whole topic from its first message on, and again after each start: the history begins with
/// the model's saved one, which has had no label since. A label that has been applied changes nothing when it is read
/// again. The only offsets committed, under the group's name with `.labels`, are those up to which malformed labels
/// have been sent to the dead-letter topic, so that each is sent once.
final class LabelFeed {
    /// The time between two checks for added partitions.
    private static let lookInterval = Duration.seconds(300)

    private let topic: String
    private let session: ConsumerSession
    private let limit: Duration
    private let logger: Logger
    private var partitionCount = 0
    private var lastLook = ContinuousClock.now
    private var batch = ConsumedBatch()
    /// Up to where each partition's dead letters have been sent.
    private var deadLettersSent: [Int32: Int64] = [:]

    init(
        _ topic: String, _ configuration: KafkaConfiguration, _ settings: ConsumerSettings, logger: Logger
    ) throws(KafkaError) {
        self.topic = topic
        self.logger = logger
        limit = settings.startTimeout
        var configuration = configuration
        // The group's offset settings do not apply here: everything is read.
        for name in ["auto.offset.reset", "group.instance.id", "group.id"] { configuration.properties[name] = nil }
        var settings = settings
        settings.group += ".labels"
        settings.startingOffset = .earliest
        session = try ConsumerSession(configuration, settings, logger: logger)
    }

    func close() { session.abandon() }

    /// Begins at the topic's first messages.
    /// - Returns: false when `isStopping` came first.
    func start(_ cancellation: CancellationFlag, isStopping: () -> Bool) throws -> Bool {
        guard try session.awaitTopic(topic, within: limit, cancellation, isStopping: isStopping) else { return false }
        partitionCount = try session.handle.partitionCount(of: topic, timeoutMilliseconds: limit.milliseconds)
        deadLettersSent = session.committedOffsets(topic, partitions: partitionCount, within: limit)
        try session.assignWhole(topic, partitions: partitionCount)
        return true
    }

    /// Begins again, for a history without the labels that were read.
    func restart() throws(KafkaError) { try session.assignWhole(topic, partitions: partitionCount) }

    /// Whether all labels in the topic are read.
    var isCaughtUp: Bool { session.isAtEnd }

    /// What has arrived.
    struct Arrivals {
        var labels = 0
        var malformed = 0
        /// Malformed labels that are not sent yet.
        var deadLetters: [DeadLetter] = []
        /// To be committed once the dead letters are sent.
        var position = ConsumerPosition()
    }

    /// Applies what has arrived.
    func feed<Messages: TransactionMessages>(
        _ messages: Messages, _ scorer: OnlineScorer, timeout: Duration
    ) throws -> Arrivals {
        try lookForPartitions()
        try session.poll(into: &batch, timeout: timeout)
        var arrivals = Arrivals(position: batch.position)
        for index in 0..<batch.count {
            let label: Messages.Label
            do throws(Messages.Failure) {
                label = try batch.bytes.withUnsafeBufferPointer { bytes throws(Messages.Failure) in
                    try messages.decodeLabel(
                        UnsafeBufferPointer(rebasing: bytes[batch.messages[index].valueRange]))
                }
            } catch {
                arrivals.malformed += 1
                let message = batch.messages[index]
                guard message.offset >= deadLettersSent[message.partition] ?? 0 else { continue }
                deadLettersSent[message.partition] = message.offset + 1
                arrivals.deadLetters.append(DeadLetter(of: batch, at: index, reason: "label: \(error)"))
                continue
            }
            try messages.apply(label, to: scorer)
            arrivals.labels += 1
        }
        return arrivals
    }

    /// Commits that the dead letters up to there are sent; those of other topics are left out. If it fails, they are
    /// sent again after a restart.
    func commit(_ position: ConsumerPosition, within limit: Duration) {
        do throws(KafkaError) {
            try session.commit(position, within: limit)
        } catch {
            logger.warning("malformed labels will be sent again after the next start: \(error)")
        }
    }

    private func lookForPartitions() throws(KafkaError) {
        guard lastLook.duration(to: .now) > Self.lookInterval else { return }
        lastLook = .now
        do throws(KafkaError) {
            let count = try session.handle.partitionCount(of: topic, timeoutMilliseconds: 500)
            guard count > partitionCount else { return }
            partitionCount = count
        } catch {
            return logger.debug("cannot check for further partitions of '\(topic)': \(error)")
        }
        try restart()
    }
}
