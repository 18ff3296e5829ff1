import Essentials
import Parallelism

/// Measures of how well scores tell frauds (label 1) from genuine rows (label 0).
///
/// Definitions are scikit-learn's. Scores may be any numbers where only their order matters (infinite ones included),
/// probabilities where their values do. All functions throw ``ModelError/shapeMismatch(_:)`` when lengths differ and
/// ``ModelError/unusableData(_:)`` for a score that is not a number, a label other than 0 and 1, a negative weight, no
/// rows, or, where rows are ranked, labels of one class only. They block the calling thread and use at most `threads` threads; results do not depend on
/// the number of threads.
public enum Metrics {
    /// The probability that a fraud scores higher than a genuine row, ties counting one half.
    public static func rocAUC(
        scores: [Double], labels: [UInt8], weights: [Float]? = nil, threads: Int = 1
    ) throws(ModelError) -> Double {
        let ranked = try ranked(scores, labels, weights, threads)
        var area = AreaUnderROC()
        ranked.forEachStep { area.add($0) }
        return area.value(ranked)
    }

    /// The mean of the precision at each threshold, weighted by the gain in recall; without interpolation.
    public static func averagePrecision(
        scores: [Double], labels: [UInt8], weights: [Float]? = nil, threads: Int = 1
    ) throws(ModelError) -> Double {
        let ranked = try ranked(scores, labels, weights, threads)
        var sum = AveragePrecisionSum()
        ranked.forEachStep { sum.add($0) }
        return sum.value(ranked)
    }

    /// The mean negative log-likelihood in nats. Probabilities are held 2^-52 away from 0 and 1, so that one confident
    /// mistake does not cost infinitely much.
    public static func logLoss(
        probabilities: [Double], labels: [UInt8], weights: [Float]? = nil, threads: Int = 1
    ) throws(ModelError) -> Double {
        try EvaluationInput.validateProbabilities(probabilities, labels: labels, weights: weights)
        return validatedLogLoss(probabilities, labels, weights, threads)
    }

    /// The mean squared difference of probability and label (Brier 1950).
    public static func brierScore(
        probabilities: [Double], labels: [UInt8], weights: [Float]? = nil, threads: Int = 1
    ) throws(ModelError) -> Double {
        try EvaluationInput.validateProbabilities(probabilities, labels: labels, weights: weights)
        return validatedBrierScore(probabilities, labels, weights, threads)
    }

    /// Counts when every score of at least `threshold` raises an alert.
    public static func confusion(
        scores: [Double], labels: [UInt8], weights: [Float]? = nil, threshold: Double
    ) throws(ModelError) -> ConfusionMatrix {
        try EvaluationInput.validate(scores: scores, labels: labels, weights: weights)
        return validatedConfusion(scores, labels, weights, threshold)
    }

    /// Precision and recall among the `k` highest scores, for each `k`; weights play no part.
    ///
    /// Where rows tie at rank k, the expected value over all their orders is used, so that the order of the rows does
    /// not matter.
    /// - Throws: also ``ModelError/invalidSetting(_:)`` for a `k` below 1 or above the number of rows.
    public static func atTop(
        _ ks: [Int], scores: [Double], labels: [UInt8], threads: Int = 1
    ) throws(ModelError) -> [TopKQuality] {
        for k in ks where k < 1 || k > scores.count {
            throw .invalidSetting("k is \(k), not from 1 to the \(scores.count) rows")
        }
        let ranked = try ranked(scores, labels, nil, threads)
        let ascending = ks.sorted()
        var counts = TopKCounts(ascending)
        ranked.forEachStep { counts.add($0) }
        let byK = Dictionary(zip(ascending, counts.positives), uniquingKeysWith: { first, _ in first })
        return ks.map { k in TopKQuality(k: k, foundPositives: byK[k] ?? 0, positives: ranked.positives) }
    }

