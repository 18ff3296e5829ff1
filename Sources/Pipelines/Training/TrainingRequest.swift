public import Features
public import Essentials
public import ModelKit

/// What a training pipeline is to do.
public struct TrainingRequest: Sendable {
    /// Where features come from.
    public enum Features: Sendable, Hashable {
        /// Computed from transactions; their labels are in `tx_fraud` or in another column.
        case transactions(FeatureSet, label: String? = nil)
        /// Declared by a plan for the transactions of a schema, whose label they learn. Categories without values get those of
        /// the training rows.
        case plan(FeaturePlan, schema: TransactionSchema)
        /// Ready numeric columns, and the column of labels.
        case columns([String], label: String)
    }

    /// Which rows are kept from training to measure the model on.
    public enum TestRows: Sendable, Hashable {
        /// None: all rows train.
        case none
        /// Rows with `tx_time_days` at or above this; with a plan, rows as many days after the day of the first transaction.
        case fromDay(Int32)
        /// The last days that make up about this share of all days with rows; rows drawn at random where there are only columns.
        case share(Double)
    }

    /// The location of the data set: a path, folder, pattern or URL.
    public var data: String
    /// Where features come from.
    public var features: Features
    /// What is trained.
    public var learner: Learner
    /// Which rows the model is measured on.
    public var testRows: TestRows
    /// Candidates to choose from by ``validationShare``; the learner alone when empty.
    public var grid: [BoostedTreesConfiguration]
    /// The share of the training days (or rows) on which candidates, rounds and threshold are chosen; afterwards the
    /// model is trained on all training rows.
    public var validationShare: Double
    /// Probabilities from here on are alerts; nil: the one with the best F1 on the validation rows, 0.5 without them.
    public var threshold: Double?
    /// Of random splits and bootstrap samples.
    public var seed: UInt64
    /// The kinds of features that the plan has from the program.
    public var custom: CustomFeatures
    /// What alerts and missed frauds cost, for a cost curve on the test rows; nil for none. Needs transactions, which have
    /// amounts, unless the costs do not depend on them.
    public var alertCosts: AlertCosts?
    /// Bootstrap samples for intervals of what is measured on the test rows; 0 for no intervals.
    public var intervalSamples: Int
    /// Threads that compute; the result does not depend on them.
    public var threads: Int

    /// A request that trains on all rows of a data set unless told otherwise.
    public init(
        data: String, features: Features, learner: Learner = .boostedTrees(BoostedTreesConfiguration()),
        testRows: TestRows = .none,
        grid: [BoostedTreesConfiguration] = [], validationShare: Double = 0, threshold: Double? = nil,
        seed: UInt64 = 42, custom: CustomFeatures = .none, alertCosts: AlertCosts? = nil, intervalSamples: Int = 200,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.data = data
        self.features = features
        self.learner = learner
        self.testRows = testRows
        self.grid = grid
        self.validationShare = validationShare
        self.threshold = threshold
        self.seed = seed
        self.custom = custom
        self.alertCosts = alertCosts
        self.intervalSamples = intervalSamples
        self.threads = threads
    }

    /// The original system's grid: depth {5, 10} x rounds {10, 20, 30} x row subsampling {0.5, 0.7, 1}.
    public static func originalGrid(_ base: BoostedTreesConfiguration) -> [BoostedTreesConfiguration] {
        BoostingGrid().points.map { point in
            var configuration = base
            configuration.maxDepth = point.maxDepth
            configuration.maxLeaves = 0
            configuration.growth = .depthWise
            configuration.rounds = point.rounds
            configuration.rowSubsample = point.rowSubsample
            return configuration
        }
    }
}
