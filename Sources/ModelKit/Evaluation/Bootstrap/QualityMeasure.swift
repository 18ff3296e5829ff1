/// A measure of a model that has intervals and can be compared.
public enum QualityMeasure: Sendable, Hashable, Codable {
    /// The area under the ROC curve.
    case rocAUC
    /// The average precision.
    case averagePrecision
    /// The share of frauds among this share of the rows, those of the highest scores: recall at an alert budget. Where
    /// rows tie at its end, the expected value over their orders.
    case recallAtAlertShare(Double)
    /// The share of alerts that are frauds, at the model's threshold; 0 without alerts.
    case precision
    /// The share of frauds that raise an alert, at the model's threshold.
    case recall
    /// The mean squared difference of probability and label.
    case brierScore
    /// The mean cost of a row at the model's threshold, in the currency of the amounts.
    case meanCost(AlertCosts)

    /// Whether a lower value is better.
    public var isBetterLower: Bool {
        switch self {
        case .brierScore, .meanCost: true
        case .rocAUC, .averagePrecision, .recallAtAlertShare, .precision, .recall: false
        }
    }

    /// The measure in words.
    public var title: String {
        switch self {
        case .rocAUC: "ROC AUC"
        case .averagePrecision: "average precision"
        case .recallAtAlertShare(let share): "recall at alerts for \(Self.percent(share)) % of rows"
        case .precision: "precision at the threshold"
        case .recall: "recall at the threshold"
        case .brierScore: "Brier score"
        case .meanCost: "mean cost of a row"
        }
    }

    private static func percent(_ share: Double) -> String {
        let hundredths = (share * 10_000).rounded() / 100
        return hundredths == hundredths.rounded() && abs(hundredths) < 1e6 ? "\(Int(hundredths))" : "\(hundredths)"
    }

    func validate(_ scores: [Double], _ rows: EvaluationRows) throws(ModelError) {
        switch self {
        case .rocAUC, .averagePrecision, .precision, .recall: break
        case .recallAtAlertShare(let share): try SettingRange.requireShare("recallAtAlertShare", share)
        case .brierScore:
            try EvaluationInput.validateProbabilities(scores, labels: rows.labels, weights: rows.weights)
        case .meanCost(let costs):
            try costs.validate()
            if costs.missedShare > 0 { _ = try rows.requireAmounts(for: "a cost by amount") }
        }
    }
}

/// The scores that a model gives some rows, and what it does with them.
public struct ModelScores: Sendable, Hashable {
    /// The score of each row.
    public let scores: [Double]
    /// The lowest score that raises an alert.
    public let threshold: Double

    /// Scores and the model's threshold.
    public init(_ scores: [Double], threshold: Double = 0.5) {
        self.scores = scores
        self.threshold = threshold
    }

    func validate(_ rows: EvaluationRows, _ measures: [QualityMeasure]) throws(ModelError) {
        guard !threshold.isNaN else { throw .invalidSetting("the threshold is not a number") }
        try EvaluationInput.validate(scores: scores, labels: rows.labels, weights: rows.weights)
        for measure in measures { try measure.validate(scores, rows) }
    }
}
