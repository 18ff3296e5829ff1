/// The outcome of one attempt.
package enum Attempt<Success: Sendable>: Sendable {
    case success(Success)
    /// A retry would not help.
    case failure(any Error)
    /// A retry may help, no sooner than the server asked.
    case transientFailure(any Error, retryAfter: Duration? = nil)
}

/// A request that failed in the end.
package struct RetryFailure: Error {
    /// Of the last attempt.
    package var error: any Error
    package var attempts: Int
    package var elapsed: Duration
}

/// Runs attempts, with delays between them.
package struct Retrier: Sendable {
    private let policy: RetryPolicy
    private let budget: RetryBudget
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - now, sleep: another clock, for tests.
    package init(
        policy: RetryPolicy, budget: RetryBudget,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.policy = policy
        self.budget = budget
        self.now = now
        self.sleep = sleep
    }

    /// Calls the operation until it succeeds, fails for good, or policy or budget allow no further attempt.
    /// - Parameter operation: gets the number of the attempt, from 1.
    /// - Throws: ``RetryFailure``; `CancellationError`.
    package func run<Success: Sendable>(
        _ operation: (_ attempt: Int) async throws -> Attempt<Success>
    ) async throws -> Success {
        let start = now()
        var attempts = 0
        while true {
            try Task.checkCancellation()
            attempts += 1
            switch try await operation(attempts) {
            case .success(let value):
                budget.giveBack(retries: attempts - 1)
                return value
            case .failure(let error):
                throw RetryFailure(error: error, attempts: attempts, elapsed: now() - start)
            case .transientFailure(let error, let retryAfter):
                let elapsed = now() - start
                let delay = policy.delay(
                    afterAttempts: attempts, elapsed: elapsed, retryAfter: retryAfter, jitter: .random(in: 0..<1))
                guard let delay, budget.take() else {
                    throw RetryFailure(error: error, attempts: attempts, elapsed: elapsed)
                }
                try await sleep(delay)
            }
        }
    }
}
