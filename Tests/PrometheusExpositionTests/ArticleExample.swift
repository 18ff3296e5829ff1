import Metrics
import PrometheusExposition

// The article's example, word for word; a test compares the two.
func paymentMetrics(_ durations: [Duration]) -> String {
    let metrics = PrometheusMetrics()
    let payments = Counter(label: "payments", dimensions: [("currency", "EUR")], factory: metrics)
    let latency = Timer(label: "payment_duration", factory: metrics)
    for duration in durations {
        payments.increment()
        latency.record(duration: duration)
    }
    return metrics.exposition()
}
