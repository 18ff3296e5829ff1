import Essentials

/// Settings of ``BoostedTreesTrainer``. Names and meanings are those of XGBoost and LightGBM; settings missing in a
/// stored configuration get their defaults.
public struct BoostedTreesConfiguration: Sendable, Hashable, Codable {
    /// Trees, at most; early stopping may end sooner.
    public var rounds = 100
    /// Leaves of a tree; 0: no limit but `maxDepth`'s.
    public var maxLeaves = 31
    /// The most splits on the path to a leaf; 0: no limit but `maxLeaves`'s.
    public var maxDepth = 0
    /// The factor of each tree's values, above 0 and at most 1.
    public var learningRate = 0.1
    /// The order in which leaves are split.
    public var growth = TreeGrowth.leafWise
    /// Sum of hessians (weight times p (1 - p)) that a leaf needs.
    public var minChildWeight = 1.0
    /// Rows that a leaf needs, at least 1.
    public var minRowsPerLeaf = 1
    /// L1 penalty on leaf values.
    public var l1 = 0.0
    /// L2 penalty on leaf values.
    public var l2 = 1.0
    /// Gain that a split needs ("gamma"), as in equation 7 of Chen and Guestrin (KDD 2016).
    public var minSplitGain = 0.0
    /// Share of the rows that a tree is grown on, each drawn independently; above 0 and at most 1.
    public var rowSubsample = 1.0
    /// Share of the features that a tree is grown on; above 0 and at most 1.
    public var columnSubsample = 1.0
    /// Bins of a feature, between which trees can split: from 2 to 65,535, or 0 for a number chosen by the data.
    ///
    /// 0 means as many as there are distinct values ("exact") for at most 200,000 rows. For more it means 255, some of
    /// which part the 1, 2, 4, 8, ... smallest and largest values from the others. Up to 255 bins are chosen by a sample
    /// of 200,000 rows, more by all rows.
    public var maxBins = 0
    /// Features, by name, on which probabilities may depend in one direction only.
    public var monotoneConstraints: [String: Monotonicity] = [:]
    /// Factor on the weights of positive rows.
    public var scalePositiveWeight = 1.0
    /// Whether probabilities are those of the rows as weighted, without `scalePositiveWeight`: its logarithm, which it
    /// adds to log-odds, is taken off again.
    public var correctsProbabilities = false
    /// The seed of all random choices.
    public var seed: UInt64 = 0
    /// Threads at most; 0: as many as there are processors. Results do not depend on it.
    public var threads = 0
    /// Ends training when this many rounds brought no better value of `metric` on the validation set; nil: never.
    public var earlyStoppingRounds: Int?
    /// The metric measured on the validation set.
    public var metric = EvaluationMetric.averagePrecision

    /// The defaults.
    public init() {}

    /// Missing settings get their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ path: WritableKeyPath<Self, Value>) throws {
            if let value = try container.decodeIfPresent(Value.self, forKey: key) { self[keyPath: path] = value }
        }
        try read(.rounds, \.rounds)
        try read(.maxLeaves, \.maxLeaves)
        try read(.maxDepth, \.maxDepth)
        try read(.learningRate, \.learningRate)
        try read(.growth, \.growth)
        try read(.minChildWeight, \.minChildWeight)
        try read(.minRowsPerLeaf, \.minRowsPerLeaf)
        try read(.l1, \.l1)
        try read(.l2, \.l2)
        try read(.minSplitGain, \.minSplitGain)
        try read(.rowSubsample, \.rowSubsample)
        try read(.columnSubsample, \.columnSubsample)
        try read(.maxBins, \.maxBins)
        try read(.monotoneConstraints, \.monotoneConstraints)
        try read(.scalePositiveWeight, \.scalePositiveWeight)
        try read(.correctsProbabilities, \.correctsProbabilities)
        try read(.seed, \.seed)
        try read(.threads, \.threads)
        earlyStoppingRounds = try container.decodeIfPresent(Int.self, forKey: .earlyStoppingRounds)
        try read(.metric, \.metric)
    }

    /// - Throws: ``ModelError/invalidSetting(_:)`` for the first setting out of its range.
    public func validate() throws(ModelError) {
        try SettingRange.require("rounds", rounds, atLeast: 1)
        try SettingRange.require("maxLeaves", maxLeaves, atLeast: 0)
        try SettingRange.require("maxDepth", maxDepth, atLeast: 0)
        guard maxLeaves != 1 else { throw .invalidSetting("maxLeaves is 1; a tree needs 2, or 0 for no limit") }
        guard maxLeaves > 0 || maxDepth > 0 else {
            throw .invalidSetting("maxLeaves and maxDepth are both 0; one of them must limit the trees")
        }
        try SettingRange.requireShare("learningRate", learningRate)
        try SettingRange.requireNotNegative("minChildWeight", minChildWeight)
        try SettingRange.require("minRowsPerLeaf", minRowsPerLeaf, atLeast: 1)
        try SettingRange.requireNotNegative("l1", l1)
        try SettingRange.requireNotNegative("l2", l2)
        try SettingRange.requireNotNegative("minSplitGain", minSplitGain)
        try SettingRange.requireShare("rowSubsample", rowSubsample)
        try SettingRange.requireShare("columnSubsample", columnSubsample)
        try BinResolution.require(maxBins)
        try SettingRange.requirePositive("scalePositiveWeight", scalePositiveWeight)
        try SettingRange.require("threads", threads, atLeast: 0)
        if let earlyStoppingRounds {
            try SettingRange.require("earlyStoppingRounds", earlyStoppingRounds, atLeast: 1)
        }
    }

    /// What is taken off log-odds.
    var probabilityShift: Double { correctsProbabilities ? log(scalePositiveWeight) : 0 }

    func growthSettings(_ featureNames: [String]) throws(ModelError) -> GrowthSettings {
        GrowthSettings(
            growth: growth, maxLeaves: maxLeaves, maxDepth: maxDepth, minChildWeight: minChildWeight,
            minRowsPerLeaf: minRowsPerLeaf, l1: l1, l2: l2, minSplitGain: minSplitGain, learningRate: learningRate,
            columnSubsample: columnSubsample, featuresPerNode: nil,
            monotone: try Monotonicity.byPosition(monotoneConstraints, in: featureNames))
    }
}
