public import ModelKit
import ReportKit

/// One model's quality on test rows as an HTML page with plots: ROC curve, precision and recall, confusion at the threshold.
public struct QualityReport: Sendable {
    private let title: String
    private let evaluation: EvaluationSummary

    /// A report of an evaluation, such as ``TrainingResult/evaluation``.
    public init(_ evaluation: EvaluationSummary, title: String = "Model quality") {
        self.evaluation = evaluation
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
        ).html()
    }
}
