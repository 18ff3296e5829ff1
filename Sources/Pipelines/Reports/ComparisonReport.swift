import ModelKit
import ReportKit

/// The page of `compare-models`.
struct ComparisonReport: Sendable {
    var data: String
    /// Why the figures may flatter; nil where all rows are new to both models.
    var warning: String?
    var comparison: ModelComparison
    var candidate: EvaluationSummary
    var champion: EvaluationSummary

    func html() -> String {
        HTMLReport(
            title: "Candidate against champion",
            subtitle: "\(ReadableNumber.count(comparison.rowCount)) transactions of \(data), "
                + "\(ReadableNumber.count(comparison.positiveCount)) frauds among them",
            sections: (warning.map { [ReportSection("Training rows", [.note(.bad, "Warning: \($0).")])] } ?? []) + [
                ComparisonSection.section(
                    comparison, decision: "The candidate is \(comparison.verdict.rawValue).",
                    isGood: comparison.verdict == .better),
                QualitySection.section("Quality", candidate: candidate, champion: champion),
            ]
        ).html()
    }
}
