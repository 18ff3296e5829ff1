public import Logging
import Parallelism
public import ServiceLifecycle

/// Sends messages to Kafka, a batch at a time.
///
/// A dedicated thread makes all calls to librdkafka, so that the cooperative pool never waits for one. Messages arrive
/// once and in order within their partition, whatever is retried (idempotence is on).
///
///     let producer = try await KafkaProducer(KafkaConfiguration(bootstrapServers: ["localhost:9092"]))
///     var batch = MessageBatch()
///     batch.append(key: "596".utf8, value: #"{"transaction_id":0}"#.utf8)
///     try await producer.produce(batch, to: "transactions").confirm()
///     await producer.close()
public final class KafkaProducer: Sendable {
    let thread: ProducerThread

    /// Starts a producer. Brokers are contacted in the background: an unreachable one shows when messages are sent.
    /// - Throws: ``KafkaError`` when a setting is wrong.
    public init(
        _ configuration: KafkaConfiguration, settings: ProducerSettings = ProducerSettings(),
        logger: Logger = Logger(label: "antifraud.kafka.producer")
    ) async throws(KafkaError) {
        thread = try await ProducerThread.start(configuration, settings, logger: logger)
    }

    deinit { thread.close(.now) {} }

    /// Enqueues a batch, and returns once it is accepted: while the queue is full (``ProducerSettings/queueMessages``),
    /// it suspends.
    /// - Returns: the delivery, on which the acknowledgements can be awaited; batches may overlap.
    /// - Throws: ``KafkaError`` when the producer is closed or has failed for good; `CancellationError` when the task is
    ///   cancelled while the batch waits (messages accepted before that are still sent).
    public func produce(_ batch: MessageBatch, to topic: String) async throws -> Delivery {
        let delivery = Delivery(topic: topic)
        let cancellation = CancellationFlag()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                thread.submit(
                    Submission(
                        batch, topic: topic, cancellation: cancellation,
                        onAccepted: { error in
                            if let error { continuation.resume(throwing: error) } else { continuation.resume() }
                        },
                        onCompleted: { delivery.finish($0) }))
            }
        } onCancel: {
            cancellation.cancel()
            thread.wake()
        }
        return delivery
    }

    /// Waits until everything enqueued so far is acknowledged or given up.
    /// - Throws: ``KafkaError`` of the name `_TIMED_OUT` when that takes longer; the messages are still sent.
    public func flush(within limit: Duration) async throws {
        let cancellation = CancellationFlag()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                thread.flush(
                    ProducerThread.Flush(deadline: .now + limit, cancellation: cancellation) { error in
                        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
                    })
            }
        } onCancel: {
            cancellation.cancel()
            thread.wake()
        }
    }

    /// Sends what is left, gives up what is not acknowledged within the limit, and ends the thread. Idempotent.
    public func close(within limit: Duration = .seconds(10)) async {
        await withCheckedContinuation { continuation in
            thread.close(.now + limit) { continuation.resume() }
        }
    }
}

extension KafkaProducer: Service {
    /// Waits for graceful shutdown or cancellation, then closes the producer; on cancellation without waiting for
    /// acknowledgements.
    public func run() async throws {
        do {
            try await gracefulShutdown()
            await close()
        } catch {
            await close(within: .zero)
        }
    }
}
