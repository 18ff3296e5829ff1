public import Logging
import Parallelism
public import ServiceLifecycle
import Synchronization

/// Reads topics as a member of a consumer group, a batch at a time.
///
/// ``run()`` runs a thread that makes all calls to librdkafka; ``batches`` passes its batches to one reading task, a
/// few in advance. When the reader is slow, the consumer stops fetching and stays in its group. Offsets are committed
/// explicitly, once what was read is safe:
///
///     for try await batch in consumer.batches {
///         try await store(batch)
///         try await consumer.commit(batch.position)
///     }
///
/// Delivery is at least once: what was read and not committed is read again after a crash or a rebalance.
public final class KafkaConsumer: Sendable {
    private let configuration: KafkaConfiguration
    private let settings: ConsumerSettings
    private let topics: [String]
    private let logger: Logger
    private let control = ConsumerControl()
    private let channel: BatchChannel<ConsumedBatch>
    private let hasRun = Atomic<Bool>(false)

    /// A consumer of these topics; it joins its group when it is run.
    public init(
        _ configuration: KafkaConfiguration, topics: [String], settings: ConsumerSettings,
        logger: Logger = Logger(label: "antifraud.kafka.consumer")
    ) {
        self.configuration = configuration
        self.settings = settings
        self.topics = topics
        self.logger = logger
        let control = control
        channel = BatchChannel(capacity: 2) { control.wake() }
    }

    /// The batches, for one reader at a time; ends when the consumer has stopped, and throws the error that stopped it.
    public var batches: Batches { Batches(channel: channel) }

    /// Commits a position; returns when the brokers have it. Partitions that went to another member are left out.
    /// - Throws: ``KafkaError`` when the brokers refuse or do not respond, ``ConsumerEndedError`` after the end.
    public func commit(_ position: ConsumerPosition) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            control.commit(
                ConsumerControl.Commit(position: position) { error in
                    if let error { continuation.resume(throwing: error) } else { continuation.resume() }
                })
        }
    }

    /// How many messages are left to read, as of some milliseconds ago.
    public var lag: ConsumerLag { control.lag }

    /// Offsets at which no message came: the brokers had deleted it before it was read (or compacted it away).
    public var skippedOffsets: Int64 { control.skippedOffsets }

    /// Stops the consumer as graceful shutdown does.
    public func stop() { control.stop() }

    /// The batches that a consumer reads.
    public struct Batches: AsyncSequence, Sendable {
        let channel: BatchChannel<ConsumedBatch>

        /// Takes batches from the consumer.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let channel: BatchChannel<ConsumedBatch>

            /// The next batch; nil after the last.
            public mutating func next() async throws -> ConsumedBatch? { try await channel.next() }
        }

        /// An iterator; one at a time may wait for a batch.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: channel) }
    }
}

extension KafkaConsumer: Service {
    /// Joins the group and reads until graceful shutdown (or ``stop()``): then it passes on no new batch, waits until
    /// the reader has processed and committed what it has (``ConsumerSettings/drainTimeout``), and leaves the group.
    ///
    /// Cancelled, it leaves at once. It can be run once.
    /// - Throws: ``KafkaError`` when no broker responds, a topic does not exist, or the client fails for good.
    public func run() async throws {
        precondition(!hasRun.exchange(true, ordering: .relaxed), "a consumer can be run once")
        do {
            try await withGracefulShutdownHandler {
                try await onDedicatedThread(named: "kafka-consumer") { [self] cancellation in
                    try ConsumerLoop(
                        configuration, topics, settings, logger: logger, control: control, channel: channel
                    ).run(cancellation)
                }
            } onGracefulShutdown: { [control] in
                control.stop()
            }
        } catch {
            control.close()
            channel.finish(error)
            throw error
        }
    }
}
