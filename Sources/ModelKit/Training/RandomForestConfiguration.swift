/// Settings of ``RandomForestTrainer``. Settings missing in a stored configuration get their defaults.
public struct RandomForestConfiguration: Sendable, Hashable, Codable {
    /// Trees of the forest.
    public var trees = 100
    /// The most splits on the path to a leaf; 0: no limit.
    public var maxDepth = 0
    /// Leaves of a tree; 0: no limit.
    public var maxLeaves = 0
    /// Rows that a leaf needs, at least 1.
    public var minRowsPerLeaf = 1
    /// Decrease of impurity that a split needs: half of the reduction of the weighted sum of squared errors.
    public var minSplitGain = 0.0
    /// The number of features, drawn for each node, that it may be split on; nil: the square root of the number of
    /// features.
    public var featuresPerNode: Int?
    /// Rows that each tree draws, as a share of all; drawn with replacement if ``isBootstrapped``. Above 0 and at most 1.
    public var rowSubsample = 1.0
    /// Whether each tree's rows are drawn with replacement.
    public var isBootstrapped = true
    /// Whether each tree draws as many genuine rows as frauds: as many of either as the rarer class has, times ``rowSubsample``, with
    /// replacement if ``isBootstrapped`` (Chen, Liaw, Breiman 2004, *Using random forest to learn imbalanced data*). Probabilities are
    /// then those of equally frequent classes; ``CalibratedClassifier`` brings them back.
    public var isBalanced = false
    /// Whether thresholds are drawn instead of searched (Geurts, Ernst, Wehenkel 2006, *Extremely randomized trees*): one for each of the
    /// node's features, of which the best is used. With ``isBootstrapped`` false these are extra trees, whose ensemble varies less.
    /// ``maxBins`` plays no part, and ``maxLeaves`` must be 0.
    public var hasRandomThresholds = false
    /// Bins of a feature: from 2 to 65,535, or 0 for a number chosen by the data, as in
    /// ``BoostedTreesConfiguration/maxBins``.
    public var maxBins = 0
    /// Factor on the weights of positive rows.
    public var scalePositiveWeight = 1.0
    /// The seed of all random choices.
    public var seed: UInt64 = 0
    /// Threads at most; 0: as many as there are processors. Results do not depend on it.
    public var threads = 0

    /// The defaults.
    public init() {}

    /// Missing settings get their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ path: WritableKeyPath<Self, Value>) throws {
            if let value = try container.decodeIfPresent(Value.self, forKey: key) { self[keyPath: path] = value }
        }
        try read(.trees, \.trees)
        try read(.maxDepth, \.maxDepth)
        try read(.maxLeaves, \.maxLeaves)
        try read(.minRowsPerLeaf, \.minRowsPerLeaf)
        try read(.minSplitGain, \.minSplitGain)
        featuresPerNode = try container.decodeIfPresent(Int.self, forKey: .featuresPerNode)
        try read(.rowSubsample, \.rowSubsample)
        try read(.isBootstrapped, \.isBootstrapped)
        try read(.isBalanced, \.isBalanced)
        try read(.hasRandomThresholds, \.hasRandomThresholds)
        try read(.maxBins, \.maxBins)
        try read(.scalePositiveWeight, \.scalePositiveWeight)
        try read(.seed, \.seed)
        try read(.threads, \.threads)
    }

    /// - Throws: ``ModelError/invalidSetting(_:)`` for the first setting out of its range.
    public func validate() throws(ModelError) {
        try SettingRange.require("trees", trees, atLeast: 1)
        try SettingRange.require("maxDepth", maxDepth, atLeast: 0)
        try SettingRange.require("maxLeaves", maxLeaves, atLeast: 0)
        guard maxLeaves != 1 else { throw .invalidSetting("maxLeaves is 1; a tree needs 2, or 0 for no limit") }
        guard maxLeaves == 0 || !hasRandomThresholds else {
            throw .invalidSetting("maxLeaves is \(maxLeaves); with random thresholds it must be 0, no limit")
        }
        try SettingRange.require("minRowsPerLeaf", minRowsPerLeaf, atLeast: 1)
        try SettingRange.requireNotNegative("minSplitGain", minSplitGain)
        if let featuresPerNode { try SettingRange.require("featuresPerNode", featuresPerNode, atLeast: 1) }
        try SettingRange.requireShare("rowSubsample", rowSubsample)
        try BinResolution.require(maxBins)
        try SettingRange.requirePositive("scalePositiveWeight", scalePositiveWeight)
        try SettingRange.require("threads", threads, atLeast: 0)
    }

    func growthSettings(featureCount: Int) -> GrowthSettings {
        GrowthSettings(
            growth: maxLeaves > 0 ? .leafWise : .depthWise, maxLeaves: maxLeaves, maxDepth: maxDepth, minChildWeight: 0,
            minRowsPerLeaf: minRowsPerLeaf, l1: 0, l2: 0, minSplitGain: minSplitGain, learningRate: 1,
            columnSubsample: 1,
            featuresPerNode: featuresPerNode ?? max(1, Int(Double(featureCount).squareRoot())))
    }
}
