package import ModelKit

/// What can be said of a model on test rows of one class, where ranking is undefined.
package struct OneClassQuality: Sendable {
    package let logLoss: Double
    package let brierScore: Double
    package let confusion: ConfusionMatrix
    /// Whether all rows are frauds; else none is.
    package let areFrauds: Bool

    init(probabilities: [Double], labels: [UInt8], threshold: Double, threads: Int) throws {
        logLoss = try Metrics.logLoss(probabilities: probabilities, labels: labels, threads: threads)
        brierScore = try Metrics.brierScore(probabilities: probabilities, labels: labels, threads: threads)
        confusion = try Metrics.confusion(scores: probabilities, labels: labels, threshold: threshold)
        areFrauds = labels.first == 1
    }

    /// The figures under the names that tracking gets.
    var metrics: [String: Double] {
        var metrics = [
            "test_log_loss": logLoss, "test_brier_score": brierScore, "test_precision": confusion.precision,
        ]
        if areFrauds {
            metrics["test_average_precision"] = 1
            metrics["test_recall"] = confusion.recall
            metrics["test_f1"] = confusion.f1
        }
        return metrics
    }

    /// The names of figures that rows of one class do not define.
    var undefinedMetrics: [String] {
        areFrauds ? ["test_roc_auc"] : ["test_roc_auc", "test_average_precision", "test_recall", "test_f1"]
    }
}
