/// The share of frauds against predicted probabilities, in bins; also called a reliability diagram.
///
/// Bins are scikit-learn's `calibration_curve`: each holds the probabilities above its lower and up to its upper end, the
/// first those of its lower end, too; bins without rows are left out.
public struct CalibrationCurve: Sendable, Hashable, Codable {
    /// How the ends of bins are chosen.
    public enum Binning: String, Sendable, Hashable, Codable {
        /// Bins of equal width from 0 to 1.
        case uniform
        /// Bins of about equally many rows. Fits frauds, whose probabilities are nearly all close to 0.
        case quantile
    }

    /// The rows whose probabilities lie in one bin.
    public struct Bin: Sendable, Hashable, Codable {
        /// Their number.
        public let rowCount: Int
        /// The sum of their weights.
        public let weight: Double
        /// The mean of their probabilities.
        public let meanProbability: Double
        /// The share of frauds among them.
        public let fraudShare: Double
    }

    /// Bins with rows whose weight is above 0, by ascending probability.
    public let bins: [Bin]
    /// The weighted mean of the bins' absolute differences of mean probability and share of frauds (Naeini, Cooper and
    /// Hauskrecht 2015, *Obtaining well calibrated probabilities using Bayesian binning*).
    public let expectedError: Double
    /// The largest of those differences.
    public let maximumError: Double
    /// The Brier score by its parts, with these bins.
    public let brier: BrierDecomposition

    /// Computes the curve.
    /// - Parameters:
    ///   - binCount: bins at most, at least 1.
    ///   - binning: how their ends are chosen; `quantile` ignores weights.
    /// - Throws: ``ModelError/shapeMismatch(_:)``; ``ModelError/unusableData(_:)`` for no rows, scores that are not
    ///   probabilities, and unusable labels or weights; ``ModelError/invalidSetting(_:)`` for fewer than one bin.
    public init(
        probabilities: [Double], labels: [UInt8], weights: [Float]? = nil, binCount: Int = 10,
        binning: Binning = .quantile
    ) throws(ModelError) {
        try SettingRange.require("binCount", binCount, atLeast: 1, atMost: 1 << 20)
        try EvaluationInput.validateProbabilities(probabilities, labels: labels, weights: weights)
        var ends = (1..<binCount).map { Double($0) / Double(binCount) }
        if binning == .quantile {
            let ascending = probabilities.sorted()
            ends = ends.map { Quantile.linear(ascending, $0) }
        }
        // Sums of rows, weights, probabilities and labels.
        var sums = [SIMD4<Double>](repeating: .zero, count: binCount)
        var squares = 0.0
        for row in probabilities.indices {
            let probability = probabilities[row], label = Double(labels[row])
            let weight = weights.map { Double($0[row]) } ?? 1
            sums[Quantile.count(of: ends, below: probability)] += SIMD4(
                1, weight, weight * probability, weight * label)
            squares += weight * (probability - label) * (probability - label)
        }
        bins = sums.filter { $0[1] > 0 }.map { sum in
            Bin(
                rowCount: Int(sum[0]), weight: sum[1], meanProbability: sum[2] / sum[1], fraudShare: sum[3] / sum[1])
        }
        let total = bins.reduce(0) { $0 + $1.weight }
        let gaps = bins.map { abs($0.meanProbability - $0.fraudShare) }
        expectedError = zip(bins, gaps).reduce(0) { $0 + $1.0.weight * $1.1 } / total
        maximumError = gaps.max() ?? 0
        brier = BrierDecomposition(bins, score: squares / total)
    }
}
