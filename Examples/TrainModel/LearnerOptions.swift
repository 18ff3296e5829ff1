import ArgumentParser
import ModelKit
import Pipelines
import TrainingJobs

/// What is trained, and its settings.
struct LearnerOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case boostedTrees = "boosted-trees"
        case baggedBoosting = "bagged-boosting"
        case randomForest = "random-forest"
        case logisticRegression = "logistic-regression"
    }

    @Option(help: "What to train.")
    var learner = Kind.boostedTrees

    @Option(help: "Trees, one a round (default: 100; 200 boosted ones for the features of a plan).")
    var rounds: Int?

    @Option(help: "Leaves of a tree at most; 0 for no limit (default: 31).")
    var leaves: Int?

    @Option(help: "Depth of a tree at most; 0 for no limit (default: 0).")
    var maxDepth: Int?

    @Option(help: "What each boosted tree's values are multiplied by (default: 0.1; 0.05 for the features of a plan).")
    var learningRate: Double?

    @Option(
        help: """
            Whether the leaf with the highest gain is split first (leafWise) or level by level (depthWise), for boosted \
            trees (default: leafWise).
            """)
    var growth: TreeGrowth?

    @Option(help: "Share of the rows that each boosted tree sees (default: 1).")
    var rowSubsample: Double?

    @Option(help: "Share of the features that each boosted tree sees (default: 1).")
    var columnSubsample: Double?

    @Option(help: "L1 penalty on boosted trees' leaf values (default: 0).")
    var l1: Double?

    @Option(help: "L2 penalty on boosted trees' leaf values, or on a logistic regression's coefficients (default: 1).")
    var l2: Double?

    @Option(help: "Sum of hessians that a boosted tree's leaf needs (default: 1).")
    var minChildWeight: Double?

    @Option(
        help: """
            Bins of a feature, between which trees can split, from 2 to 65535; 0 chooses by the data: every distinct \
            value for up to 200,000 rows, else 255 (default: 0).
            """)
    var maxBins: Int?

    @Option(help: "Features, separated by commas, of which a greater value never lowers boosted trees' probabilities.")
    var increasing: String?

    @Option(help: "Features, separated by commas, of which a greater value never raises boosted trees' probabilities.")
    var decreasing: String?

    @Option(help: "Boosted models of a bagged boosting, each trained on a bag of rows (default: 20).")
    var bags: Int?

    @Option(help: "Genuine rows of a bag for each fraud (default: 30).")
    var negativesPerPositive: Double?

    @Option(help: "Factor on the weight of frauds, for trees (default: 1).")
    var scalePositiveWeight: Double?

    @Flag(help: "Take the factor on the weight of frauds out of boosted trees' probabilities again.")
    var correctProbabilities = false

    @Option(help: "Stop boosting after this many rounds without improvement on the validation rows.")
    var earlyStoppingRounds: Int?

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 42

    /// The given options that the learner does not use, and those that a grid sets itself.
    func unusedOptions(grid: Bool) -> [String] {
        let boosted: Set<Kind> = [.boostedTrees, .baggedBoosting], bagged: Set<Kind> = [.baggedBoosting]
        let trees = boosted.union([.randomForest])
        let all: [(name: String, isGiven: Bool, learners: Set<Kind>, isOfGrid: Bool)] = [
            ("--rounds", rounds != nil, trees, true),
            ("--leaves", leaves != nil, trees, true),
            ("--max-depth", maxDepth != nil, trees, true),
            ("--learning-rate", learningRate != nil, boosted, false),
            ("--growth", growth != nil, boosted, true),
            ("--row-subsample", rowSubsample != nil, boosted, true),
            ("--column-subsample", columnSubsample != nil, boosted, false),
            ("--l1", l1 != nil, boosted, false),
            ("--l2", l2 != nil, boosted.union([.logisticRegression]), false),
            ("--min-child-weight", minChildWeight != nil, boosted, false),
            ("--max-bins", maxBins != nil, trees, false),
            ("--scale-positive-weight", scalePositiveWeight != nil, trees, false),
            ("--increasing", increasing != nil, boosted, false),
            ("--decreasing", decreasing != nil, boosted, false),
            ("--bags", bags != nil, bagged, false),
            ("--negatives-per-positive", negativesPerPositive != nil, bagged, false),
            ("--correct-probabilities", correctProbabilities, boosted, false),
            ("--early-stopping-rounds", earlyStoppingRounds != nil, [.boostedTrees], true),
        ]
        return all.filter { $0.isGiven && (!$0.learners.contains(learner) || grid && $0.isOfGrid) }.map(\.name)
    }

    /// - Parameter isPlan: Whether a plan declares the features: of its many ones, smaller steps make better use.
    func boostedTrees(isPlan: Bool) -> BoostedTreesConfiguration {
        var settings = BoostedTreesConfiguration()
        settings.rounds = rounds ?? (isPlan ? 200 : 100)
        settings.maxLeaves = leaves ?? 31
        settings.maxDepth = maxDepth ?? 0
        settings.learningRate = learningRate ?? (isPlan ? 0.05 : 0.1)
        settings.growth = growth ?? .leafWise
        settings.rowSubsample = rowSubsample ?? 1
        settings.columnSubsample = columnSubsample ?? 1
        settings.l1 = l1 ?? 0
        settings.l2 = l2 ?? 1
        settings.minChildWeight = minChildWeight ?? 1
        settings.maxBins = maxBins ?? 0
        for (names, direction) in [(increasing, Monotonicity.increasing), (decreasing, .decreasing)] {
            for name in (names ?? "").split(separator: ",") { settings.monotoneConstraints[String(name)] = direction }
        }
        settings.scalePositiveWeight = scalePositiveWeight ?? 1
        settings.correctsProbabilities = correctProbabilities
        settings.earlyStoppingRounds = earlyStoppingRounds
        settings.seed = seed
        return settings
    }

    private var baggedBoosting: BaggedBoostingConfiguration {
        var settings = BaggedBoostingConfiguration()
        settings.bags = bags ?? settings.bags
        settings.negativesPerPositive = negativesPerPositive ?? settings.negativesPerPositive
        settings.seed = seed
        let defaults = settings.boosting
        settings.boosting = boostedTrees(isPlan: false)
        settings.boosting.maxLeaves = leaves ?? defaults.maxLeaves
        settings.boosting.maxDepth = maxDepth ?? defaults.maxDepth
        settings.boosting.seed = 0
        return settings
    }

    /// - Parameter isPlan: As above.
    func choice(isPlan: Bool) -> Learner {
        switch learner {
        case .boostedTrees: return .boostedTrees(boostedTrees(isPlan: isPlan))
        case .baggedBoosting: return .baggedBoosting(baggedBoosting)
        case .randomForest:
            var settings = RandomForestConfiguration()
            settings.trees = rounds ?? 100
            settings.maxLeaves = leaves ?? 31
            settings.maxDepth = maxDepth ?? 0
            settings.maxBins = maxBins ?? 0
            settings.scalePositiveWeight = scalePositiveWeight ?? 1
            settings.seed = seed
            return .randomForest(settings)
        case .logisticRegression:
            var settings = LogisticRegressionConfiguration()
            settings.inverseRegularization = 1 / (l2 ?? 1)
            return .logisticRegression(settings)
        }
    }
}
