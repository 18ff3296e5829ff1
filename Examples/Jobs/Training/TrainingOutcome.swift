import DataPrep
package import ModelKit
package import Scoring

/// A trained model and what was measured on the way.
package struct TrainingOutcome: Sendable {
    /// One candidate of the grid.
    package struct Candidate: Sendable, Codable {
        package var parameters: [String: String]
        package var validationROCAUC: Double
    }

    package var model: FraudModel
    package var trainingRows: Int
    package var trainingFrauds: Int
    /// Quality on the test rows; nil without any, and where all are of one class.
    package var evaluation: EvaluationSummary?
    /// Quality on test rows of one class.
    package var oneClassQuality: OneClassQuality?
    /// Card precision at 100 a day on the test rows, where they are transactions.
    package var cardPrecisionAt100: Double?
    /// What the grid search measured, best first.
    package var candidates: [Candidate]
    /// The metric after each round on the validation rows, where there were any.
    package var history: [BoostingRound]
    package var parameters: [String: String]
    /// Wall-clock seconds by step.
    package var seconds: [String: Double]
    /// The test rows with their probabilities, for a comparison with another model.
    package var test: PreparedRows?
    package var testProbabilities: [Double]

    /// The figures under the names that tracking gets.
    package var metrics: [String: Double] {
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

    /// The names of figures that the test rows do not define, such as the ROC AUC without any fraud.
    package var undefinedMetrics: [String] { oneClassQuality?.undefinedMetrics ?? [] }
}
