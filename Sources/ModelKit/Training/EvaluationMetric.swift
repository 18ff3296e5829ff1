/// The metric that a model is evaluated by during training.
public enum EvaluationMetric: String, Sendable, Hashable, Codable, CaseIterable {
    /// Mean log loss; less is better.
    case logLoss
    /// Area under the ROC curve.
    case rocAUC
    /// Average precision, the area under the precision-recall curve.
    case averagePrecision

    func isBetter(_ value: Double, than other: Double) -> Bool { self == .logLoss ? value < other : value > other }

    func value(
        probabilities: [Double], labels: [UInt8], weights: [Float]?, threads: Int
    ) throws(ModelError) -> Double {
        switch self {
        case .logLoss:
            try Metrics.logLoss(probabilities: probabilities, labels: labels, weights: weights, threads: threads)
        case .rocAUC:
            try Metrics.rocAUC(scores: probabilities, labels: labels, weights: weights, threads: threads)
        case .averagePrecision:
            try Metrics.averagePrecision(scores: probabilities, labels: labels, weights: weights, threads: threads)
        }
    }
}
