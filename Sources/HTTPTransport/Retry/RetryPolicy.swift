/// How often, and after what delays, a failed request is retried: exponential backoff with full jitter (Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first included.
    public var maximumAttempts: Int
    /// The longest delay before the second attempt; it doubles with each further one.
    public var initialDelay: Duration
    /// No delay is longer, unless the server asks for it with `Retry-After`.
    public var maximumDelay: Duration
    /// No attempt starts later than this after the first; a `Retry-After` beyond it ends the retries.
    public var maximumElapsed: Duration

    /// Eight attempts within two minutes.
    public init(
        maximumAttempts: Int = 8, initialDelay: Duration = .milliseconds(100), maximumDelay: Duration = .seconds(10),
        maximumElapsed: Duration = .seconds(120)
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.initialDelay = initialDelay
        self.maximumDelay = maximumDelay
        self.maximumElapsed = maximumElapsed
    }

    /// No retries.
    public static let never = RetryPolicy(maximumAttempts: 1)

    /// How long to wait before the next attempt; nil when there should be none.
    /// - Parameters:
    ///   - attempts: Attempts so far.
    ///   - elapsed: Since the first attempt began.
    ///   - retryAfter: What the server asked for.
    ///   - jitter: A random number in 0..<1.
    package func delay(
        afterAttempts attempts: Int, elapsed: Duration, retryAfter: Duration?, jitter: Double
    ) -> Duration? {
        guard attempts < maximumAttempts else { return nil }
        let doublings = min(attempts - 1, 30)
        let limit = min(maximumDelay, initialDelay * (1 << doublings))
        let delay = max(limit * jitter, retryAfter ?? .zero)
        return elapsed + delay <= maximumElapsed ? delay : nil
    }
}
