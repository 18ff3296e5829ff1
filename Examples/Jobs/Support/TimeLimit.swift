/// Does some work, and gives up waiting for it after a time.
/// - Throws: ``JobError/noResponse(from:seconds:)`` when the time is over; the work is cancelled then, and not waited for.
package func withTimeLimit<Result: Sendable>(
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
        continuation.finish(throwing: JobError.noResponse(from: subject, seconds: Int(limit.inSeconds.rounded())))
    }
    defer {
        worker.cancel()
        timer.cancel()
    }
    for try await result in results { return result }
    // The stream ends without a result only when the waiting task is cancelled.
    throw CancellationError()
}
