/// A map from a classifier's probabilities to ones that say how often a fraud happens.
///
/// Calibrations are monotone: they keep the order of rows, apart from ties that isotonic regression makes. Fit them on rows
/// that the classifier was not trained on.
public enum Calibration: Sendable, Hashable {
    /// A logistic function of the log-odds.
    case platt(PlattCalibration)
    /// A rising curve through the data.
    case isotonic(IsotonicCalibration)
    /// A logistic function of the logarithms of the probability and of its complement.
    case beta(BetaCalibration)

    /// The kinds of calibration.
    public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
        case platt
        case isotonic
        case beta
    }

    /// Fits a calibration.
    /// - Parameters:
    ///   - probabilities: what the classifier gives some rows.
    ///   - labels: their labels.
    ///   - weights: one for each row, finite and not negative; nil: all 1.
    /// - Throws: ``ModelError/shapeMismatch(_:)``; ``ModelError/unusableData(_:)`` for scores that are not probabilities, unusable
    ///   labels or weights, no rows, and one class only.
    public init(
        _ method: Method, probabilities: [Double], labels: [UInt8], weights: [Float]? = nil
    ) throws(ModelError) {
        try EvaluationInput.validateProbabilities(probabilities, labels: labels, weights: weights)
        var totals = [0.0, 0.0]
        for row in labels.indices { totals[Int(labels[row])] += weights.map { Double($0[row]) } ?? 1 }
        guard totals[0] > 0, totals[1] > 0 else {
            throw .unusableData(
                "no row of weight has the label \(totals[1] > 0 ? 0 : 1); a calibration needs both classes")
        }
        switch method {
        case .platt:
            self = .platt(
                PlattCalibration(validated: probabilities, labels, weights, negatives: totals[0], positives: totals[1]))
        case .isotonic: self = .isotonic(IsotonicCalibration(validated: probabilities, labels, weights))
        case .beta: self = .beta(BetaCalibration(validated: probabilities, labels, weights))
        }
    }

    /// Which kind this is.
    public var method: Method {
        switch self {
        case .platt: .platt
        case .isotonic: .isotonic
        case .beta: .beta
        }
    }

    /// The calibrated probability. Allocates nothing.
    public func probability(_ probability: Double) -> Double {
        switch self {
        case .platt(let calibration): calibration.probability(probability)
        case .isotonic(let calibration): calibration.probability(probability)
        case .beta(let calibration): calibration.probability(probability)
        }
    }

    /// Probabilities away from 0 and 1, whose logarithms are finite.
    static func clipped(_ probability: Double) -> Double {
        min(max(probability, .ulpOfOne), 1 - .ulpOfOne)
    }

    /// The least probability from 0 to 1 whose calibrated probability is at least `threshold`; above 1 when there is none.
    func leastProbability(reaching threshold: Double) -> Double {
        guard probability(1) >= threshold else { return 1.0.nextUp }
        // Numbers that are not negative have the order of their bits.
        var low: UInt64 = 0, high = (1.0).bitPattern
        while low < high {
            let middle = low + (high - low) / 2
            if probability(Double(bitPattern: middle)) >= threshold { high = middle } else { low = middle + 1 }
        }
        return Double(bitPattern: low)
    }
}

extension Calibration: Codable {
    private enum CodingKeys: String, CodingKey {
        case method, parameters
    }

    /// Reads a calibration and checks its parameters.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Method.self, forKey: .method) {
        case .platt: self = .platt(try container.decode(PlattCalibration.self, forKey: .parameters))
        case .isotonic: self = .isotonic(try container.decode(IsotonicCalibration.self, forKey: .parameters))
        case .beta: self = .beta(try container.decode(BetaCalibration.self, forKey: .parameters))
        }
    }

    /// Writes method and parameters.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method, forKey: .method)
        switch self {
        case .platt(let calibration): try container.encode(calibration, forKey: .parameters)
        case .isotonic(let calibration): try container.encode(calibration, forKey: .parameters)
        case .beta(let calibration): try container.encode(calibration, forKey: .parameters)
        }
    }
}
