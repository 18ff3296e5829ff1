/// Lengths and limits of ``FeaturePlan/extended(for:)``; what it is made of is in ``ExtendedPlanBuilder/addFamilies()``.
enum ExtendedRecipe {
    /// Windows in which a key's transactions are counted, this one included.
    static let countWindows: [FeatureDuration] = [.hours(1), .days(1), .days(30)]
    /// Windows of what a key has spent, this one included.
    static let sumWindows: [FeatureDuration] = [.days(1)]
    /// The window of a key's usual amounts and categories, without this one.
    static let usualWindow = FeatureDuration.days(30)
    /// What a key does now, this transaction included, is compared with what it did before: a burst of frauds is no part of that.
    static let burstWindow = FeatureDuration.days(1)
    /// Windows in which the transactions of two keys together are counted, without this one.
    static let pairWindows: [FeatureDuration] = [.days(90), .days(1)]
    /// How far back the previous transaction may be.
    static let reach = FeatureDuration.days(90)
    /// Until when a label is known, where the schema has no column that says it.
    static let labelDelay = FeatureDuration.days(7)
    /// Windows of the share of known frauds.
    static let riskWindows: [FeatureDuration] = [.days(1), .days(7), .days(30)]

    /// Of how many keys, the first ones, there are pairs, movements and categories.
    static let combinedKeys = 4
    /// Of how many categories, the first ones, keys have a usual one.
    static let combinedCategories = 20
    /// Attributes that count time: they only grow, so that a model would learn dates.
    static let clocks: Set<String> = [
        "tx_time_seconds", "tx_time_days", "unix_time", "unixtime", "timestamp", "epoch", "step",
    ]
}
