import Dispatch

/// Micro-batches whose results are in flight, oldest first: their offsets are committed in this order, and only once
/// everything before is acknowledged.
final class PendingBatches {
    /// A micro-batch in flight with its parts (results, dead letters).
    struct Batch {
        let position: ConsumerPosition
        let records: Int
        let start: ContinuousClock.Instant
        let parts: [Outgoing]
    }

    let signal = DispatchSemaphore(value: 0)
    private var batches: [Batch] = []

    var count: Int { batches.count }

    func append(_ batch: Batch) { batches.append(batch) }

    /// Removes the acknowledged batches from the front.
    /// - Parameter note: called for each message that could not be sent unchanged.
    /// - Throws: ``DeliveryError`` when something was not delivered.
    func takeDone(_ note: (Outgoing.Outcome, KafkaError) -> Void) throws(DeliveryError) -> [Batch] {
        for batch in batches {
            for part in batch.parts { try part.advance(note) }
        }
        let done = batches.prefix { $0.parts.allSatisfy(\.isDone) }
        defer { batches.removeFirst(done.count) }
        return Array(done)
    }

    /// Waits until a part is reported; not longer than the limit.
    func wait(atMost limit: Duration) {
        _ = signal.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds)))
    }
}
