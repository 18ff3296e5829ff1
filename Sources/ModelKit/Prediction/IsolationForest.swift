import Essentials
import Parallelism

/// Scores how unusual rows are; trained by ``IsolationForestTrainer`` without labels.
///
/// What stands for a probability is the paper's anomaly score, `2^(-E[h] / c)`, where `h` is the length of a row's path to a leaf and
/// `c` the average one in a search tree: near 1 for anomalies, about 0.5 or less for normal rows. It ranks rows; where some labels
/// are known, ``CalibratedClassifier`` makes it a probability of fraud.
public struct IsolationForest: BinaryClassifier, Hashable {
    /// Leaves hold path lengths as shares of the longest; the ensemble's result is their mean.
    let paths: TreeEnsemble
    /// Rows that each tree was grown on.
    public let rowsPerTree: Int

    init(featureNames: [String], trees: [DecisionTree], rowsPerTree: Int) throws(ModelError) {
        try self.init(
            paths: TreeEnsemble(featureNames: featureNames, trees: trees, combination: .mean, link: .identity),
            rowsPerTree: rowsPerTree)
    }

    /// - Throws: ``ModelError/malformedModel(_:)`` for trees that are not of an isolation forest, or fewer than two rows.
    init(paths: TreeEnsemble, rowsPerTree: Int) throws(ModelError) {
        guard paths.combination == .mean, paths.link == .identity, rowsPerTree >= 2, rowsPerTree <= Int(Int32.max)
        else { throw .malformedModel("the trees, of \(rowsPerTree) rows each, are not those of an isolation forest") }
        self.paths = paths
        self.rowsPerTree = rowsPerTree
        exponent = Self.longestPath(rowsPerTree) / Self.averagePath(rowsPerTree)
    }

    /// The longest path in average ones.
    private let exponent: Double

    /// The features, in the order in which rows hold them.
    public var featureNames: [String] { paths.featureNames }
    /// The share of splits on each feature.
    public var featureImportance: [Double] { paths.featureImportance }

    /// The anomaly score of each row.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try paths.probabilities(features, threads: threads).map(score)
    }

    /// The anomaly score of one row.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double { score(paths.probability(row: row)) }

    private func score(_ path: Double) -> Double { exp2(-path * exponent) }

    /// The average path of an unsuccessful search in a binary tree of `count` rows.
    static func averagePath(_ count: Int) -> Double {
        guard count > 2 else { return count == 2 ? 1 : 0 }
        let eulerGamma = 0.577_215_664_901_532_9
        return 2 * (log(Double(count - 1)) + eulerGamma) - 2 * Double(count - 1) / Double(count)
    }

    /// The depth at which trees end: that of a balanced tree.
    static func depthLimit(_ rowsPerTree: Int) -> Int {
        Int.bitWidth - (max(1, rowsPerTree) - 1).leadingZeroBitCount
    }

    /// A bound of every path.
    static func longestPath(_ rowsPerTree: Int) -> Double {
        Double(depthLimit(rowsPerTree)) + averagePath(rowsPerTree)
    }
}
