/// Passes chunks of bytes from one task to another, one at a time: the sender waits until its chunk is taken.
actor ChunkChannel {
    private var waiting: [UInt8]?
    private var isFinished = false
    private var failure: (any Error)?
    private var sender: CheckedContinuation<Void, any Error>?
    private var receiver: CheckedContinuation<[UInt8]?, any Error>?

    /// - Throws: what ended the channel; `CancellationError`.
    func send(_ chunk: [UInt8]) async throws {
        if let failure { throw failure }
        if let receiver {
            self.receiver = nil
            receiver.resume(returning: chunk)
            return
        }
        waiting = chunk
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { sender = $0 }
        } onCancel: {
            Task { await self.fail(CancellationError()) }
        }
    }

    /// The next chunk, nil after the last.
    func next() async throws -> [UInt8]? {
        if let failure { throw failure }
        if let chunk = waiting {
            waiting = nil
            sender?.resume()
            sender = nil
            return chunk
        }
        if isFinished { return nil }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { receiver = $0 }
        } onCancel: {
            Task { await self.fail(CancellationError()) }
        }
    }

    /// There are no more chunks.
    func finish() {
        isFinished = true
        receiver?.resume(returning: nil)
        receiver = nil
    }

    /// Ends both sides; the first failure counts.
    func fail(_ error: any Error) {
        failure = failure ?? error
        sender?.resume(throwing: error)
        sender = nil
        receiver?.resume(throwing: error)
        receiver = nil
        waiting = nil
    }
}
