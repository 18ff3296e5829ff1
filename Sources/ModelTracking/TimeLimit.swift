/// Does some work, and stops waiting for it after a timeout.
/// - Throws: ``ModelTrackingError/noResponse(from:within:)`` after the timeout; the work is then cancelled, and not waited for.
func withTimeLimit<Result: Sendable>(
    _ limit: Duration, waitingFor subject: String, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let (results, continuation) = AsyncThrowingStream<Result, any Error>.makeStream()
    let worker = Task {
        do {
            continuation.yield(try await work())
            continuation.finish()
        } catch {
            continuation.finish(throwing: error)
        }
    }
    let timer = Task {
        try await Task.sleep(for: limit)
        continuation.finish(throwing: ModelTrackingError.noResponse(from: subject, within: limit))
    }
    defer {
        worker.cancel()
        timer.cancel()
    }
    for try await result in results { return result }
    // The stream ends without a result only when the waiting task is cancelled.
    throw CancellationError()
}
