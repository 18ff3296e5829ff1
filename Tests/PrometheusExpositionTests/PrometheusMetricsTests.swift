import CoreMetrics
import PrometheusExposition
import Testing

@Suite struct PrometheusMetricsTests {
    @Test func countersGaugesAndHistogramsAreWritten() {
        let metrics = PrometheusMetrics()
        let counter = Counter(label: "kafka.records", dimensions: [("topic", "a\"b\\c\n")], factory: metrics)
        counter.increment(by: 2)
        counter.increment()
        let timer = Timer(label: "latency", dimensions: [], factory: metrics)
        timer.recordNanoseconds(125_000_000)
        timer.recordNanoseconds(3_000_000_000)
        timer.recordNanoseconds(60_000_000_000)
        Meter(label: "lag", dimensions: [], factory: metrics).set(1.5)
        let lines = metrics.exposition().split(separator: "\n").map(String.init)
        #expect(lines.contains("# TYPE kafka_records_total counter"))
        #expect(lines.contains(#"kafka_records_total{topic="a\"b\\c\n"} 3"#))
        #expect(lines.contains("# TYPE lag gauge") && lines.contains("lag 1.5"))
        #expect(lines.contains("# TYPE latency_seconds histogram"))
        #expect(lines.contains(#"latency_seconds_bucket{le="0.1"} 0"#))
        #expect(lines.contains(#"latency_seconds_bucket{le="0.25"} 1"#))
        #expect(lines.contains(#"latency_seconds_bucket{le="5"} 2"#))
        #expect(lines.contains(#"latency_seconds_bucket{le="+Inf"} 3"#))
        #expect(lines.contains("latency_seconds_sum 63.125") && lines.contains("latency_seconds_count 3"))
    }

    @Test func oneNameHasOneType() {
        let metrics = PrometheusMetrics()
        Meter(label: "load", dimensions: [], factory: metrics).set(1)
        Recorder(label: "load", dimensions: [], aggregate: true, factory: metrics).record(5)
        #expect(metrics.exposition() == "# TYPE load gauge\nload 1\n")
        #expect(Counter(label: "9 lives", dimensions: [], factory: metrics).label == "9 lives")
        #expect(metrics.exposition().contains("_9_lives_total 0"))
    }
}
