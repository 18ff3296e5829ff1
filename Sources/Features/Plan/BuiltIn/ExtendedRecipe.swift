/// Lengths and limits of ``FeaturePlan/extended(for:)``; the families of features are those of ``ExtendedPlanBuilder/addFamilies()``.
enum ExtendedRecipe {
    /// Windows in which a key's transactions are counted, this one included.
    static let countWindows: [FeatureDuration] = [.hours(1), .days(1), .days(7), .days(30)]
    /// Windows of a key's usual amounts, without this one.
    static let amountWindows: [FeatureDuration] = [.days(7), .days(30)]
    /// Windows in which different values of another key are counted.
    static let distinctWindows: [FeatureDuration] = [.days(1), .days(7)]
    /// The window in which the transactions of two keys together are counted.
    static let pairWindow = FeatureDuration.days(30)
    /// How far back the previous transaction may be.
    static let reach = FeatureDuration.days(90)
    /// Until when a label is known, where the schema has no column that says it.
    static let labelDelay = FeatureDuration.days(7)
    /// Windows in which a key's known frauds are counted.
    static let riskWindows: [FeatureDuration] = [.days(1), .days(7), .days(30)]
    /// The window in which a category's known frauds are counted, and its tiles: categories have many transactions a day.
    static let categoryRiskWindow = FeatureDuration.days(30)
    static let categoryRiskTile = FeatureDuration.days(1)

    /// Of how many keys, the first ones, pairs are made.
    static let pairedKeys = 4
    /// How many categories, the first ones, have features that depend on history.
    static let categoriesWithHistory = 12
    /// Attributes that count time: they only grow, so that a model would learn dates.
    static let clocks: Set<String> = [
        "tx_time_seconds", "tx_time_days", "unix_time", "unixtime", "timestamp", "epoch", "step",
    ]
}
