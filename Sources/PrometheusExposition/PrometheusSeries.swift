import CoreMetrics
import Parallelism

/// One metric under one set of labels.
protocol PrometheusSeries: AnyObject, Sendable {
    /// Prometheus' type name.
    var kind: String { get }

    func write(name: String, labels: String, into text: inout String)
}

private func line(_ name: String, _ labels: String, _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
}

/// Whole numbers without a fraction; NaN and infinities as Prometheus spells them.
private func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map(String.init) ?? "\(value)"
}

/// A sum that only grows.
final class CounterSeries: PrometheusSeries, CounterHandler, FloatingPointCounterHandler {
    private let value = Lock(0.0)

    let kind = "counter"

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        guard amount >= 0, amount.isFinite else { return }
        value.withLock { $0 += amount }
    }

    func reset() { value.withLock { $0 = 0 } }

    func write(name: String, labels: String, into text: inout String) {
        text += line(name, labels, number(value.withLock { $0 }))
    }
}

/// The last value.
final class GaugeSeries: PrometheusSeries, MeterHandler, RecorderHandler {
    private let value = Lock(0.0)

    let kind = "gauge"

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func write(name: String, labels: String, into text: inout String) {
        text += line(name, labels, number(value.withLock { $0 }))
    }
}

/// Counts by upper bound, with sum and count.
final class HistogramSeries: PrometheusSeries, TimerHandler, RecorderHandler {
    /// Seconds: from 50 microseconds, about the time of a single score, to 10 seconds.
    static let latencies = [
        5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Counts of things, such as records of a batch.
    static let sizes: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000]

    private struct Content {
        /// One more than there are bounds: the last counts values above all bounds.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let content: Lock<Content>

    let kind = "histogram"

    init(bounds: [Double]) {
        self.bounds = bounds
        content = Lock(Content(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        content.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    func write(name: String, labels: String, into text: inout String) {
        let content = content.withLock { $0 }
        let separator = labels.isEmpty ? "" : ","
        var cumulative: UInt64 = 0
        for (bound, count) in zip(bounds + [.infinity], content.counts) {
            cumulative += count
            text += line("\(name)_bucket", "\(labels)\(separator)le=\"\(number(bound))\"", "\(cumulative)")
        }
        text += line("\(name)_sum", labels, number(content.sum))
        text += line("\(name)_count", labels, "\(cumulative)")
    }
}
