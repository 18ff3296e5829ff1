import ArgumentParser
import Jobs
import ModelKit

/// What is trained, and its settings.
struct LearnerOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case boostedTrees = "boosted-trees"
        case randomForest = "random-forest"
        case logisticRegression = "logistic-regression"
    }

    @Option(help: "What to train.")
    var learner = Kind.boostedTrees

    @Option(help: "Trees, one a round.")
    var rounds = 100

    @Option(help: "Leaves of a tree at most; 0 for no limit.")
    var leaves = 31

    @Option(help: "Depth of a tree at most; 0 for no limit.")
    var maxDepth = 0

    @Option(help: "What each tree's values are multiplied by.")
    var learningRate = 0.1

    @Option(help: "Whether the leaf with the highest gain is split first (leafWise) or level by level (depthWise).")
    var growth: TreeGrowth = .leafWise

    @Option(help: "Share of the rows that each tree sees.")
    var rowSubsample = 1.0

    @Option(help: "Share of the features that each tree sees.")
    var columnSubsample = 1.0

    @Option(help: "L1 penalty on leaf values.")
    var l1 = 0.0

    @Option(help: "L2 penalty on leaf values, or on coefficients.")
    var l2 = 1.0

    @Option(help: "Sum of hessians that a leaf needs.")
    var minChildWeight = 1.0

    @Option(help: "Factor on the weight of frauds.")
    var scalePositiveWeight = 1.0

    @Option(help: "End when this many rounds brought nothing better on the validation rows.")
    var earlyStoppingRounds: Int?

    @Option(help: "Fixes all that is random.")
    var seed: UInt64 = 42

    var boostedTrees: BoostedTreesConfiguration {
        var settings = BoostedTreesConfiguration()
        settings.rounds = rounds
        settings.maxLeaves = leaves
        settings.maxDepth = maxDepth
        settings.learningRate = learningRate
        settings.growth = growth
        settings.rowSubsample = rowSubsample
        settings.columnSubsample = columnSubsample
        settings.l1 = l1
        settings.l2 = l2
        settings.minChildWeight = minChildWeight
        settings.scalePositiveWeight = scalePositiveWeight
        settings.earlyStoppingRounds = earlyStoppingRounds
        settings.seed = seed
        return settings
    }

    var choice: Learner {
        switch learner {
        case .boostedTrees: return .boostedTrees(boostedTrees)
        case .randomForest:
            var settings = RandomForestConfiguration()
            settings.trees = rounds
            settings.maxLeaves = leaves
            settings.maxDepth = maxDepth
            settings.scalePositiveWeight = scalePositiveWeight
            settings.seed = seed
            return .randomForest(settings)
        case .logisticRegression:
            var settings = LogisticRegressionConfiguration()
            settings.inverseRegularization = l2 > 0 ? 1 / l2 : settings.inverseRegularization
            return .logisticRegression(settings)
        }
    }
}
