import CRdKafka
import Logging
import Parallelism

/// The thread that owns a producer's librdkafka client, and the requests of other threads to it.
final class ProducerThread: Sendable {
    /// A caller that waits until everything is sent.
    struct Flush: Sendable {
        let deadline: ContinuousClock.Instant
        let cancellation: CancellationFlag
        let onFinished: @Sendable ((any Error)?) -> Void
    }

    struct Closing: Sendable {
        var deadline: ContinuousClock.Instant
        var waiters: [@Sendable () -> Void]
    }

    /// What the thread does in its next iteration.
    struct CommandQueue: Sendable {
        var submissions: [Submission] = []
        var flushes: [Flush] = []
        var closing: Closing?
    }

    private struct Shared: Sendable {
        var commands = CommandQueue()
        var isAsleep = false
        /// Nil before the thread has created its client and after it has destroyed it.
        var queue: KafkaQueue?
        /// Why nothing more can be sent.
        var failure: KafkaError?
    }

    private let shared = Lock(Shared())

    private init() {}

    /// Starts the thread and waits until it has its client.
    static func start(
        _ configuration: KafkaConfiguration, _ settings: ProducerSettings, logger: Logger
    ) async throws(KafkaError) -> ProducerThread {
        let producer = ProducerThread()
        let outcome: Result<Void, KafkaError> = await withCheckedContinuation { continuation in
            startThread(named: "kafka-producer") {
                do throws(KafkaError) {
                    let loop = try ProducerLoop(configuration, settings, logger: logger)
                    producer.shared.withLock { $0.queue = loop.queue }
                    continuation.resume(returning: .success(()))
                    loop.run(producer)
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        try outcome.get()
        return producer
    }

    func submit(_ submission: Submission) {
        let failure = shared.withLock { shared -> KafkaError? in
            if let failure = shared.failure { return failure }
            shared.commands.submissions.append(submission)
            wake(&shared)
            return nil
        }
        if let failure {
            submission.refuseRest(failure, acceptance: failure)
            _ = submission.completeIfDone()
        }
    }

    func flush(_ flush: Flush) {
        let failure = shared.withLock { shared -> KafkaError? in
            if let failure = shared.failure { return failure }
            shared.commands.flushes.append(flush)
            wake(&shared)
            return nil
        }
        if let failure { flush.onFinished(failure) }
    }

    /// Makes the thread send what is left until the deadline, then end; calls back when it has ended.
    func close(_ deadline: ContinuousClock.Instant, onClosed: @escaping @Sendable () -> Void) {
        let isClosed = shared.withLock { shared -> Bool in
            guard shared.queue != nil else { return true }
            let earlier = shared.commands.closing
            shared.commands.closing = Closing(
                deadline: min(deadline, earlier?.deadline ?? deadline), waiters: (earlier?.waiters ?? []) + [onClosed])
            wake(&shared)
            return false
        }
        if isClosed { onClosed() }
    }

    func wake() { shared.withLock { wake(&$0) } }

    private func wake(_ shared: inout Shared) {
        guard shared.isAsleep else { return }
        shared.isAsleep = false
        shared.queue?.wake()
    }

    // MARK: For the loop

    /// The requests since the last iteration; with `mayRest`, the thread counts as asleep if there are none.
    func takeCommands(mayRest: Bool) -> CommandQueue {
        shared.withLock { shared in
            var taken = CommandQueue()
            swap(&taken, &shared.commands)
            shared.isAsleep = mayRest && taken.submissions.isEmpty && taken.flushes.isEmpty && taken.closing == nil
            return taken
        }
    }

    /// Refuses all further requests, for this reason.
    func fail(_ error: KafkaError) {
        shared.withLock { if $0.failure == nil { $0.failure = error } }
    }

    /// After this, nobody wakes the queue.
    func giveUpQueue() -> CommandQueue {
        shared.withLock { shared in
            shared.queue = nil
            var taken = CommandQueue()
            swap(&taken, &shared.commands)
            return taken
        }
    }
}
