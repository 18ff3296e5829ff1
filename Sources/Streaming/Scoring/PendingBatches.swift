import Dispatch
import Synchronization

/// Micro-batches whose results are under way, oldest first: their offsets are committed in this order, and only once
/// everything before is acknowledged.
final class PendingBatches {
    /// A micro-batch under way; its parts (results, dead letters) are reported from the producer's thread.
    final class Batch: Sendable {
        let position: ConsumerPosition
        let records: Int
        let start: ContinuousClock.Instant
        private let state: Mutex<(open: Int, failure: DeliveryError?)>
        private let signal: DispatchSemaphore

        init(
            _ position: ConsumerPosition, records: Int, start: ContinuousClock.Instant, parts: Int,
            _ signal: DispatchSemaphore
        ) {
            self.position = position
            self.records = records
            self.start = start
            self.signal = signal
            state = Mutex((parts, nil))
        }

        func finishPart(_ report: DeliveryReport, topic: String) {
            state.withLock { state in
                state.open -= 1
                do throws(DeliveryError) { try report.requireComplete(topic: topic) } catch { state.failure = error }
            }
            signal.signal()
        }

        /// Whether all parts are acknowledged.
        /// - Throws: ``DeliveryError`` when one was not.
        func isDone() throws(DeliveryError) -> Bool {
            let (open, failure) = state.withLock { $0 }
            if let failure { throw failure }
            return open == 0
        }
    }

    let signal = DispatchSemaphore(value: 0)
    private var batches: [Batch] = []

    var count: Int { batches.count }

    func append(_ batch: Batch) { batches.append(batch) }

    /// Takes the acknowledged batches off the front.
    func takeDone() throws(DeliveryError) -> [Batch] {
        var done = 0
        while done < batches.count, try batches[done].isDone() { done += 1 }
        defer { batches.removeFirst(done) }
        return Array(batches[..<done])
    }

    /// Waits until a part is reported; not longer than the limit.
    func wait(atMost limit: Duration) {
        _ = signal.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds)))
    }
}
