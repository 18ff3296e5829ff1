import Parallelism

/// Passes batches from a consumer's thread to one reading task, with a bounded number in advance.
package final class BatchChannel<Batch: Sendable>: Sendable {
    private struct State: Sendable {
        var queued: [Batch] = []
        var reader: CheckedContinuation<Batch?, any Error>?
        var isFinished = false
        var failure: (any Error)?
        /// The reader has returned after the last batch: it has processed everything it got.
        var isReaderDone = false
    }

    /// What to resume outside the lock.
    private struct Delivery: Sendable {
        let reader: CheckedContinuation<Batch?, any Error>
        let result: Result<Batch?, any Error>
    }

    private let capacity: Int
    private let state = Lock(State())
    /// Called when the reader has made room or is done.
    private let onProgress: @Sendable () -> Void

    package init(capacity: Int, onProgress: @escaping @Sendable () -> Void) {
        self.capacity = max(1, capacity)
        self.onProgress = onProgress
    }

    /// Adds a batch unless the channel is full.
    package func offer(_ batch: Batch) -> Bool {
        let (isTaken, reader) = state.withLock { state -> (Bool, CheckedContinuation<Batch?, any Error>?) in
            if let reader = state.reader.take() { return (true, reader) }
            guard state.queued.count < capacity else { return (false, nil) }
            state.queued.append(batch)
            return (true, nil)
        }
        reader?.resume(returning: batch)
        return isTaken
    }

    /// Drops batches that no reader has seen.
    package func discardQueued() { state.withLock { $0.queued.removeAll() } }

    /// No further batch comes; the reader still gets the queued ones.
    package func finish(_ failure: (any Error)? = nil) {
        let delivery = state.withLock { state -> Delivery? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            state.failure = failure
            guard let reader = state.reader.take() else { return nil }
            state.isReaderDone = true
            return Delivery(reader: reader, result: Self.end(&state))
        }
        delivery?.reader.resume(with: delivery?.result ?? .success(nil))
    }

    package var isReaderDone: Bool { state.withLock(\.isReaderDone) }

    /// The next batch, or nil after the last.
    package func next() async throws -> Batch? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Batch?, any Error>? in
                    // Checked under the lock: a cancellation is seen here, or finds the reader stored.
                    if Task.isCancelled {
                        state.isReaderDone = true
                        return .failure(CancellationError())
                    }
                    if !state.queued.isEmpty { return .success(state.queued.removeFirst()) }
                    if state.isFinished {
                        state.isReaderDone = true
                        return Self.end(&state)
                    }
                    precondition(state.reader == nil, "a consumer's batches have one reader at a time")
                    state.reader = continuation
                    return nil
                }
                onProgress()
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                state.isReaderDone = true
                return state.reader.take()
            }
            onProgress()
            reader?.resume(throwing: CancellationError())
        }
    }

    /// The failure is thrown once.
    private static func end(_ state: inout State) -> Result<Batch?, any Error> {
        state.failure.take().map { .failure($0) } ?? .success(nil)
    }
}
