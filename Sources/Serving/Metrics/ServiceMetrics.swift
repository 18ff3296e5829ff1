import CoreMetrics
import Essentials
import PrometheusExposition
import Scoring

/// The service's own metrics.
struct ServiceMetrics: Sendable {
    let requests: Counter
    let refusals: Counter
    let latency: Timer
    let refusedModels: Counter
    private let labels: [LabelOutcome: Counter]
    private let secondsSinceLabel: Meter
    private let labelsMissing: Meter

    init(_ metrics: PrometheusMetrics) {
        requests = Counter(label: "predict_requests", factory: metrics)
        refusals = Counter(label: "predict_refusals", factory: metrics)
        latency = Timer(label: "predict_duration", factory: metrics)
        refusedModels = Counter(label: "antifraud_refused_models", factory: metrics)
        labels = Dictionary(
            uniqueKeysWithValues: LabelOutcome.allCases.map { outcome in
                let dimensions = [("outcome", "\(outcome)")]
                return (outcome, Counter(label: "antifraud_labels", dimensions: dimensions, factory: metrics))
            })
        secondsSinceLabel = Meter(label: "antifraud_seconds_since_last_label", factory: metrics)
        labelsMissing = Meter(label: "antifraud_labels_missing", factory: metrics)
    }

    func count(_ counts: [LabelOutcome: Int]) {
        for (outcome, count) in counts { labels[outcome]?.increment(by: count) }
    }

    /// Sets the metrics that are measured only when they are scraped.
    func update(silence: LabelSilence?) {
        secondsSinceLabel.set(silence?.duration.inSeconds ?? 0)
        labelsMissing.set(silence?.isTooLong == true ? 1 : 0)
    }
}
