import Parallelism

/// DeLong's test of two models' areas under the ROC curve on the same rows.
///
/// E. DeLong, D. DeLong, Clarke-Pearson: *Comparing the areas under two or more correlated receiver operating
/// characteristic curves*, Biometrics 44 (1988); placements are computed from ranks as by Sun and Xu, *Fast implementation
/// of DeLong's algorithm*, IEEE Signal Processing Letters 21 (2014).
public struct DeLongTest: Sendable, Hashable, Codable {
    /// The first model's area.
    public let first: AUCEstimate
    /// The second model's area.
    public let second: AUCEstimate
    /// The covariance of the two areas.
    public let covariance: Double
    /// First minus second.
    public let difference: Double
    /// The variance of the difference.
    public let variance: Double
    /// The difference in standard errors; `nil` where the variance is 0, as for models that rank alike.
    public let z: Double?
    /// The probability of a difference at least this large, in either direction, if the areas were equal. Where the
    /// variance is 0 it is 1 for equal areas, else 0.
    public let pValue: Double
    /// The lower end of the difference's normal interval, at the estimates' level.
    public let lower: Double
    /// The upper end of the difference's normal interval.
    public let upper: Double

    /// Compares two models' scores. Blocks the calling thread; in a task, use the `async` variant.
    /// - Parameter level: the intervals' probability, such as 0.95.
    /// - Throws: ``ModelError`` as ``Metrics`` says; ``ModelError/unusableData(_:)`` for fewer than two rows of a class;
    ///   ``ModelError/invalidSetting(_:)`` for a level not between 0 and 1.
    public init(
        first: [Double], second: [Double], labels: [UInt8], level: Double = 0.95, threads: Int = 1
    ) throws(ModelError) {
        try EvaluationInput.validate(scores: first, labels: labels)
        try EvaluationInput.validate(scores: second, labels: labels)
        try AUCEstimate.requireTwoOfEachClass(labels)
        try AUCEstimate.validate(level: level)
        self.init(
            RankedRows(validated: first, threads: threads), RankedRows(validated: second, threads: threads), labels,
            level: level)
    }

    /// Compares two models' scores on a thread of its own.
    /// - Parameter level: the intervals' probability, such as 0.95.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        first: [Double], second: [Double], labels: [UInt8], level: Double = 0.95, threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "delong") { _ in
            try Self(first: first, second: second, labels: labels, level: level, threads: threads)
        }
    }

    /// The rankings must be of validated scores with at least two rows of each class.
    init(_ first: RankedRows, _ second: RankedRows, _ labels: [UInt8], level: Double) {
        let moments = PlacementMoments(first.placements(labels), second.placements(labels), labels)
        self.first = AUCEstimate(value: moments.means[0], variance: moments.variances[0], level: level)
        self.second = AUCEstimate(value: moments.means[1], variance: moments.variances[1], level: level)
        covariance = moments.covariance
        difference = moments.means[0] - moments.means[1]
        variance = moments.differenceVariance
        if variance > 0 {
            let z = difference / variance.squareRoot()
            self.z = z
            pValue = NormalDistribution.twoSidedTail(z)
        } else {
            z = nil
            pValue = difference == 0 ? 1 : 0
        }
        let margin = NormalDistribution.quantile((1 + level) / 2) * variance.squareRoot()
        lower = difference - margin
        upper = difference + margin
    }
}

/// An area under the ROC curve with its uncertainty, by DeLong's variance and the normal distribution.
public struct AUCEstimate: Sendable, Hashable, Codable {
    /// The area.
    public let value: Double
    /// The variance of the area over samples of as many rows of each class.
    public let variance: Double
    /// The interval's probability, such as 0.95.
    public let level: Double
    /// The interval's lower end, at least 0.
    public let lower: Double
    /// The interval's upper end, at most 1.
    public let upper: Double

