public import ModelKit

/// What can be said of a model on test rows of one class, where ranking is undefined.
public struct OneClassQuality: Sendable {
    /// Mean logarithmic loss, in nats.
    public let logLoss: Double
    /// Mean squared difference of probability and label.
    public let brierScore: Double
    /// Counts at the threshold.
    public let confusion: ConfusionMatrix
    /// Whether all rows are frauds; else none is.
    public let areFrauds: Bool

    init(probabilities: [Double], labels: [UInt8], threshold: Double, threads: Int) throws {
        logLoss = try Metrics.logLoss(probabilities: probabilities, labels: labels, threads: threads)
        brierScore = try Metrics.brierScore(probabilities: probabilities, labels: labels, threads: threads)
        confusion = try Metrics.confusion(scores: probabilities, labels: labels, threshold: threshold)
        areFrauds = labels.first == 1
    }

    /// The metrics under the names that tracking gets.
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

    /// The names of metrics that rows of one class do not define.
    var undefinedMetrics: [String] {
        areFrauds ? ["test_roc_auc"] : ["test_roc_auc", "test_average_precision", "test_recall", "test_f1"]
    }
}
