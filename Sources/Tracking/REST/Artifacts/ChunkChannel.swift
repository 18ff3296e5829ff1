/// Passes chunks of bytes from one task to another, one at a time: the sender waits until its chunk is taken.
actor ChunkChannel {
    private var waiting: [UInt8]?
    private var isFinished = false
    private var failure: (any Error)?
    private var giver: CheckedContinuation<Void, any Error>?
    private var taker: CheckedContinuation<[UInt8]?, any Error>?

    /// - Throws: what ended the channel; `CancellationError`.
    func send(_ chunk: [UInt8]) async throws {
        if let failure { throw failure }
        if let taker {
            self.taker = nil
            taker.resume(returning: chunk)
            return
        }
        waiting = chunk
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { giver = $0 }
        } onCancel: {
            Task { await self.fail(CancellationError()) }
        }
    }

    /// The next chunk, nil after the last.
    func next() async throws -> [UInt8]? {
        if let failure { throw failure }
        if let chunk = waiting {
            waiting = nil
            giver?.resume()
            giver = nil
            return chunk
        }
        if isFinished { return nil }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { taker = $0 }
        } onCancel: {
            Task { await self.fail(CancellationError()) }
        }
    }

    /// There are no more chunks.
    func finish() {
        isFinished = true
        taker?.resume(returning: nil)
        taker = nil
    }

    /// Ends both sides; the first failure counts.
    func fail(_ error: any Error) {
        failure = failure ?? error
        giver?.resume(throwing: error)
        giver = nil
        taker?.resume(throwing: error)
        taker = nil
        waiting = nil
    }
}
