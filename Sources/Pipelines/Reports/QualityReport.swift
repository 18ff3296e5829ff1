public import ModelKit
import ReportKit

/// One model's quality on test rows as an HTML page with plots: ROC curve, precision and recall, confusion at the threshold; with
/// details, also calibration, intervals, costs and slices.
public struct QualityReport: Sendable {
    private let title: String
    private let evaluation: EvaluationSummary
    private let details: QualityDetails?

    /// A report of an evaluation and its details, such as ``TrainingResult/evaluation`` and ``TrainingResult/details``.
    public init(_ evaluation: EvaluationSummary, details: QualityDetails? = nil, title: String = "Model quality") {
        self.evaluation = evaluation
        self.details = details
        self.title = title
    }

    /// The page, which needs no other file.
    public func html() -> String {
        let confusion = evaluation.confusion
        let rows = Int(
            confusion.truePositives + confusion.falseNegatives + confusion.falsePositives + confusion.trueNegatives)
        let frauds = Int(confusion.truePositives + confusion.falseNegatives)
        return HTMLReport(
            title: title,
            subtitle: "\(ReadableNumber.count(rows)) test rows, \(ReadableNumber.count(frauds)) frauds among them",
            sections: [QualitySection.section("Quality", candidate: evaluation, champion: nil)]
                + (details.map(DetailSections.sections) ?? [])
        ).html()
    }
}
