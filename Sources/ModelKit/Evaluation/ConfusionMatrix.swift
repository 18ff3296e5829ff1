/// Rows counted by actual and predicted class; sums of weights where rows have them.
///
/// A ratio without a denominator, such as the precision of no alert at all, is 0.
public struct ConfusionMatrix: Sendable, Hashable, Codable {
    /// Frauds that raise an alert.
    public let truePositives: Double
    /// Genuine rows that raise one.
    public let falsePositives: Double
    /// Genuine rows without an alert.
    public let trueNegatives: Double
    /// Missed frauds.
    public let falseNegatives: Double

    /// A matrix of these four counts.
    public init(truePositives: Double, falsePositives: Double, trueNegatives: Double, falseNegatives: Double) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
        self.falseNegatives = falseNegatives
    }

    /// The share of alerts that are frauds.
    public var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }

    /// The share of frauds that raise an alert; also called sensitivity or true positive rate.
    public var recall: Double { Self.ratio(truePositives, truePositives + falseNegatives) }

    /// The share of genuine rows without an alert; also called true negative rate.
    public var specificity: Double { Self.ratio(trueNegatives, trueNegatives + falsePositives) }

    /// The share of genuine rows that raise an alert.
    public var falsePositiveRate: Double { Self.ratio(falsePositives, trueNegatives + falsePositives) }

    /// The harmonic mean of precision and recall.
    public var f1: Double { Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    /// The share of rows classified correctly.
    public var accuracy: Double {
        Self.ratio(truePositives + trueNegatives, truePositives + falsePositives + trueNegatives + falseNegatives)
    }

    /// The mean of recall and specificity.
    public var balancedAccuracy: Double { (recall + specificity) / 2 }

    /// The correlation of truth and prediction (Matthews 1975), -1 to 1.
    public var matthewsCorrelation: Double {
        let factors = [
            truePositives + falsePositives, truePositives + falseNegatives, trueNegatives + falsePositives,
            trueNegatives + falseNegatives,
        ]
        // Roots before the product, which can exceed the range of exact counts.
        let scale = factors.reduce(1) { $0 * $1.squareRoot() }
        return Self.ratio(truePositives * trueNegatives - falsePositives * falseNegatives, scale)
    }

    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator == 0 ? 0 : numerator / denominator
    }
}
