/// The number of alerts that a team can investigate in a day.
public struct AlertBudget: Sendable, Hashable, Codable {
    /// Alerts a day, on average.
    public let alertsPerDay: Double

    /// - Throws: ``ModelError/invalidSetting(_:)`` for a number that is not finite and above 0.
    public init(alertsPerDay: Double) throws(ModelError) {
        try SettingRange.requirePositive("alertsPerDay", alertsPerDay)
        self.alertsPerDay = alertsPerDay
    }

    /// The lowest threshold at which the rows raise no more alerts than the budget of their days, from the first to the last;
    /// choose it on past days and use it on later ones.
    /// - Parameter rows: with days. A row of weight 2 raises two alerts.
    /// - Returns: one of the scores; nil if even the highest score has more rows than the budget allows.
    /// - Throws: ``ModelError`` as ``Metrics`` says, though rows may be of one class; ``ModelError/invalidSetting(_:)`` without
    ///   days.
    public func threshold(scores: [Double], rows: EvaluationRows, threads: Int = 1) throws(ModelError) -> Double? {
        try EvaluationInput.validate(scores: scores, labels: rows.labels, weights: rows.weights)
        let days = try rows.requireDays(for: "an alert budget")
        let dayCount = Double(days.max() ?? 0) - Double(days.min() ?? 0) + 1
        let ranked = RankedScores(
            validated: scores, labels: rows.labels, weights: rows.weights, threads: threads)
        var threshold: Double?
        ranked.forEachStep { step in
            if step.truePositives + step.falsePositives <= alertsPerDay * dayCount { threshold = step.score }
        }
        return threshold
    }
}
