import Parallelism

/// Keeps retries from overloading a server that is in trouble: a bucket of tokens shared by all requests to it. A retry
/// takes tokens, gets them back when it succeeds, and every request that succeeds at once brings one (the standard mode
/// of the AWS SDKs' retry behaviour).
public final class RetryBudget: Sendable {
    private static let cost = 5

    private let capacity: Int
    private let tokens: Lock<Int>

    /// - Parameter capacity: tokens when full; a retry takes five.
    public init(capacity: Int = 500) {
        self.capacity = capacity
        tokens = Lock(capacity)
    }

    /// Takes what one retry costs; false when there is not enough left.
    package func take() -> Bool {
        tokens.withLock { tokens in
            guard tokens >= Self.cost else { return false }
            tokens -= Self.cost
            return true
        }
    }

    /// Gives back after a success that took so many retries.
    package func giveBack(retries: Int) {
        tokens.withLock { $0 = min(capacity, $0 + max(1, retries * Self.cost)) }
    }
}
