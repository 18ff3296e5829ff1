import Essentials
import ModelKit
package import ReportKit

/// Calibration, intervals, costs and slices of one model.
package enum DetailSections {
    package static func sections(_ details: QualityDetails) -> [ReportSection] {
        var sections = [calibration(details.calibration)]
        if let intervals = details.intervals { sections.insert(self.intervals(intervals), at: 0) }
        if let costs = details.costs { sections.append(self.costs(costs)) }
        if let daily = details.daily { sections.append(self.daily(daily)) }
        if !details.slices.isEmpty { sections.append(slices(details.slices)) }
        return sections
    }

    private static func intervals(_ intervals: BootstrapIntervals) -> ReportSection {
        let level = ReadableNumber.percent(intervals.settings.level)
        let shares = intervals.intervals.filter { !$0.measure.isBetterLower }
        let table = ReportTable(
            [.text("Measure"), .number("Value"), .number("Interval")],
            rows: intervals.intervals.map {
                [
                    $0.measure.title, $0.estimate.text(decimals: 4),
                    "\($0.lower.text(decimals: 4)) to \($0.upper.text(decimals: 4))",
                ]
            })
        return ReportSection(
            "How sure the figures are",
            [
                .figure(
                    Figure(
                        "Intervals of \(level)",
                        IntervalPlot(
                            shares.map {
                                .init($0.measure.title, estimate: $0.estimate, lower: $0.lower, upper: $0.upper)
                            }, axis: ChartAxis("Value")),
                        explanation:
                            "From \(ReadableNumber.count(intervals.settings.samples)) stratified bootstrap samples.")
                ), .table(table),
            ])
    }

    private static func calibration(_ curve: CalibrationCurve) -> ReportSection {
        let chart = LineChart(
            x: ChartAxis("Mean probability"), y: ChartAxis("Share of frauds"),
            series: [
                LineChart.Series(
                    "model", x: curve.bins.map(\.meanProbability), y: curve.bins.map(\.fraudShare), hasMarks: true)
            ], diagonal: "calibrated")
        let brier = curve.brier
        return ReportSection(
            "Calibration",
            [
                .figure(
                    Figure(
                        "Probabilities against shares of frauds", chart,
                        explanation: "Expected calibration error \(curve.expectedError.text(decimals: 5)), largest "
                            + "\(curve.maximumError.text(decimals: 5)); \(curve.bins.count) bins.")),
                .table(
                    ReportTable(
                        [
                            .number("Brier score"), .number("Reliability"), .number("Resolution"),
                            .number("Uncertainty"), .number("Within bins"),
                        ],
                        rows: [
                            [brier.score, brier.reliability, brier.resolution, brier.uncertainty, brier.withinBins].map
                            {
                                $0.text(decimals: 6)
                            }
                        ], caption: "The score is reliability - resolution + uncertainty + within bins; low is good.")),
            ])
    }

    private static func costs(_ curve: CostCurve) -> ReportSection {
        let points = curve.points.filter { $0.alerts > 0 }
        let chart = LineChart(
            x: ChartAxis("Alerts", scale: .logarithmic), y: ChartAxis("Cost"),
            series: [LineChart.Series("model", x: points.map(\.alerts), y: points.map(\.cost))],
            highlights: [LineChart.Highlight("least cost", x: curve.best.alerts, y: curve.best.cost)])
        let threshold = curve.best.threshold.map { "at the threshold \($0.text(decimals: 4))" } ?? "without alerts"
        return ReportSection(
            "Costs",
            [
                .figure(
                    Figure(
                        "Cost of alerts and missed frauds", chart,
                        explanation: "Least \(threshold): \(curve.best.cost.text(decimals: 0)) with "
                            + "\(ReadableNumber.count(Int(curve.best.alerts))) alerts; "
                            + "\(curve.costWithoutAlerts.text(decimals: 0)) without any."))
            ])
    }

    private static func daily(_ daily: DailyTopK) -> ReportSection {
        let days = daily.days
        return ReportSection(
            "Day by day",
            [
                .figure(
                    Figure(
                        "Among the \(daily.k) highest scores of each day",
                        LineChart(
                            x: ChartAxis("Day"), y: ChartAxis("Share", range: 0...1),
                            series: [
                                LineChart.Series(
                                    "precision", x: days.indices.map { Double($0 + 1) }, y: days.map(\.precision)),
                                LineChart.Series(
                                    "recall", x: days.indices.map { Double($0 + 1) }, y: days.map { $0.recall ?? .nan },
                                    style: .dashed),
                            ]),
                        explanation: "Mean precision \(ReadableNumber.percent(daily.meanPrecision))"
                            + (daily.recall.map { ", recall over all days \(ReadableNumber.percent($0))" } ?? "") + ".")
                )
            ])
    }

    private static func slices(_ all: [QualitySlices]) -> ReportSection {
        func number(_ value: Double?) -> String { value.map { $0.text(decimals: 3) } ?? "-" }
        return ReportSection(
            "Slices",
            all.map { sliced in
                .table(
                    ReportTable(
                        [
                            .text(sliced.name), .number("Rows"), .number("Frauds"), .number("ROC AUC"),
                            .number("Average precision"), .number("Precision"), .number("Recall"), .number("Brier"),
                        ],
                        rows: sliced.slices.map {
                            [
                                $0.name, ReadableNumber.count($0.rowCount), ReadableNumber.count($0.positiveCount),
                                number($0.rocAUC), number($0.averagePrecision), number($0.confusion.precision),
                                number($0.confusion.recall), $0.brierScore.map { $0.text(decimals: 5) } ?? "-",
                            ]
                        }, caption: "Precision and recall at the threshold \(sliced.threshold.text(decimals: 3))."))
            })
    }
}