    /// The ROC curve, from (0, 0) to (1, 1).
    /// - Parameter maximumPoints: how many points to keep of a curve that may have one for each row; `nil` for all.
    public static func rocCurve(
        scores: [Double], labels: [UInt8], weights: [Float]? = nil, maximumPoints: Int? = nil, threads: Int = 1
    ) throws(ModelError) -> ROCCurve {
        let ranked = try ranked(scores, labels, weights, threads)
        var collector = CurveCollector(ranked, isThinning: maximumPoints != nil)
        ranked.forEachStep { collector.add($0) }
        return ROCCurve(collector.steps, ranked, maximumPoints: maximumPoints)
    }

    /// The precision-recall curve, from recall 0 (where precision is taken to be 1) to recall 1.
    /// - Parameter maximumPoints: how many points to keep of a curve that may have one for each row; `nil` for all.
    public static func precisionRecallCurve(
        scores: [Double], labels: [UInt8], weights: [Float]? = nil, maximumPoints: Int? = nil, threads: Int = 1
    ) throws(ModelError) -> PrecisionRecallCurve {
        let ranked = try ranked(scores, labels, weights, threads)
        var collector = CurveCollector(ranked, isThinning: maximumPoints != nil)
        ranked.forEachStep { collector.add($0) }
        return PrecisionRecallCurve(collector.steps, ranked, maximumPoints: maximumPoints)
    }
}

extension Metrics {
    private static func ranked(
        _ scores: [Double], _ labels: [UInt8], _ weights: [Float]?, _ threads: Int
    ) throws(ModelError) -> RankedScores {
        try EvaluationInput.validate(scores: scores, labels: labels, weights: weights)
        try EvaluationInput.requireBothClasses(labels, weights)
        return RankedScores(validated: scores, labels: labels, weights: weights, threads: threads)
    }

    static func validatedLogLoss(
        _ probabilities: [Double], _ labels: [UInt8], _ weights: [Float]?, _ threads: Int
    ) -> Double {
        let least = Double.ulpOfOne, most = 1 - Double.ulpOfOne
        return mean(count: labels.count, weights, threads) { index in
            let likelihood = labels[index] == 1 ? probabilities[index] : 1 - probabilities[index]
            return -log(min(max(likelihood, least), most))
        }
    }

    static func validatedBrierScore(
        _ probabilities: [Double], _ labels: [UInt8], _ weights: [Float]?, _ threads: Int
    ) -> Double {
        mean(count: labels.count, weights, threads) { index in
            let difference = probabilities[index] - Double(labels[index])
            return difference * difference
        }
    }

    static func validatedConfusion(
        _ scores: [Double], _ labels: [UInt8], _ weights: [Float]?, _ threshold: Double
    ) -> ConfusionMatrix {
        var sums = SIMD4<Double>()
        for index in scores.indices {
            let position = (scores[index] >= threshold ? 2 : 0) + Int(labels[index])
            sums[position] += weights.map { Double($0[index]) } ?? 1
        }
        return ConfusionMatrix(
            truePositives: sums[3], falsePositives: sums[2], trueNegatives: sums[0], falseNegatives: sums[1])
    }

    /// The weighted mean of a value of each row. Rows are summed in blocks of fixed size, so that rounding does not depend
    /// on the number of threads and stays small.
    @inline(__always)
    private static func mean(
        count: Int, _ weights: [Float]?, _ threads: Int, _ value: @Sendable (Int) -> Double
    ) -> Double {
        let blockSize = 1 << 14
        let blockCount = (count + blockSize - 1) / blockSize
        var sums = [SIMD2<Double>](repeating: .zero, count: blockCount)
        sums.withUnsafeMutableBufferPointer { buffer in
            // Each block writes its own element.
            nonisolated(unsafe) let sums = buffer
            parallelFor(count: blockCount, threads: threads) { block in
                var sum = SIMD2<Double>.zero
                for index in block * blockSize..<min(count, (block + 1) * blockSize) {
                    let weight = weights.map { Double($0[index]) } ?? 1
                    sum += SIMD2(weight * value(index), weight)
                }
                sums[block] = sum
            }
        }
        let total = sums.reduce(.zero, +)
        return total[0] / total[1]
    }
}
