import Essentials
import Parallelism

/// Settings of ``IsolationForestTrainer``.
public struct IsolationForestConfiguration: Sendable, Hashable, Codable {
    /// Trees of the forest.
    public var trees = 100
    /// Rows that each tree draws without replacement; all, where there are fewer.
    public var rowsPerTree = 256
    /// The seed of all random choices.
    public var seed: UInt64 = 0
    /// Threads at most; 0: as many as there are processors. Results do not depend on it.
    public var threads = 0

    /// The defaults, which are the paper's.
    public init() {}

    /// - Throws: ``ModelError/invalidSetting(_:)`` for the first setting out of its range.
    public func validate() throws(ModelError) {
        try SettingRange.require("trees", trees, atLeast: 1)
        try SettingRange.require("rowsPerTree", rowsPerTree, atLeast: 2, atMost: Int(Int32.max))
        try SettingRange.require("threads", threads, atLeast: 0)
    }
}

/// Trains an isolation forest (Liu, Ting, Zhou 2008, *Isolation forest*) on rows without labels: trees that split at random, in
/// which unusual rows come to a leaf early.
///
/// A node is split on one of the features that vary among its rows, at a threshold drawn uniformly between their least and greatest
/// value. Missing values (NaN) go to a side drawn for each node. The same rows, configuration and seed give the same model on
/// any number of threads.
public struct IsolationForestTrainer: Sendable {
    /// The settings of each training.
    public let configuration: IsolationForestConfiguration

    /// - Throws: ``ModelError/invalidSetting(_:)``.
    public init(_ configuration: IsolationForestConfiguration = IsolationForestConfiguration()) throws(ModelError) {
        try configuration.validate()
        self.configuration = configuration
    }

    /// Trains on dedicated threads, each tree on one.
    /// - Throws: ``ModelError/unusableData(_:)`` for no features and fewer than two rows; `CancellationError` when the task is
    ///   cancelled, which is checked once per tree.
    public func train(_ features: FeatureMatrix) async throws -> IsolationForest {
        try await onDedicatedThread(named: "isolation-forest") { [configuration] flag in
            guard features.featureCount > 0 else { throw ModelError.unusableData("there is no feature") }
            guard features.rowCount >= 2, features.rowCount <= Int(Int32.max) else {
                throw ModelError.unusableData("\(features.rowCount) rows; an isolation forest needs 2 to 2^31 - 1")
            }
            let rowsPerTree = min(configuration.rowsPerTree, features.rowCount)
            let threads = configuration.threads > 0 ? configuration.threads : Processors.available
            var trees = [DecisionTree](repeating: DecisionTree(constant: 0), count: configuration.trees)
            trees.withUnsafeMutableBufferPointer { buffer in
                // Each tree writes its own element.
                nonisolated(unsafe) let trees = buffer
                parallelFor(count: configuration.trees, threads: threads) { index in
                    guard !flag.isCancelled else { return }
                    let seed = RandomBits.bits(configuration.seed, UInt64(index))
                    var grower = IsolationTreeGrower(features, rowsPerTree: rowsPerTree, seed: seed)
                    trees[index] = grower.grow(
                        RandomBits.sample(rowsPerTree, of: features.rowCount, seed: seed))
                }
            }
            try flag.check()
            return try IsolationForest(featureNames: features.names, trees: trees, rowsPerTree: rowsPerTree)
        }
    }
}

/// Grows one tree.
private struct IsolationTreeGrower {
    private let features: FeatureMatrix
    private let depthLimit: Int
    private let scale: Double
    private var generator: SplitMix64
    private var nodes: [DecisionTree.Node] = []
    private var leaves: [DecisionTree.Leaf] = []

    init(_ features: FeatureMatrix, rowsPerTree: Int, seed: UInt64) {
        self.features = features
        depthLimit = IsolationForest.depthLimit(rowsPerTree)
        scale = IsolationForest.longestPath(rowsPerTree)
        generator = SplitMix64(seed: seed, stream: 1)
    }

    mutating func grow(_ rows: [Int]) -> DecisionTree {
        _ = add(rows, depth: 0)
        return DecisionTree(nodes: nodes, leaves: leaves)
    }

    /// Adds the rows' part of the tree; returns its number as a child.
    private mutating func add(_ rows: [Int], depth: Int) -> Int32 {
        let value = (Double(depth) + IsolationForest.averagePath(rows.count)) / scale
        guard depth < depthLimit, rows.count > 1, let split = split(rows) else {
            leaves.append(DecisionTree.Leaf(value: value, weight: Double(rows.count), count: rows.count))
            return ~Int32(leaves.count - 1)
        }
        let node = nodes.count
        nodes.append(
            DecisionTree.Node(
                feature: Int32(split.feature), threshold: split.threshold, defaultLeft: split.missingGoesLeft, left: 0,
                right: 0, gain: 1, value: value, weight: Double(rows.count), count: rows.count))
        let column = features.columns[split.feature]
        var left: [Int] = [], right: [Int] = []
        for row in rows {
            let goesLeft = column[row].isNaN ? split.missingGoesLeft : column[row] <= split.threshold
            if goesLeft { left.append(row) } else { right.append(row) }
        }
        nodes[node].left = add(left, depth: depth + 1)
        nodes[node].right = add(right, depth: depth + 1)
        return Int32(node)
    }

    /// Features are tried in a random order, until one varies; nil when none does.
    private mutating func split(_ rows: [Int]) -> (feature: Int, threshold: Float, missingGoesLeft: Bool)? {
        var candidates = Array(0..<features.featureCount)
        while !candidates.isEmpty {
            let position = generator.index(below: candidates.count)
            let feature = candidates[position]
            candidates.swapAt(position, candidates.count - 1)
            candidates.removeLast()
            let column = features.columns[feature]
            var least = Float.infinity, greatest = -Float.infinity
            for row in rows where column[row].isFinite {
                least = min(least, column[row])
                greatest = max(greatest, column[row])
            }
            guard least < greatest else { continue }
            let share = Double(generator.next() >> 11) * 0x1p-53
            let drawn = DecisionTree.roundedDown(Double(least) + share * (Double(greatest) - Double(least)))
            // Both sides get a row.
            return (feature, min(max(drawn, least), greatest.nextDown), generator.next() & 1 == 1)
        }
        return nil
    }
}
