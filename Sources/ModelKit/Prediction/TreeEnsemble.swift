import Essentials
import Parallelism

/// Boosted trees or a random forest: a sum or mean of decision trees.
///
/// A row goes to the left at a node when `value <= threshold`, and to the node's default side when the value is NaN.
/// Models trained by this library compare in 32-bit floating point; those of LightGBM in 64 bits, for values given in
/// 64 bits. A row's probability is bit for bit the same whether it is predicted alone or among others.
public struct TreeEnsemble: BinaryClassifier, Hashable {
    /// How the trees' values are combined.
    package enum Combination: Sendable, Hashable {
        case sum
        case mean
    }

    /// The meaning of the combined value.
    package enum Link: Sendable, Hashable {
        /// Log-odds.
        case logistic
        /// A probability.
        case identity
    }

    /// The features, in the order in which rows hold them.
    public let featureNames: [String]
    /// Each feature's share of the gain of all splits, in `featureNames`' order.
    public let featureImportance: [Double]
    package let trees: [DecisionTree]
    package let combination: Combination
    package let link: Link
    private let tables: PredictionTables
    /// Nil where all thresholds are 32-bit.
    private let wide: WideThresholds?

    /// - Throws: ``ModelError/malformedModel(_:)`` for an invalid tree: a child outside the tree, a node or leaf with
    ///   more or less than one parent, a feature that is not there, a value that is not finite, too many thresholds to
    ///   distinguish.
    package init(
        featureNames: [String], trees: [DecisionTree], combination: Combination, link: Link
    ) throws(ModelError) {
        for (index, tree) in trees.enumerated() {
            if let flaw = tree.flaw(featureCount: featureNames.count) {
                throw .malformedModel("tree \(index): \(flaw)")
            }
        }
        self.featureNames = featureNames
        self.trees = trees
        self.combination = combination
        self.link = link
        featureImportance = Self.importance(trees, featureCount: featureNames.count)
        wide = try WideThresholds(trees, featureNames: featureNames)
        tables = PredictionTables(wide?.coded(trees) ?? trees, featureCount: featureNames.count)
    }

    /// The number of trees.
    public var treeCount: Int { trees.count }

    /// The probability of each row, on at most `threads` threads. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try requireFeatures(features)
        var sums = tables.sums(wide?.coded(features, threads: threads) ?? features, threads: threads)
        for index in sums.indices { sums[index] = probability(ofSum: sums[index]) }
        return sums
    }

    /// The probability of one row of `featureNames.count` values. Allocates nothing and takes no lock.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double {
        precondition(row.count >= featureNames.count, "a row of \(row.count) values for \(featureNames.count) features")
        guard let values = row.baseAddress else { return probability(ofSum: tables.sumWithoutFeatures) }
        guard let wide, wide.isRanked else { return probability(ofSum: tables.sum(values)) }
        return probability(of: row, wide)
    }

    /// Whether there is a threshold that 32 bits cannot hold.
    public var takesDoubles: Bool { wide != nil }

    /// The probability of one row of `featureNames.count` 64-bit values. Allocates nothing on the heap and takes no lock.
    public func probability(row: UnsafeBufferPointer<Double>) -> Double {
        precondition(row.count >= featureNames.count, "a row of \(row.count) values for \(featureNames.count) features")
        return probability(of: row, wide)
    }

    private func probability<Value: BinaryFloatingPoint>(
        of row: UnsafeBufferPointer<Value>, _ wide: WideThresholds?
    ) -> Double {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: featureNames.count) { values in
            for index in featureNames.indices {
                let value = Double(row[index])
                values.initializeElement(at: index, to: wide?.code(value, feature: index) ?? Float(value))
            }
            guard let values = values.baseAddress, !featureNames.isEmpty else {
                return probability(ofSum: tables.sumWithoutFeatures)
            }
            return probability(ofSum: tables.sum(values))
        }
    }

    /// A feature with thresholds that no 32-bit number separates, if any.
    var featureWithMergingThresholds: String? { wide?.rankedFeature.map { featureNames[$0] } }

    func probability(ofSum sum: Double) -> Double {
        let value = combination == .mean && !trees.isEmpty ? sum / Double(trees.count) : sum
        switch link {
        case .logistic: return 1 / (1 + exp(-value))
        case .identity: return min(max(value, 0), 1)
        }
    }

    /// Each feature's share of the gain of all splits.
    private static func importance(_ trees: [DecisionTree], featureCount: Int) -> [Double] {
        var gains = [Double](repeating: 0, count: featureCount)
        for tree in trees { for node in tree.nodes { gains[Int(node.feature)] += max(0, node.gain) } }
        let total = gains.reduce(0, +)
        return total > 0 ? gains.map { $0 / total } : gains
    }

    /// Whether features and trees are equal.
    public static func == (left: Self, right: Self) -> Bool {
        left.featureNames == right.featureNames && left.trees == right.trees && left.combination == right.combination
            && left.link == right.link
    }

    /// Hashes features and trees.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(featureNames)
        hasher.combine(trees)
    }
}
