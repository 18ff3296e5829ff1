import Parallelism

/// DeLong's test of two models' areas under the ROC curve on the same rows.
///
/// E. DeLong, D. DeLong, Clarke-Pearson: *Comparing the areas under two or more correlated receiver operating
/// characteristic curves*, Biometrics 44 (1988); placements are computed from ranks as by Sun and Xu, *Fast implementation
/// of DeLong's algorithm*, IEEE Signal Processing Letters 21 (2014). With keys, rows of one key may depend on each other:
/// Obuchowski, *Nonparametric analysis of clustered ROC curve data*, Biometrics 53 (1997).
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
    /// - Parameters:
    ///   - keys: who each row belongs to, such as a customer; nil: all rows are independent.
    ///   - level: the intervals' probability, such as 0.95.
    /// - Throws: ``ModelError`` as ``Metrics`` says; ``ModelError/unusableData(_:)`` for fewer than two rows, or keys with
    ///   rows, of a class; ``ModelError/invalidSetting(_:)`` for a level not between 0 and 1.
    public init(
        first: [Double], second: [Double], labels: [UInt8], keys: [Int64]? = nil, level: Double = 0.95,
        threads: Int = 1
    ) throws(ModelError) {
        try EvaluationInput.validate(scores: first, labels: labels)
        try EvaluationInput.validate(scores: second, labels: labels)
        try AUCEstimate.requireTwoOfEachClass(labels, keys)
        try AUCEstimate.validate(level: level)
        self.init(
            RankedRows(validated: first, threads: threads), RankedRows(validated: second, threads: threads), labels,
            keys, level: level)
    }

    /// Compares two models' scores on a thread of its own; the parameters are those of the variant that blocks.
    /// - Throws: ``ModelError`` as that variant; `CancellationError` if the task is cancelled.
    public init(
        first: [Double], second: [Double], labels: [UInt8], keys: [Int64]? = nil, level: Double = 0.95,
        threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "delong") { _ in
            try Self(first: first, second: second, labels: labels, keys: keys, level: level, threads: threads)
        }
    }

    /// The rankings must be of validated scores with at least two rows, or keys with rows, of each class.
    init(_ first: RankedRows, _ second: RankedRows, _ labels: [UInt8], _ keys: [Int64]?, level: Double) {
        let moments = PlacementMoments(first.placements(labels), second.placements(labels), labels, keys)
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
    /// - Parameter keys: who each row belongs to, such as a customer; nil: all rows are independent.
    /// - Throws: ``ModelError`` as ``DeLongTest`` says.
    public init(
        scores: [Double], labels: [UInt8], keys: [Int64]? = nil, level: Double = 0.95, threads: Int = 1
    ) throws(ModelError) {
        try EvaluationInput.validate(scores: scores, labels: labels)
        try Self.requireTwoOfEachClass(labels, keys)
        try Self.validate(level: level)
        let placements = RankedRows(validated: scores, threads: threads).placements(labels)
        let moments = PlacementMoments(placements, placements, labels, keys)
        self.init(value: moments.means[0], variance: moments.variances[0], level: level)
    }

    /// Estimates the area of one model on a thread of its own.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        scores: [Double], labels: [UInt8], keys: [Int64]? = nil, level: Double = 0.95, threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "delong") { _ in
            try Self(scores: scores, labels: labels, keys: keys, level: level, threads: threads)
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

    static func requireTwoOfEachClass(_ labels: [UInt8], _ keys: [Int64]? = nil) throws(ModelError) {
        let positives = labels.reduce(0) { $0 + Int($1) }
        for (label, count) in [(0, labels.count - positives), (1, positives)] where count < 2 {
            throw .unusableData(
                "\(count == 0 ? "no row has" : "only one row has") the label \(label); a variance needs two")
        }
        guard let keys else { return }
        guard keys.count == labels.count else {
            throw .shapeMismatch("\(keys.count) keys for \(labels.count) labels")
        }
        for label: UInt8 in [0, 1] {
            let rows = labels.indices.filter { labels[$0] == label }
            guard let first = rows.first, rows.contains(where: { keys[$0] != keys[first] }) else {
                throw .unusableData("only one key has rows of the label \(label); a variance needs two")
            }
        }
    }

    static func validate(level: Double) throws(ModelError) {
        guard level > 0, level < 1 else {
            throw .invalidSetting("the interval's level is \(level), not between 0 and 1")
        }
    }
}
