import Essentials
import ModelKit

extension ExplanationJob.Result {
    private static let shownFeatures = 15

    /// The result for people.
    package var text: String {
        let unit = scale == .logOdds ? "log-odds" : "probability"
        var lines: [String] = []
        if let output { lines.append("output      \(output)") }
        if let report { lines.append("report      \(report)") }
        lines += [
            "rows        \(rows), \(unscored) without a score",
            "method      \(method.rawValue)",
            "base value  \(baseValue.text(decimals: 4)) (\(unit))",
            "history     \(history.text)",
            "seconds     \(seconds.text(decimals: 2)) (\((Double(rows) / seconds).text(decimals: 0)) rows a second)",
            "mean contribution of each feature (\(unit)):",
        ]
        lines += features.prefix(Self.shownFeatures).map {
            "  \($0.meanContribution.text(decimals: 5))  \($0.name)"
        }
        if features.count > Self.shownFeatures {
            lines.append("  and \(features.count - Self.shownFeatures) more features")
        }
        return lines.joined(separator: "\n")
    }
}
