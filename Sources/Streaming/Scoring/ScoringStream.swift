public import Features
public import Logging
public import Metrics
import Parallelism
public import Scoring
public import ServiceLifecycle
import Synchronization

/// Scores transactions as they arrive in a Kafka topic, and writes `{"transaction_id","probability","prediction"}` to
/// another.
///
/// The first model decides what the messages are: JSON objects with the Handbook's nine columns (`TransactionJSON`), or, for a model
/// with a plan, with the columns of its schema (`RecordJSON`). Those need values of id, time and amount, as far as the schema has
/// them. Results then begin with the schema's id, or where it has none, with the time and the keys. A later model that scores
/// other transactions is refused with a line in the log, and the earlier one stays.
///
/// Delivery is at least once: a message's offset is committed only after its result is acknowledged, so that a crash
/// repeats results and loses none. Messages that are not transactions are counted, and sent to a dead-letter topic if
/// there is one; neither they nor a single result that brokers refuse stop the stream.
///
/// The history that features need is kept in memory, for all partitions of this instance together. Partitions are
/// merged by transaction time (``ScoringStreamSettings/alignment``), micro-batches are in order. Consequences:
/// - A restart begins with the given state (or the model's), not with the history of this instance.
/// - A message that is read again by an instance that kept its state counts twice in the history.
/// - Several instances of a group split the customers (by key), but each sees only its part of a terminal's history.
/// - Within the alignment, a partition may be scored before another one's earlier transactions are known. Customers
///   never span partitions; terminals' windows end at the label delay, seven days back with the Handbook's, so that
///   any alignment below that changes nothing. With a plan, whose windows may have no delay, partitions are kept in one order.
public final class ScoringStream: Sendable {
    private let configuration: KafkaConfiguration
    private let models: ModelSource
    private let settings: ScoringStreamSettings
    private let state: FeatureState?
    private let history: FeatureHistory?
    private let logger: Logger
    private let control = ConsumerControl()
    private let recorder: ScoringRecorder
    private let scorer = Lock<OnlineScorer?>(nil)
    private let hasRun = Atomic<Bool>(false)

    /// - Parameters:
    ///   - models: the first model to begin with, which decides what the messages are; later ones of the same transactions
    ///     replace it between micro-batches.
    ///   - state: the history to begin with, for a pipeline's features; without one, that of the first model, or none.
    ///   - history: the same for a plan's features.
    public init(
        _ configuration: KafkaConfiguration, models: ModelSource, settings: ScoringStreamSettings,
        state: FeatureState? = nil, history: FeatureHistory? = nil,
        logger: Logger = Logger(label: "antifraud.scoring-stream"), metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.configuration = configuration
        self.models = models
        self.settings = settings
        self.state = state
        self.history = history
        self.logger = logger
        recorder = ScoringRecorder(metrics)
    }

    /// What was done so far; can be read at any time.
    public var statistics: ScoringStatistics { recorder.statistics }

    /// The scorer of the stream, which holds the history; nil until the first model is loaded. It stays the same object when a
    /// later model takes over, and after the end.
    ///
    /// Labels from elsewhere than ``ScoringStreamSettings/labelTopic`` are applied to it, and its state can be saved, from
    /// any thread. A later model of other windows begins a history of its own, to which only the labels of the topic are
    /// applied again.
    public var currentScorer: OnlineScorer? { scorer.withLock { $0 } }

    /// Stops the stream as graceful shutdown does.
    public func stop() { control.stop() }

    private func follow(_ pending: PendingModel) async {
        do {
            for try await model in models { pending.put(model) }
            _ = pending.end(NoModelError())
        } catch {
            if pending.end(error), !(error is CancellationError) {
                logger.error("no further models, the last one stays in use: \(error)")
            }
        }
    }
}

extension ScoringStream: Service {
    /// Scores until graceful shutdown, ``stop()`` or the settings' end: then it reads nothing new, waits for the
    /// results in flight, commits, and leaves the group. Cancelled, it leaves at once; what was not committed is read
    /// again. It can be run once.
    /// - Throws: ``KafkaError`` when no broker responds, the topic does not exist or a client fails for good;
    ///   ``DeliveryError`` when a result cannot be delivered; ``NoModelError`` or the source's error when there is no
    ///   model; `ScoringError` when the model cannot score transactions.
    public func run() async throws {
        precondition(!hasRun.exchange(true, ordering: .relaxed), "a scoring stream can be run once")
        let producer = try await ProducerThread.start(configuration, settings.producer, logger: logger)
        let pending = PendingModel()
        let followed = Task { await follow(pending) }
        let outcome = await withGracefulShutdownHandler {
            await Self.result {
                try await onDedicatedThread(named: "scoring-stream") { [self] cancellation in
                    let connections = try ScoringConnections(
                        configuration, settings, logger: logger, models: pending, control: control, recorder: recorder,
                        producer: producer)
                    try ScoringRun(connections) { scorer in self.scorer.withLock { $0 = scorer } }
                        .run(state, history, cancellation)
                }
            }
        } onGracefulShutdown: { [control] in
            control.stop()
        }
        followed.cancel()
        await withCheckedContinuation { continuation in
            producer.close(.now) { continuation.resume() }
        }
        try outcome.get()
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
