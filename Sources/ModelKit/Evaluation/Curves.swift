/// True positive rate against false positive rate, as the threshold falls.
public struct ROCCurve: Sendable, Hashable, Codable {
    /// The rates when every score of at least `threshold` raises an alert.
    public struct Point: Sendable, Hashable, Codable {
        /// The share of genuine rows that raise an alert.
        public let falsePositiveRate: Double
        /// The share of frauds that raise one.
        public let truePositiveRate: Double
        /// `nil` where nothing raises an alert.
        public let threshold: Double?
    }

    /// From (0, 0) to (1, 1), by descending threshold.
    public let points: [Point]

    init(_ steps: [RankedScores.Step], _ ranked: RankedScores, maximumPoints: Int?) {
        var points = [Point(falsePositiveRate: 0, truePositiveRate: 0, threshold: nil)]
        points += steps.map { step in
            Point(
                falsePositiveRate: step.falsePositives / ranked.negatives,
                truePositiveRate: step.truePositives / ranked.positives, threshold: step.score)
        }
        let kept = CurveThinning.kept(
            x: points.map(\.falsePositiveRate), y: points.map(\.truePositiveRate), maximumPoints: maximumPoints)
        self.points = kept.map { points[$0] }
    }
}

/// Precision against recall, as the threshold falls.
public struct PrecisionRecallCurve: Sendable, Hashable, Codable {
    /// Precision and recall when every score of at least `threshold` raises an alert.
    public struct Point: Sendable, Hashable, Codable {
        /// The share of frauds that raise an alert.
        public let recall: Double
        /// The share of alerts that are frauds.
        public let precision: Double
        /// `nil` where nothing raises an alert.
        public let threshold: Double?
    }

    /// By descending threshold; the first has recall 0 and precision 1.
    public let points: [Point]

    init(_ steps: [RankedScores.Step], _ ranked: RankedScores, maximumPoints: Int?) {
        var points = [Point(recall: 0, precision: 1, threshold: nil)]
        for step in steps {
            let alerts = step.truePositives + step.falsePositives
            guard alerts > 0 else { continue }
            points.append(
                Point(
                    recall: step.truePositives / ranked.positives, precision: step.truePositives / alerts,
                    threshold: step.score))
        }
        let kept = CurveThinning.kept(x: points.map(\.recall), y: points.map(\.precision), maximumPoints: maximumPoints)
        self.points = kept.map { points[$0] }
    }
}
