import Essentials

/// Beta calibration (Kull, Silva Filho, Flach 2017, *Beta calibration: a well-founded and easily implemented improvement on
/// logistic calibration for binary classifiers*): the log-odds `a ln p - b ln(1 - p) + c`, with `a` and `b` at least 0.
///
/// It holds the identity, `a = b = 1` and `c = 0`, unlike Platt's scaling of probabilities. Where the best `a` or `b` is
/// negative, it is 0 and the others are fitted again. Probabilities are held 2^-52 away from 0 and 1.
public struct BetaCalibration: Sendable, Hashable, Codable {
    /// The factor of ln p.
    public let a: Double
    /// The factor of -ln(1 - p).
    public let b: Double
    /// The constant.
    public let c: Double

    /// A calibration of known parameters.
    /// - Throws: ``ModelError/malformedModel(_:)`` for a factor that is negative, and for numbers that are not finite.
    public init(a: Double, b: Double, c: Double) throws(ModelError) {
        guard a >= 0, b >= 0, a.isFinite, b.isFinite, c.isFinite else {
            throw .malformedModel("beta calibration has the parameters \(a), \(b) and \(c)")
        }
        self.a = a
        self.b = b
        self.c = c
    }

    /// Reads and checks parameters.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            a: container.decode(Double.self, forKey: .a), b: container.decode(Double.self, forKey: .b),
            c: container.decode(Double.self, forKey: .c))
    }

    init(validated probabilities: [Double], _ labels: [UInt8], _ weights: [Float]?) {
        let targets = labels.map(Double.init)
        let columns = [
            probabilities.map { log(Calibration.clipped($0)) }, probabilities.map { -log(1 - Calibration.clipped($0)) },
        ]
        var used = [0, 1]
        var fit = LogisticCurve(columns: columns, targets: targets, weights: weights)
        while let negative = fit.slopes.firstIndex(where: { $0 < 0 }) {
            used.remove(at: negative)
            fit = LogisticCurve(columns: used.map { columns[$0] }, targets: targets, weights: weights)
        }
        var factors = [0.0, 0.0]
        for (slope, column) in zip(fit.slopes, used) { factors[column] = slope }
        (a, b, c) = (factors[0], factors[1], fit.intercept)
    }

    func probability(_ probability: Double) -> Double {
        let clipped = Calibration.clipped(probability)
        return LogisticRegression.logistic(a * log(clipped) - b * log(1 - clipped) + c)
    }
}
