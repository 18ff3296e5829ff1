/// Limits a rate, and allows short bursts after a pause.
package struct TokenBucket {
    private let rate: Double
    private let capacity: Double
    private var tokens: Double
    private var updated: ContinuousClock.Instant

    /// - Parameters:
    ///   - rate: tokens per second, above 0.
    ///   - capacity: how many may pass at once after a pause.
    package init(rate: Double, capacity: Double, now: ContinuousClock.Instant) {
        self.rate = rate
        self.capacity = capacity
        tokens = 0
        updated = now
    }

    /// Takes `count` tokens, on credit if necessary.
    /// - Returns: how long to wait before using them.
    package mutating func take(_ count: Int, now: ContinuousClock.Instant) -> Duration {
        tokens = min(capacity, tokens + rate * (updated.duration(to: now) / .seconds(1)))
        updated = now
        tokens -= Double(count)
        return tokens >= 0 ? .zero : .seconds(-tokens / rate)
    }
}
