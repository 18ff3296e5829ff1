public import CoreMetrics
import Parallelism

/// A swift-metrics backend that keeps all metrics in memory and writes them in the Prometheus text format 0.0.4
/// (prometheus.io, "Exposition formats").
///
/// Counters become `counter` with the suffix `_total`, meters and plain recorders `gauge`, timers `histogram` in seconds
/// with the suffix `_seconds`, aggregating recorders `histogram`. Characters that Prometheus does not allow in names
/// become `_`.
///
/// Bootstrap it once in an executable: `MetricsSystem.bootstrap(metrics)`.
public final class PrometheusMetrics: MetricsFactory {
    private let series = Lock<[SeriesIdentity: any PrometheusSeries]>([:])

    /// An empty set of metrics.
    public init() {}

    /// All metrics as text, ordered by name, then by labels.
    public func exposition() -> String {
        let all = series.withLock { $0 }
        var families: [String: [(labels: String, series: any PrometheusSeries)]] = [:]
        for (identity, series) in all {
            families[identity.name, default: []].append((identity.labels, series))
        }
        var text = ""
        for (name, members) in families.sorted(by: { $0.key < $1.key }) {
            guard let kind = members.first?.series.kind else { continue }
            text += "# TYPE \(name) \(kind)\n"
            for member in members.sorted(by: { $0.labels < $1.labels }) {
                member.series.write(name: name, labels: member.labels, into: &text)
            }
        }
        return text
    }

    /// A counter of that name and labels; the same one each time.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        member(label, suffix: "_total", dimensions) { CounterSeries() }
    }

    /// A counter of that name and labels; the same one each time.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        member(label, suffix: "_total", dimensions) { CounterSeries() }
    }

    /// A gauge of that name and labels; the same one each time.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        member(label, suffix: "", dimensions) { GaugeSeries() }
    }

    /// A histogram of that name and labels, or a gauge where values are not to be aggregated.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return member(label, suffix: "", dimensions) { HistogramSeries(bounds: HistogramSeries.sizes) } }
        return member(label, suffix: "", dimensions) { GaugeSeries() }
    }

    /// A histogram of seconds of that name and labels; the same one each time.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        member(label, suffix: "_seconds", dimensions) { HistogramSeries(bounds: HistogramSeries.latencies) }
    }

    /// Removes a metric and its values.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Removes a metric and its values.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    /// Removes a metric and its values.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Removes a metric and its values.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Removes a metric and its values.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The series of that name and labels. Where another kind already has the name, a separate series that is not
    /// shown: swift-metrics has no way to refuse, and one name with two types would make the whole page unreadable.
    private func member<Series: PrometheusSeries>(
        _ label: String, suffix: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series {
        let identity = SeriesIdentity(label: label, suffix: suffix, dimensions: dimensions)
        return series.withLock { series in
            if let existing = series[identity] as? Series { return existing }
            let made = make()
            let isFree =
                series[identity] == nil
                && !series.contains { $0.key.name == identity.name && $0.value.kind != made.kind }
            if isFree { series[identity] = made }
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        series.withLock { series in
            if let identity = series.first(where: { $0.value === handler })?.key { series[identity] = nil }
        }
    }
}

private struct SeriesIdentity: Hashable {
    let name: String
    /// `a="1",b="2"`, values escaped, or empty.
    let labels: String

    init(label: String, suffix: String, dimensions: [(String, String)]) {
        let base = SeriesIdentity.name(label)
        name = base.hasSuffix(suffix) ? base : base + suffix
        labels = dimensions.map { "\(SeriesIdentity.name($0.0))=\"\(SeriesIdentity.escaped($0.1))\"" }
            .sorted().joined(separator: ",")
    }

    private static func name(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isAllowed = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            name.unicodeScalars.append(isAllowed || scalar == "_" ? scalar : "_")
        }
        return name.first?.isNumber ?? true ? "_" + name : name
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
