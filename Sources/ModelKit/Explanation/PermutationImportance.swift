import Essentials
import Parallelism

/// How much worse a classifier's metric gets when one feature's values are shuffled among the rows (Breiman 2001), as in
/// scikit-learn's `permutation_importance`. For any classifier, and for rows that it was not trained on.
public struct PermutationImportance: Sendable, Hashable, Codable {
    /// One feature's importance.
    public struct Feature: Sendable, Hashable, Codable {
        /// Its name.
        public let name: String
        /// The metric's drop in each repetition; negative where shuffled values did better.
        public let drops: [Double]

        /// The mean drop.
        public var mean: Double { drops.reduce(0, +) / Double(drops.count) }

        /// The population's standard deviation of the drops, as scikit-learn's.
        public var standardDeviation: Double {
            let mean = mean
            return (drops.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(drops.count)).squareRoot()
        }
    }

    /// Computed from probabilities and labels; higher is better.
    public typealias Metric = @Sendable (_ probabilities: [Double], _ labels: [UInt8]) throws -> Double

    /// The metric of the rows as they are.
    public let baseline: Double
    /// In the order of the classifier's features.
    public let features: [Feature]

    /// Measures all features. Blocks the calling thread; in a task, use the `async` variant.
    /// - Parameters:
    ///   - repetitions: shuffles of each feature, at least 1.
    ///   - seed: what rows are shuffled by; the result depends on it, not on the number of threads.
    ///   - threads: for the classifier.
    ///   - metric: average precision by default.
    /// - Throws: ``ModelError`` for features, labels and settings that do not fit, and for a metric that is not a number; what
    ///   the metric throws.
    public init(
        _ classifier: any BinaryClassifier, _ rows: FeatureMatrix, labels: [UInt8], repetitions: Int = 5,
        seed: UInt64 = 0, threads: Int = 1, metric: Metric = Self.averagePrecision
    ) throws {
        try self.init(
            classifier, rows, labels, repetitions, seed, threads, metric, flag: CancellationFlag(), progress: nil)
    }

    /// Measures all features on a thread of its own and at most `threads - 1` others.
    /// - Parameters:
    ///   - repetitions: shuffles of each feature, at least 1.
    ///   - seed: what rows are shuffled by; the result depends on it, not on the number of threads.
    ///   - threads: for the classifier.
    ///   - metric: average precision by default.
    ///   - progress: called after each feature with the number of finished ones, in order.
    /// - Throws: as the variant that blocks; `CancellationError` if the task is cancelled, which is checked at each shuffle.
    public init(
        _ classifier: any BinaryClassifier, _ rows: FeatureMatrix, labels: [UInt8], repetitions: Int = 5,
        seed: UInt64 = 0, threads: Int = 1, metric: @escaping Metric = Self.averagePrecision,
        progress: (@Sendable (_ featuresDone: Int) -> Void)? = nil
    ) async throws {
        self = try await computeOnDedicatedThread(named: "permutation") { flag in
            try Self(
                classifier, rows, labels, repetitions, seed, threads, metric, flag: flag, progress: progress)
        }
    }

    /// The default metric.
    public static let averagePrecision: Metric = { try Metrics.averagePrecision(scores: $0, labels: $1) }

    private init(
        _ classifier: any BinaryClassifier, _ rows: FeatureMatrix, _ labels: [UInt8], _ repetitions: Int,
        _ seed: UInt64, _ threads: Int, _ metric: Metric, flag: CancellationFlag,
        progress: (@Sendable (_ featuresDone: Int) -> Void)?
    ) throws {
        try SettingRange.require("repetitions", repetitions, atLeast: 1)
        try classifier.requireFeatures(rows)
        guard rows.rowCount == labels.count else {
            throw ModelError.shapeMismatch("\(labels.count) labels for \(rows.rowCount) rows")
        }
        func value(_ rows: FeatureMatrix, _ what: String) throws -> Double {
            try flag.check()
            let value = try metric(try classifier.probabilities(rows, threads: threads), labels)
            guard value.isFinite else { throw ModelError.unusableData("the metric of \(what) is \(value)") }
            return value
        }
        let baseline = try value(rows, "the rows")
        var features: [Feature] = []
        for (index, name) in rows.names.enumerated() {
            let drops = try (0..<repetitions).map { repetition in
                let order = Self.order(rows.rowCount, RandomBits.bits(seed, UInt64(index * repetitions + repetition)))
                return baseline - (try value(rows.reordering(index, by: order), "rows with shuffled '\(name)'"))
            }
            features.append(Feature(name: name, drops: drops))
            progress?(index + 1)
        }
        self.baseline = baseline
        self.features = features
    }

    /// All rows in random order (Fisher and Yates).
    private static func order(_ count: Int, _ seed: UInt64) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            let other = RandomBits.bits(seed, UInt64(last)).multipliedFullWidth(by: UInt64(last + 1)).high
            order.swapAt(last, Int(other))
        }
        return order
    }
}