    /// Estimates the area of one model. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError`` as ``DeLongTest`` says.
    public init(scores: [Double], labels: [UInt8], level: Double = 0.95, threads: Int = 1) throws(ModelError) {
        try EvaluationInput.validate(scores: scores, labels: labels)
        try Self.requireTwoOfEachClass(labels)
        try Self.validate(level: level)
        let placements = RankedRows(validated: scores, threads: threads).placements(labels)
        let moments = PlacementMoments(placements, placements, labels)
        self.init(value: moments.means[0], variance: moments.variances[0], level: level)
    }

    /// Estimates the area of one model on a thread of its own.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(scores: [Double], labels: [UInt8], level: Double = 0.95, threads: Int = 1) async throws {
        self = try await computeOnDedicatedThread(named: "delong") { _ in
            try Self(scores: scores, labels: labels, level: level, threads: threads)
        }
    }

    init(value: Double, variance: Double, level: Double) {
        let margin = NormalDistribution.quantile((1 + level) / 2) * variance.squareRoot()
        self.value = value
        self.variance = variance
        self.level = level
        lower = max(0, value - margin)
        upper = min(1, value + margin)
    }

    static func requireTwoOfEachClass(_ labels: [UInt8]) throws(ModelError) {
        let positives = labels.reduce(0) { $0 + Int($1) }
        for (label, count) in [(0, labels.count - positives), (1, positives)] where count < 2 {
            throw .unusableData(
                "\(count == 0 ? "no row has" : "only one row has") the label \(label); a variance needs two")
        }
    }

    static func validate(level: Double) throws(ModelError) {
        guard level > 0, level < 1 else {
            throw .invalidSetting("the interval's level is \(level), not between 0 and 1")
        }
    }
}

/// Means, variances and covariance of two models' areas, from their placements.
private struct PlacementMoments {
    /// The two areas.
    let means: SIMD2<Double>
    let variances: SIMD2<Double>
    let covariance: Double
    /// Of first minus second, from the differences of placements, which keeps digits that the difference of two nearly
    /// equal variances loses.
    let differenceVariance: Double

    init(_ first: [Double], _ second: [Double], _ labels: [UInt8]) {
        // Columns: first, second, first minus second, by class.
        var counts = SIMD2<Double>.zero
        var sums = [SIMD4<Double>](repeating: .zero, count: 2)
        Self.forEachBlock(labels.count) { block in
            var partial = [SIMD4<Double>](repeating: .zero, count: 2)
            for row in block {
                partial[Int(labels[row])] += SIMD4(first[row], second[row], first[row] - second[row], 1)
            }
            sums[0] += partial[0]
            sums[1] += partial[1]
        }
        counts = SIMD2(sums[0][3], sums[1][3])
        let center = [sums[0] / counts[0], sums[1] / counts[1]]
        // Squares of the three columns, and the product of the first two.
        var squares = [SIMD4<Double>](repeating: .zero, count: 2)
        Self.forEachBlock(labels.count) { block in
            var partial = [SIMD4<Double>](repeating: .zero, count: 2)
            for row in block {
                let label = Int(labels[row])
                let offset = SIMD4(first[row], second[row], first[row] - second[row], 0) - center[label]
                partial[label] += SIMD4(
                    offset[0] * offset[0], offset[1] * offset[1], offset[2] * offset[2], offset[0] * offset[1])
            }
            squares[0] += partial[0]
            squares[1] += partial[1]
        }
        // Each class contributes the variance of its mean placement.
        let total =
            squares[0] / ((counts[0] - 1) * counts[0]) + squares[1] / ((counts[1] - 1) * counts[1])
        means = SIMD2(center[1][0], center[1][1])
        variances = SIMD2(total[0], total[1])
        differenceVariance = total[2]
        covariance = total[3]
    }

    /// Sums over blocks keep rounding small for millions of rows.
    private static func forEachBlock(_ count: Int, _ body: (Range<Int>) -> Void) {
        for start in stride(from: 0, to: count, by: 4096) { body(start..<min(count, start + 4096)) }
    }
}
