public import ModelKit

/// What is trained, with its settings.
public enum Learner: Sendable, Hashable {
    /// Gradient-boosted trees.
    case boostedTrees(BoostedTreesConfiguration)
    /// A random forest.
    case randomForest(RandomForestConfiguration)
    /// Logistic regression.
    case logisticRegression(LogisticRegressionConfiguration)

    /// As `train-model --learner` spells it.
    public var name: String {
        switch self {
        case .boostedTrees: "boosted-trees"
        case .randomForest: "random-forest"
        case .logisticRegression: "logistic-regression"
        }
    }

    /// The settings as text, for tracking and provenance.
    public var parameters: [String: String] {
        var parameters = ["learner": name]
        switch self {
        case .boostedTrees(let settings):
            parameters["rounds"] = "\(settings.rounds)"
            parameters["max_leaves"] = "\(settings.maxLeaves)"
            parameters["max_depth"] = "\(settings.maxDepth)"
            parameters["learning_rate"] = "\(settings.learningRate)"
            parameters["growth"] = settings.growth.rawValue
            parameters["row_subsample"] = "\(settings.rowSubsample)"
            parameters["column_subsample"] = "\(settings.columnSubsample)"
            parameters["l1"] = "\(settings.l1)"
            parameters["l2"] = "\(settings.l2)"
            parameters["max_bins"] = "\(settings.maxBins)"
            parameters["min_child_weight"] = "\(settings.minChildWeight)"
            parameters["scale_positive_weight"] = "\(settings.scalePositiveWeight)"
            parameters["seed"] = "\(settings.seed)"
        case .randomForest(let settings):
            parameters["trees"] = "\(settings.trees)"
            parameters["max_depth"] = "\(settings.maxDepth)"
            parameters["max_leaves"] = "\(settings.maxLeaves)"
            parameters["max_bins"] = "\(settings.maxBins)"
            parameters["min_rows_per_leaf"] = "\(settings.minRowsPerLeaf)"
            parameters["seed"] = "\(settings.seed)"
        case .logisticRegression(let settings):
            parameters["inverse_regularization"] = "\(settings.inverseRegularization)"
        }
        return parameters
    }
}
