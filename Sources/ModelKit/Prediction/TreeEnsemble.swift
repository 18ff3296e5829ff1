import Essentials
import Parallelism

/// Boosted trees or a random forest: a sum or mean of decision trees.
///
/// A row goes to the left at a node when `value <= threshold`, at a categorical one when the value's code is in the
/// node's set, and to the node's default side when the value is NaN. Categories that training has not seen are in no
/// set. Models trained by this library compare in 32-bit floating point; those of LightGBM in 64 bits, for values given
/// in 64 bits; those of XGBoost compare and add in 32 bits. A row's probability is bit for bit the same whether it is
/// predicted alone or among others.
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

    /// What the trees compare and add.
    package enum Arithmetic: Sendable, Hashable {
        /// Sums are 64-bit. A category is a value cut to a whole number, so that -0.5 is category 0: LightGBM.
        case double
        /// Leaf values, sums and probabilities are 32-bit, and so is the log-odds' logistic function. No value below 0
        /// is a category: XGBoost.
        case single

        /// Values above this, cut to whole numbers, are categories.
        var categoriesAbove: Float { self == .double ? -1 : -.leastNonzeroMagnitude }
    }

    /// The features, in the order in which rows hold them.
    public let featureNames: [String]
    /// Each feature's share of the gain of all splits, in `featureNames`' order.
    public let featureImportance: [Double]
    package let trees: [DecisionTree]
    package let combination: Combination
    package let link: Link
    package let arithmetic: Arithmetic
    private let tables: PredictionTables
    /// Nil where rows are compared as they are, in 32 bits.
    private let coding: ValueCoding?

    /// - Throws: ``ModelError/malformedModel(_:)`` for an invalid tree: a child outside the tree, a node or leaf with
    ///   more or less than one parent, a feature or category set that is not there, a value that is not finite, too many
    ///   thresholds to distinguish, too many categories.
    package init(
        featureNames: [String], trees: [DecisionTree], combination: Combination, link: Link,
        arithmetic: Arithmetic = .double
    ) throws(ModelError) {
        for (index, tree) in trees.enumerated() {
            if let flaw = tree.flaw(featureCount: featureNames.count) {
                throw .malformedModel("tree \(index): \(flaw)")
            }
        }
        let words = trees.reduce(0) { $1.categorySets.reduce($0) { $0 + $1.words.count } }
        guard words <= CategorySet.mostWords else {
            throw .malformedModel(
                "the sets of categories take \(words * 4) bytes, more than \(CategorySet.mostWords * 4)")
        }
        self.featureNames = featureNames
        self.trees = trees
        self.combination = combination
        self.link = link
        self.arithmetic = arithmetic
        featureImportance = Self.importance(trees, featureCount: featureNames.count)
        coding = arithmetic == .double ? try ValueCoding(trees, featureNames: featureNames) : nil
        tables = PredictionTables(coding?.coded(trees) ?? trees, arithmetic: arithmetic)
    }

    /// The number of trees.
    public var treeCount: Int { trees.count }

    /// The probability of each row, on at most `threads` threads. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        var sums = try sums(features, threads: threads)
        for index in sums.indices { sums[index] = probability(ofSum: sums[index]) }
        return sums
    }

    /// The sum of each row's leaf values: log-odds, where trees are summed.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    package func sums(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try requireFeatures(features)
        return tables.sums(compared(features, threads: threads), threads: threads)
    }

    /// The probability of one row of `featureNames.count` values. Allocates nothing and takes no lock.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double {
        precondition(row.count >= featureNames.count, "a row of \(row.count) values for \(featureNames.count) features")
        guard let values = row.baseAddress else { return probability(ofSum: tables.sumWithoutFeatures) }
        guard let coding, coding.changesFloats else { return probability(ofSum: tables.sum(values)) }
        return probability(of: row, coding)
    }

    /// Whether there is a threshold that 32 bits cannot hold, or, in a model that compares in 64 bits, a test of
    /// categories or of zeros.
    public var takesDoubles: Bool { coding != nil }

    /// The probability of one row of `featureNames.count` 64-bit values. Allocates nothing on the heap and takes no lock.
    public func probability(row: UnsafeBufferPointer<Double>) -> Double {
        precondition(row.count >= featureNames.count, "a row of \(row.count) values for \(featureNames.count) features")
        return probability(of: row, coding)
    }

    private func probability<Value: BinaryFloatingPoint>(
        of row: UnsafeBufferPointer<Value>, _ coding: ValueCoding?
    ) -> Double {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: coding?.columns.count ?? featureNames.count) { values in
            if let coding {
                for index in coding.columns.indices {
                    let value = Double(row[coding.columns[index].feature])
                    values.initializeElement(at: index, to: coding.code(value, column: index))
                }
            } else {
                for index in featureNames.indices { values.initializeElement(at: index, to: Float(row[index])) }
            }
            guard let values = values.baseAddress, !featureNames.isEmpty else {
                return probability(ofSum: tables.sumWithoutFeatures)
            }
            return probability(ofSum: tables.sum(values))
        }
    }

    /// A feature with thresholds that no 32-bit number separates, if any.
    var featureWithMergingThresholds: String? { coding?.rankedFeature.map { featureNames[$0] } }

    /// The trees as they compare 32-bit values of ``compared(_:threads:)``: their features are its columns.
    var comparedTrees: [DecisionTree] { coding?.coded(trees) ?? trees }

    /// The rows in the 32-bit form that ``comparedTrees`` compare.
    func compared(_ features: FeatureMatrix, threads: Int) -> FeatureMatrix {
        coding?.coded(features, threads: threads) ?? features
    }

    package func probability(ofSum sum: Double) -> Double {
        if arithmetic == .single, link == .logistic, combination == .sum {
            return Double(Self.singleLogistic(Float(sum)))
        }
        let value = combination == .mean && !trees.isEmpty ? sum / Double(trees.count) : sum
        switch link {
        case .logistic: return 1 / (1 + exp(-value))
        case .identity: return min(max(value, 0), 1)
        }
    }

    /// The factor of each tree's values in the combined one.
    var valueScale: Double { combination == .mean && !trees.isEmpty ? 1 / Double(trees.count) : 1 }

    /// XGBoost's `Sigmoid` (`src/common/math.h`): in 32 bits, with an exponent that cannot overflow.
    private static func singleLogistic(_ logOdds: Float) -> Float {
        1 / (exp(min(-logOdds, 88.7)) + 1)
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
            && left.link == right.link && left.arithmetic == right.arithmetic
    }

    /// Hashes features and trees.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(featureNames)
        hasher.combine(trees)
    }
}
