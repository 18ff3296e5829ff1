import DataPrep
public import ModelKit
public import Scoring

/// A trained model and what was measured on the way.
public struct TrainingResult: Sendable {
    /// One candidate of the grid.
    public struct Candidate: Sendable, Codable {
        /// The learner's settings as text.
        public var parameters: [String: String]
        /// The area under the ROC curve on the validation rows.
        public var validationROCAUC: Double
    }

    /// Features, classifier, threshold and history, ready to be saved and to score.
    public var model: FraudModel
    /// How many rows it was trained on.
    public var trainingRows: Int
    /// How many of these are frauds.
    public var trainingFrauds: Int
    /// Quality on the test rows; nil without any, and where all are of one class.
    public var evaluation: EvaluationSummary?
    /// Calibration, intervals, costs and slices on the same rows.
    public var details: QualityDetails?
    /// Quality on test rows of one class.
    public var oneClassQuality: OneClassQuality?
    /// Card precision at 100 a day on the test rows, where they are transactions.
    public var cardPrecisionAt100: Double?
    /// What the grid search measured, best first.
    public var candidates: [Candidate]
    /// The metric after each round on the validation rows, where there were any.
    public var history: [BoostingRound]
    /// The settings as text, for tracking.
    public var parameters: [String: String]
    /// Wall-clock seconds by step.
    public var seconds: [String: Double]
    /// The test rows, for a comparison with another model.
    package var test: PreparedRows?
    /// The model's probability of fraud for each test row; empty without test rows.
    public var testProbabilities: [Double]

    /// The metrics under the names that tracking gets.
    public var metrics: [String: Double] {
        var metrics: [String: Double] = [:]
        if let evaluation {
            metrics["test_roc_auc"] = evaluation.rocAUC
            metrics["test_average_precision"] = evaluation.averagePrecision
            metrics["test_log_loss"] = evaluation.logLoss
            metrics["test_brier_score"] = evaluation.brierScore
            metrics["test_precision"] = evaluation.confusion.precision
            metrics["test_recall"] = evaluation.confusion.recall
            metrics["test_f1"] = evaluation.confusion.f1
        }
        if let oneClassQuality { metrics.merge(oneClassQuality.metrics) { _, new in new } }
        if let cardPrecisionAt100 { metrics["test_card_precision_at_100"] = cardPrecisionAt100 }
        if let best = candidates.first { metrics["val_roc_auc"] = best.validationROCAUC }
        return metrics
    }

    /// The names of metrics that the test rows do not define, such as the ROC AUC without any fraud.
    public var undefinedMetrics: [String] { oneClassQuality?.undefinedMetrics ?? [] }
}
