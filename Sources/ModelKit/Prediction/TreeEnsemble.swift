import Foundation
import Parallelism

/// Boosted trees or a random forest: a sum or mean of decision trees.
///
/// A row goes to the left at a node when `value <= threshold`, in 32-bit floating point, and to the node's default side when
/// the value is NaN. A row's probability is bit for bit the same whether it is predicted alone or among others.
public struct TreeEnsemble: BinaryClassifier, Hashable {
    /// How the trees' values make one.
    package enum Combination: Sendable, Hashable {
        case sum
        case mean
    }

    /// What the combined value is.
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

    /// - Throws: ``ModelError/malformedModel(_:)`` for a tree that is not one: a child outside the tree, a node or leaf with more or
    ///   less than one parent, a feature that is not there, a value that is not finite.
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
        tables = PredictionTables(trees, featureCount: featureNames.count)
    }

    /// The number of trees.
    public var treeCount: Int { trees.count }

    /// The probability of each row, on at most `threads` threads. Blocks the calling thread.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try requireFeatures(features)
        var sums = tables.sums(features, threads: threads)
        for index in sums.indices { sums[index] = probability(ofSum: sums[index]) }
        return sums
    }

    /// The probability of one row of `featureNames.count` values. Allocates nothing and takes no lock.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double {
        precondition(row.count >= featureNames.count, "a row of \(row.count) values for \(featureNames.count) features")
        guard let values = row.baseAddress else { return probability(ofSum: tables.sumWithoutFeatures) }
        return probability(ofSum: tables.sum(values))
    }

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
