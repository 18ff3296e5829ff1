import Essentials
import ModelKit
import ReportKit

/// The page of `explain-scores`.
struct ExplanationReport: Sendable {
    private static let shownFeatures = 20
    private let result: ExplanationResult

    init(_ result: ExplanationResult) { self.result = result }

    func html() -> String {
        let unscored =
            result.unscored > 0 ? ", of which \(ReadableNumber.count(result.unscored)) have no score" : ""
        return HTMLReport(
            title: "What moves the scores",
            subtitle: "\(ReadableNumber.count(result.rows)) transactions of \(result.data)\(unscored)",
            sections: [
                ReportSection(
                    "Features",
                    [
                        .keyMetrics([
                            KeyMetric(
                                "Base value", ReadableNumber.decimal(result.baseValue, 4), detail: unit),
                            KeyMetric("Method", result.method.rawValue, detail: method),
                        ]), .figure(bars), .figure(swarm), .table(table),
                    ])
            ]
        ).html()
    }

    private var unit: String { result.scale == .logOdds ? "log-odds of fraud" : "probability of fraud" }

    private var method: String {
        switch result.method {
        case .treePath: "unknown features count as in training"
        case .interventional: "unknown features count as in the background"
        }
    }

    private var bars: Figure {
        Figure(
            "Mean contribution of each feature",
            BarChart(
                result.features.prefix(Self.shownFeatures).map { BarChart.Bar($0.name, $0.meanContribution) },
                valueLabel: "Mean magnitude, in \(unit)"))
    }

    private var swarm: Figure {
        let rows = result.summary.plotted
        let shown = result.features.prefix(Self.shownFeatures).compactMap { feature in
            result.summary.features.firstIndex(of: feature.name).map { (feature.name, $0) }
        }
        return Figure(
            "Contributions and values",
            SwarmPlot(
                shown.map { name, index in
                    SwarmPlot.Row(
                        name, positions: rows.map { $0.contributions[index] },
                        ranks: Self.ranks(rows.map { $0.values[index] }))
                }, axis: ChartAxis("Contribution, in \(unit)")),
            explanation:
                "Each dot is one of \(ReadableNumber.count(rows.count)) transactions. To the right of 0 the feature "
                + "raises the score, to the left it lowers it. Colours compare the feature's values with one another.")
    }

    /// The share of values below each, ties counting one half; nil for those that are missing.
    private static func ranks(_ values: [Float]) -> [Double?] {
        let sorted = values.filter { !$0.isNaN }.sorted()
        func below(_ isBelow: (Float) -> Bool) -> Int {
            var low = 0, high = sorted.count
            while low < high {
                let middle = (low + high) / 2
                if isBelow(sorted[middle]) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return values.map { value in
            guard !value.isNaN else { return nil }
            return Double(below { $0 < value } + below { $0 <= value }) / Double(2 * sorted.count)
        }
    }

    private var table: ReportTable {
        let total = result.features.reduce(0) { $0 + $1.meanContribution }
        return ReportTable(
            [.text("Feature"), .number("Mean contribution"), .number("Share")],
            rows: result.features.map {
                [
                    $0.name, $0.meanContribution.text(decimals: 5),
                    ReadableNumber.percent(total > 0 ? $0.meanContribution / total : 0),
                ]
            })
    }
}
