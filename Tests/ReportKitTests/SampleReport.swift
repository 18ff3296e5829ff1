import Foundation
import ReportKit
import TestSupport

/// A report that uses every element, with awkward values.
func sampleReport() -> HTMLReport {
    let steps = (0...200).map { Double($0) / 200 }
    let roc = LineChart(
        x: ChartAxis("False positive rate", range: 0...1), y: ChartAxis("True positive rate", range: 0...1),
        series: [
            .init("Candidate (AUC 0.904)", x: steps, y: steps.map { pow($0, 0.15) }),
            .init("Champion (AUC 0.871)", x: steps, y: steps.map { pow($0, 0.25) }, style: .dashed),
        ], diagonal: "chance", highlights: [.init("threshold 0.31", x: 0.02, y: pow(0.02, 0.15))])
    let logarithmic = LineChart(
        x: ChartAxis("Alerts a day", scale: .logarithmic), y: ChartAxis("Recall", format: .percent),
        series: [
            .init(
                "Recall", x: [1, 3, 10, 30, 100, 300, 1000], y: [0.02, 0.05, 0.2, 0.4, 0.6, 0.7, 0.75], hasMarks: true),
            .init("Gaps", x: [0, 1, .nan, 100, .infinity, 1000], y: [1, 0.1, 0.2, 0.3, 0.4, 0.5]),
        ])
    let edges = Histogram.edges(from: 0.01, to: 10_000, count: 60, scale: .logarithmic)
    let before = (0..<60).map { 90_000 * exp(-pow(Double($0) - 36, 2) / 60) + ($0 > 50 ? 900 : 0) }
    let histogram = Histogram(
        edges: edges,
        series: [
            .init("before", counts: before),
            .init("after", counts: before.enumerated().map { $0 > 48 ? 0 : $1 * 0.96 }),
        ], x: ChartAxis("Amount", scale: .logarithmic), y: ChartAxis("Transactions"))
    let importance = BarChart(
        [
            .init("terminal_risk_7_days", 0.412), .init("tx_amount", 0.233), .init("terminal_risk_30_days", 0.151),
            .init("customer_mean_amount_30_days", 0.1), .init("<script>alert('x')</script>", 0.05),
            .init("not a number", .nan, text: "unknown"),
        ], valueLabel: "Share of gain")
    let intervals = IntervalPlot(
        [
            .init("Paired bootstrap", estimate: 0.0331, lower: 0.0279, upper: 0.0386),
            .init("DeLong", estimate: 0.0331, lower: 0.0281, upper: 0.0382),
        ], axis: ChartAxis("Difference of ROC AUC"), reference: 0)
    return HTMLReport(
        title: "Fraud model & its champion", subtitle: "1,754,155 transactions, 2018-04-01 to 2018-09-30",
        sections: [
            ReportSection(
                "Summary",
                [
                    .keyMetrics([
                        KeyMetric("ROC AUC", "0.904", detail: "champion 0.871", tone: .good),
                        KeyMetric("Average precision", "0.749"),
                        KeyMetric("Frauds dropped by cleaning", ReadableNumber.count(1204), tone: .caution),
                        KeyMetric("Rejected", ReadableNumber.percent(0.0312), tone: .bad),
                        KeyMetric("Throughput", "52k/s", detail: "transactions a second, two threads"),
                    ]),
                    .note(
                        .good, "The candidate is better than the champion: the interval of the difference lies above 0."
                    ),
                    .paragraph("Trained on days before 146 and tested on the rest; <b>nothing</b> here is markup."),
                    .bullets(["first", "second"]),
                ]),
            ReportSection("Quality", [.figures([Figure("ROC curve", roc), Figure("Recall", logarithmic)])]),
            ReportSection(
                "Data",
                [
                    .figure(Figure("Amounts before and after cleaning", histogram, explanation: "Logarithmic scale.")),
                    .table(
                        ReportTable(
                            [.text("Rule"), .number("Rows"), .number("Frauds")],
                            rows: [["malformed", "12", "0"], ["duplicate", "1 204", "9"], ["amountOutlier", "3"]],
                            caption: "Rows dropped, by rule", highlightedRows: [1])),
                ]),
            ReportSection(
                "Comparison",
                [
                    .figure(Figure("Intervals of the difference", intervals)),
                    .figures([Figure("Feature importance", importance), Figure("Intervals, narrow", intervals)]),
                    .heading("Parameters"), .code("{\"rounds\": 100}"),
                ]),
        ], footer: "Made by the test suite.")
}
