public import ModelKit

/// The numbers of a comparison of two models, for people and programs.
public struct ComparisonSummary: Sendable, Codable {
    /// How many rows were judged.
    public var rows: Int
    /// How many of these are frauds.
    public var frauds: Int
    /// Rows are judged that are later than this, until when the models were trained; nil where all rows are.
    public var laterThan: String?
    /// Earlier rows, which were left out.
    public var trainingRowsLeftOut: Int
    /// Whether rows were judged that a model was trained on, or may have been.
    public var mayIncludeTrainingRows: Bool
    /// What that means for the metrics; nil where all rows are new to both models.
    public var warning: String?
    /// The candidate's area under the ROC curve.
    public var candidateROCAUC: Double
    /// The candidate's mean area over the bootstrap samples of the t-test.
    public var candidateBootstrapROCAUC: Double
    /// The champion's area under the ROC curve.
    public var championROCAUC: Double
    /// The candidate's average precision.
    public var candidateAveragePrecision: Double
    /// The champion's average precision.
    public var championAveragePrecision: Double
    /// Candidate minus champion, by DeLong.
    public var difference: Double
    /// The interval of the difference by DeLong: lower and upper end.
    public var deLongInterval: [Double]
    /// The p-value of DeLong's test.
    public var deLongPValue: Double
    /// The interval of the difference by paired stratified bootstrap: lower and upper end.
    public var bootstrapInterval: [Double]
    /// The p-value of the two-sample t-test over bootstrap areas, which decides nothing.
    public var tTestPValue: Double
    /// How the candidate does.
    public var verdict: ModelComparison.Verdict
    /// Where the HTML report was written; nil for nowhere.
    public var report: String?
}

extension ModelComparison.Verdict {
    /// How the candidate is, to be followed by the champion's name: `better than`.
    public var text: String { self == .undecided ? "not distinguishable from" : "\(rawValue) than" }
}
