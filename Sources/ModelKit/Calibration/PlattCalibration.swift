import Essentials

/// Platt's scaling (Platt 1999, *Probabilistic outputs for support vector machines*): a logistic function of the
/// classifier's log-odds, fitted to targets of (n1 + 1) / (n1 + 2) for frauds and 1 / (n0 + 2) for genuine rows, so that it
/// stays finite for classes that the classifier separates.
///
/// Probabilities are held 2^-52 away from 0 and 1.
public struct PlattCalibration: Sendable, Hashable, Codable {
    /// The factor of the log-odds, at least 0.
    public let slope: Double
    /// The calibrated log-odds of a probability of one half.
    public let intercept: Double

    /// A calibration of known parameters.
    /// - Throws: ``ModelError/malformedModel(_:)`` for a slope that is negative, and for numbers that are not finite.
    public init(slope: Double, intercept: Double) throws(ModelError) {
        guard slope >= 0, slope.isFinite, intercept.isFinite else {
            throw .malformedModel("Platt's scaling has the slope \(slope) and the intercept \(intercept)")
        }
        self.slope = slope
        self.intercept = intercept
    }

    /// Reads and checks parameters.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            slope: container.decode(Double.self, forKey: .slope),
            intercept: container.decode(Double.self, forKey: .intercept))
    }

    init(
        validated probabilities: [Double], _ labels: [UInt8], _ weights: [Float]?, negatives: Double, positives: Double
    ) {
        let targets = SIMD2(1 / (negatives + 2), (positives + 1) / (positives + 2))
        let fit = LogisticCurve(
            columns: [probabilities.map(Self.logOdds)], targets: labels.map { targets[Int($0)] }, weights: weights)
        // A classifier that ranks frauds last tells nothing that a rising curve can use.
        let usable = fit.slopes[0] >= 0 ? fit : LogisticCurve(columns: [], targets: fit.targets, weights: weights)
        slope = usable.slopes.first ?? 0
        intercept = usable.intercept
    }

    func probability(_ probability: Double) -> Double {
        LogisticRegression.logistic(slope * Self.logOdds(probability) + intercept)
    }

    private static func logOdds(_ probability: Double) -> Double {
        let clipped = Calibration.clipped(probability)
        return log(clipped) - log(1 - clipped)
    }
}
