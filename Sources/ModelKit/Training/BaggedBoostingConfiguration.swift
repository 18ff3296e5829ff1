/// Settings of ``BaggedBoostingTrainer``. Settings missing in a stored configuration get their defaults.
public struct BaggedBoostingConfiguration: Sendable, Hashable, Codable {
    /// Boosted models, each trained on a bag of rows.
    public var bags = 20
    /// Negative rows of a bag for each positive one, above 0. A bag takes all negative rows where there are no more.
    public var negativesPerPositive = 30.0
    /// Whether a bag's positive rows are drawn with replacement; else each bag has all of them.
    public var bootstrapsPositives = false
    /// Settings of each model; a bag replaces its `seed` and `threads`.
    public var boosting: BoostedTreesConfiguration = {
        var boosting = BoostedTreesConfiguration()
        boosting.maxDepth = 4
        boosting.maxLeaves = 16
        return boosting
    }()
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
        try read(.bags, \.bags)
        try read(.negativesPerPositive, \.negativesPerPositive)
        try read(.bootstrapsPositives, \.bootstrapsPositives)
        try read(.boosting, \.boosting)
        try read(.seed, \.seed)
        try read(.threads, \.threads)
    }

    /// - Throws: ``ModelError/invalidSetting(_:)`` for the first setting out of its range.
    public func validate() throws(ModelError) {
        try SettingRange.require("bags", bags, atLeast: 1)
        try SettingRange.requirePositive("negativesPerPositive", negativesPerPositive)
        try SettingRange.require("threads", threads, atLeast: 0)
        try boosting.validate()
    }
}
