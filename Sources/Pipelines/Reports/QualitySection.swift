import Essentials
package import ModelKit
package import ReportKit

/// Curves of one or two models, and the first one's confusion.
package enum QualitySection {
    package static func section(
        _ title: String, candidate: EvaluationSummary, champion: EvaluationSummary?
    ) -> ReportSection {
        ReportSection(
            title, [.figures([roc(candidate, champion), precisionRecall(candidate, champion)]), confusion(candidate)])
    }

    private static func roc(_ candidate: EvaluationSummary, _ champion: EvaluationSummary?) -> Figure {
        func series(_ name: String, _ summary: EvaluationSummary, _ style: LineChart.Series.Style) -> LineChart.Series {
            LineChart.Series(
                "\(name) (\(summary.rocAUC.text(decimals: 3)))",
                x: summary.rocCurve.points.map(\.falsePositiveRate), y: summary.rocCurve.points.map(\.truePositiveRate),
                style: style)
        }
        let all =
            [series(champion == nil ? "model" : "candidate", candidate, .solid)]
            + (champion.map { [series("champion", $0, .dashed)] } ?? [])
        return Figure(
            "ROC curve",
            LineChart(
                x: ChartAxis("False positive rate", range: 0...1), y: ChartAxis("True positive rate", range: 0...1),
                series: all, diagonal: "chance"))
    }

    private static func precisionRecall(_ candidate: EvaluationSummary, _ champion: EvaluationSummary?) -> Figure {
        func series(_ name: String, _ summary: EvaluationSummary, _ style: LineChart.Series.Style) -> LineChart.Series {
            LineChart.Series(
                "\(name) (\(summary.averagePrecision.text(decimals: 3)))",
                x: summary.precisionRecallCurve.points.map(\.recall),
                y: summary.precisionRecallCurve.points.map(\.precision), style: style)
        }
        let all =
            [series(champion == nil ? "model" : "candidate", candidate, .solid)]
            + (champion.map { [series("champion", $0, .dashed)] } ?? [])
        return Figure(
            "Precision and recall",
            LineChart(
                x: ChartAxis("Recall", range: 0...1), y: ChartAxis("Precision", range: 0...1), series: all))
    }

    private static func confusion(_ summary: EvaluationSummary) -> ReportElement {
        let confusion = summary.confusion
        func count(_ value: Double) -> String { ReadableNumber.count(Int(value)) }
        return .table(
            ReportTable(
                [.text(""), .number("Predicted fraud"), .number("Predicted genuine")],
                rows: [
                    ["Fraud", count(confusion.truePositives), count(confusion.falseNegatives)],
                    ["Genuine", count(confusion.falsePositives), count(confusion.trueNegatives)],
                ],
                caption: "At the threshold \(summary.threshold.text(decimals: 3)): precision "
                    + "\(ReadableNumber.percent(confusion.precision)), recall \(ReadableNumber.percent(confusion.recall))"
            ))
    }
}
