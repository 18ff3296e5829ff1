import Essentials
import Metrics
import Parallelism
import Scoring

/// Counts what a scoring stream does: as a snapshot, and through swift-metrics.
final class ScoringRecorder: Sendable {
    private struct State: Sendable {
        var statistics = ScoringStatistics()
        var start: ContinuousClock.Instant?
        var acknowledgedBatches = 0
        var totalLatency: Duration = .zero
    }

    private let state = Lock(State())
    private let records: Counter
    private let malformed: Counter
    private let predictedFrauds: Counter
    private let labels: Counter
    private let malformedLabels: Counter
    private let labelSilence: Gauge
    private let cutDeadLetters: Counter
    private let undeliverable: Counter
    private let lag: Gauge
    private let latency: Timer

    init(_ factory: any MetricsFactory) {
        records = Counter(label: "stream_records", factory: factory)
        malformed = Counter(label: "stream_malformed", factory: factory)
        predictedFrauds = Counter(label: "stream_predicted_frauds", factory: factory)
        labels = Counter(label: "stream_labels", factory: factory)
        malformedLabels = Counter(label: "stream_malformed_labels", factory: factory)
        labelSilence = Gauge(label: "stream_label_silence_seconds", factory: factory)
        cutDeadLetters = Counter(label: "stream_dead_letters_cut", factory: factory)
        undeliverable = Counter(label: "stream_undeliverable", factory: factory)
        lag = Gauge(label: "stream_lag", factory: factory)
        latency = Timer(label: "stream_batch_duration", factory: factory)
    }

    var statistics: ScoringStatistics { state.withLock(\.statistics) }

    func noteStart(at instant: ContinuousClock.Instant) {
        state.withLock { if $0.start == nil { $0.start = instant } }
    }

    func noteScored(records count: Int, malformed badCount: Int, predictedFrauds fraudCount: Int) {
        records.increment(by: count)
        if badCount > 0 { malformed.increment(by: badCount) }
        if fraudCount > 0 { predictedFrauds.increment(by: fraudCount) }
        state.withLock {
            $0.statistics.records += count
            $0.statistics.malformed += badCount
            $0.statistics.predictedFrauds += fraudCount
            $0.statistics.batches += 1
        }
    }

    func noteAcknowledged(records count: Int, start: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let taken = start.duration(to: now)
        latency.record(duration: taken)
        state.withLock { state in
            state.acknowledgedBatches += 1
            state.totalLatency += taken
            state.statistics.delivered += count
            state.statistics.duration = state.start?.duration(to: now) ?? .zero
            state.statistics.lastLatency = taken
            state.statistics.longestLatency = max(taken, state.statistics.longestLatency)
            state.statistics.meanLatency = state.totalLatency / state.acknowledgedBatches
        }
    }

    func noteLag(_ messages: Int64, skippedOffsets: Int64) {
        lag.record(messages)
        state.withLock {
            $0.statistics.lag = messages
            $0.statistics.skippedOffsets = skippedOffsets
        }
    }

    func noteLabels(_ count: Int, malformed badCount: Int) {
        if count > 0 { labels.increment(by: count) }
        if badCount > 0 { malformedLabels.increment(by: badCount) }
        state.withLock {
            $0.statistics.labels += count
            $0.statistics.malformedLabels += badCount
        }
    }

    func noteLabelSilence(_ silence: LabelSilence) {
        labelSilence.record(silence.duration.inSeconds)
        state.withLock { $0.statistics.labelSilence = silence }
    }

    func noteCutDeadLetter() {
        cutDeadLetters.increment()
        state.withLock { $0.statistics.cutDeadLetters += 1 }
    }

    func noteUndeliverable() {
        undeliverable.increment()
        state.withLock { $0.statistics.undeliverable += 1 }
    }

    func noteModelReplacement() { state.withLock { $0.statistics.modelReplacements += 1 } }
}
