import HTTPTransport
import Parallelism
import Testing

@Suite struct RetrierTests {
    private struct Refusal: Error {}

    /// A clock that only sleeping moves.
    private final class FakeClock: Sendable {
        let time = Lock(ContinuousClock.now)
        let sleeps = Lock<[Duration]>([])

        func retrier(_ policy: RetryPolicy, budget: RetryBudget = RetryBudget()) -> Retrier {
            Retrier(policy: policy, budget: budget) { [self] in
                time.withLock { $0 }
            } sleep: { [self] duration in
                time.withLock { $0 += duration }
                sleeps.withLock { $0.append(duration) }
            }
        }
    }

    @Test func delaysDoubleUpToTheLimit() {
        let policy = RetryPolicy(maximumAttempts: 6, initialDelay: .seconds(1), maximumDelay: .seconds(5))
        let delays = (1...6).map { policy.delay(afterAttempts: $0, elapsed: .zero, retryAfter: nil, jitter: 1) }
        #expect(delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5), nil])
        #expect(policy.delay(afterAttempts: 3, elapsed: .zero, retryAfter: nil, jitter: 0.25) == .seconds(1))
    }

    @Test func serversDecideHowLongToWait() {
        let policy = RetryPolicy(maximumElapsed: .seconds(60))
        #expect(policy.delay(afterAttempts: 1, elapsed: .zero, retryAfter: .seconds(30), jitter: 0) == .seconds(30))
        #expect(policy.delay(afterAttempts: 2, elapsed: .seconds(31), retryAfter: .seconds(30), jitter: 0) == nil)
    }

    @Test func retriesUntilSuccess() async throws {
        let clock = FakeClock()
        let response = try await clock.retrier(RetryPolicy()).run { attempt in
            attempt < 4 ? .transientFailure(Refusal()) : .success(attempt)
        }
        #expect(response == 4)
        #expect(clock.sleeps.withLock { $0.count } == 3)
    }

    @Test func givesUpAndSaysAfterWhat() async throws {
        let clock = FakeClock()
        let policy = RetryPolicy(maximumAttempts: 3, initialDelay: .seconds(1))
        let failure = await #expect(throws: RetryFailure.self) {
            try await clock.retrier(policy).run { _ in Attempt<Int>.transientFailure(Refusal(), retryAfter: .seconds(2))
            }
        }
        #expect(failure?.attempts == 3)
        #expect(failure?.elapsed == .seconds(4))
        #expect(failure?.error is Refusal)
    }

    @Test func lastingFailuresAreNotRetried() async throws {
        let failure = await #expect(throws: RetryFailure.self) {
            try await FakeClock().retrier(RetryPolicy()).run { _ in Attempt<Int>.failure(Refusal()) }
        }
        #expect(failure?.attempts == 1)
    }

    /// When a server fails everything, it soon gets one attempt for each request instead of eight.
    @Test func theBudgetEndsRetriesOfAFailingServer() async throws {
        let budget = RetryBudget(capacity: 20)
        let attempts = Lock(0)
        for _ in 0..<10 {
            await #expect(throws: RetryFailure.self) {
                try await FakeClock().retrier(RetryPolicy(), budget: budget).run { _ in
                    attempts.withLock { $0 += 1 }
                    return Attempt<Int>.transientFailure(Refusal())
                }
            }
        }
        #expect(attempts.withLock { $0 } == 10 + 4)
        for _ in 0..<5 { _ = try await FakeClock().retrier(RetryPolicy(), budget: budget).run { _ in .success(1) } }
        let last = await #expect(throws: RetryFailure.self) {
            try await FakeClock().retrier(RetryPolicy(), budget: budget).run { _ in
                Attempt<Int>.transientFailure(Refusal())
            }
        }
        #expect(last?.attempts == 2)
    }

    /// Retries that succeed cost nothing in the end, so a server with some bad luck does not run out of them.
    @Test func retriesThatSucceedAreGivenBack() async throws {
        let budget = RetryBudget(capacity: 20)
        for _ in 0..<50 {
            let attempts = try await FakeClock().retrier(RetryPolicy(), budget: budget).run { attempt in
                attempt < 3 ? .transientFailure(Refusal()) : .success(attempt)
            }
            #expect(attempts == 3)
        }
    }

    @Test func cancellationEndsTheWaiting() async throws {
        let task = Task {
            try await Retrier(
                policy: RetryPolicy(initialDelay: .seconds(600), maximumElapsed: .seconds(6_000)), budget: RetryBudget()
            ).run { _ in Attempt<Int>.transientFailure(Refusal(), retryAfter: .seconds(600)) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
