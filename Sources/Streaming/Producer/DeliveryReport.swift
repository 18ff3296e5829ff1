import Parallelism

/// The outcome for the messages of one batch.
public struct DeliveryReport: Sendable, Hashable {
    /// A message that was not acknowledged.
    public struct Failure: Sendable, Hashable {
        /// The message's index in its batch.
        public let index: Int
        /// Why it was not acknowledged.
        public let error: KafkaError
    }

    /// The number of messages in the batch.
    public let messageCount: Int
    /// The messages that were not acknowledged.
    public let failures: [Failure]

    /// The number of messages that the brokers acknowledged.
    public var deliveredCount: Int { messageCount - failures.count }

    /// - Throws: ``DeliveryError`` when a message was not acknowledged.
    public func requireComplete(topic: String) throws(DeliveryError) {
        guard let first = failures.first else { return }
        throw DeliveryError(topic: topic, failedCount: failures.count, messageCount: messageCount, first: first)
    }
}

/// Some messages of a batch were not acknowledged.
public struct DeliveryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The topic that the messages were for.
    public let topic: String
    /// The number of messages not acknowledged.
    public let failedCount: Int
    /// The number of messages in the batch.
    public let messageCount: Int
    /// The first of the failures.
    public let first: DeliveryReport.Failure

    /// How many messages failed, and why the first did.
    public var description: String {
        "\(failedCount) of \(messageCount) messages to topic '\(topic)' were not delivered; message \(first.index): "
            + "\(first.error.reason) (\(first.error.name))"
    }
}

/// A batch that is being sent.
public final class Delivery: Sendable {
    private enum State {
        case underWay([Int: CheckedContinuation<DeliveryReport, any Error>], nextKey: Int)
        case done(DeliveryReport)
    }

    private let topic: String
    private let state = Lock<State>(.underWay([:], nextKey: 0))

    init(topic: String) { self.topic = topic }

    /// Waits until each message is either acknowledged or given up.
    /// - Throws: `CancellationError` when the task is cancelled while it waits; the messages are still sent.
    public func report() async throws -> DeliveryReport {
        let key = state.withLock { state -> Int in
            guard case .underWay(let waiters, let key) = state else { return -1 }
            state = .underWay(waiters, nextKey: key + 1)
            return key
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<DeliveryReport, any Error>? in
                    switch state {
                    case .done(let report): return .success(report)
                    // Checked under the lock: a cancellation is seen here, or finds the waiter stored.
                    case .underWay where Task.isCancelled: return .failure(CancellationError())
                    case .underWay(var waiters, let nextKey):
                        waiters[key] = continuation
                        state = .underWay(waiters, nextKey: nextKey)
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<DeliveryReport, any Error>? in
                guard case .underWay(var waiters, let nextKey) = state else { return nil }
                let waiter = waiters.removeValue(forKey: key)
                state = .underWay(waiters, nextKey: nextKey)
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Waits until each message is acknowledged.
    /// - Throws: ``DeliveryError`` when one was given up.
    public func confirm() async throws {
        try await report().requireComplete(topic: topic)
    }

    func finish(_ report: DeliveryReport) {
        let waiters = state.withLock { state -> [CheckedContinuation<DeliveryReport, any Error>] in
            guard case .underWay(let waiters, _) = state else { return [] }
            state = .done(report)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: report) }
    }
}
