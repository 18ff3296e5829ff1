import Essentials
package import ModelKit
package import ReportKit

/// Tests and intervals of a candidate against a champion.
package enum ComparisonSection {
    package static func section(_ comparison: ModelComparison, decision: String, isGood: Bool) -> ReportSection {
        let deLong = comparison.deLong, bootstrap = comparison.paired.differences[0]
        let intervals = IntervalPlot(
            [
                .init(
                    "Paired bootstrap", estimate: bootstrap.difference, lower: bootstrap.lower,
                    upper: bootstrap.upper),
                .init("DeLong", estimate: deLong.difference, lower: deLong.lower, upper: deLong.upper),
            ], axis: ChartAxis("Difference of ROC AUC"), reference: 0, decimals: 5)
        let tests = ReportTable(
            [.text("Test"), .number("Candidate"), .number("Champion"), .number("p")],
            rows: [
                [
                    "DeLong", deLong.first.value.text(decimals: 5), deLong.second.value.text(decimals: 5),
                    pValue(deLong.pValue),
                ],
                [
                    "t-test over \(comparison.settings.tTestSamples) bootstrap areas",
                    comparison.candidateBootstrapAUC.text(decimals: 5),
                    comparison.championBootstrapAUC.text(decimals: 5), pValue(comparison.tTest.pValue),
                ],
            ], caption: "The t-test calls any difference significant with enough bootstrap samples; it decides nothing."
        )
        return ReportSection(
            "Comparison with the champion",
            [
                .note(isGood ? .good : .neutral, decision),
                .figure(
                    Figure(
                        "Difference of ROC AUC, candidate minus champion", intervals,
                        explanation: "The candidate is better when both intervals lie above 0.")),
                .table(tests), .table(measures(comparison.paired)),
            ])
    }

    /// All measures of both models, with intervals of their differences.
    private static func measures(_ paired: PairedComparison) -> ReportTable {
        ReportTable(
            [
                .text("Measure"), .number("Candidate"), .number("Champion"), .number("Difference"), .number("Interval"),
                .number("p"), .text("Candidate is"),
            ],
            rows: paired.differences.map { difference in
                [
                    difference.measure.title, difference.candidate.text(decimals: 5),
                    difference.champion.text(decimals: 5), difference.difference.text(decimals: 5),
                    "\(difference.lower.text(decimals: 5)) to \(difference.upper.text(decimals: 5))",
                    pValue(difference.pValue), difference.verdict.rawValue,
                ]
            },
            caption:
                "Paired stratified bootstrap of \(ReadableNumber.count(paired.settings.samples)) samples; intervals of "
                + "\(ReadableNumber.percent(paired.settings.level)).")
    }

    private static func pValue(_ value: Double) -> String {
        if value < 1e-300 { return "< 1e-300" }
        return value < 1e-4 ? value.scientificText(decimals: 1) : value.text(decimals: 4)
    }
}
