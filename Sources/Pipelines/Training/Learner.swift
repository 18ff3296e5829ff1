public import ModelKit

/// What is trained, with its settings.
public enum Learner: Sendable, Hashable {
    /// Gradient-boosted trees.
    case boostedTrees(BoostedTreesConfiguration)
    /// The average of boosted trees on bags of all frauds and some of the other rows.
    case baggedBoosting(BaggedBoostingConfiguration)
    /// A random forest.
    case randomForest(RandomForestConfiguration)
    /// Logistic regression.
    case logisticRegression(LogisticRegressionConfiguration)

    /// As `train-model --learner` spells it.
    public var name: String {
        switch self {
        case .boostedTrees: "boosted-trees"
        case .baggedBoosting: "bagged-boosting"
        case .randomForest: "random-forest"
        case .logisticRegression: "logistic-regression"
        }
    }

    /// The settings as text, for tracking and provenance.
    public var parameters: [String: String] {
        var parameters = ["learner": name]
        switch self {
        case .boostedTrees(let settings):
            parameters.merge(Self.parameters(settings)) { $1 }
            parameters["seed"] = "\(settings.seed)"
        case .baggedBoosting(let settings):
            parameters.merge(Self.parameters(settings.boosting)) { $1 }
            parameters["bags"] = "\(settings.bags)"
            parameters["negatives_per_positive"] = "\(settings.negativesPerPositive)"
            parameters["bootstraps_positives"] = "\(settings.bootstrapsPositives)"
            parameters["seed"] = "\(settings.seed)"
        case .randomForest(let settings):
            parameters["trees"] = "\(settings.trees)"
            parameters["max_depth"] = "\(settings.maxDepth)"
            parameters["max_leaves"] = "\(settings.maxLeaves)"
            parameters["max_bins"] = "\(settings.maxBins)"
            parameters["min_rows_per_leaf"] = "\(settings.minRowsPerLeaf)"
            if settings.isBalanced { parameters["is_balanced"] = "true" }
            if settings.hasRandomThresholds { parameters["has_random_thresholds"] = "true" }
            parameters["seed"] = "\(settings.seed)"
        case .logisticRegression(let settings):
            parameters["inverse_regularization"] = "\(settings.inverseRegularization)"
            if settings.l1Ratio > 0 { parameters["l1_ratio"] = "\(settings.l1Ratio)" }
        }
        return parameters
    }

    private static func parameters(_ settings: BoostedTreesConfiguration) -> [String: String] {
        var parameters = [
            "rounds": "\(settings.rounds)",
            "max_leaves": "\(settings.maxLeaves)",
            "max_depth": "\(settings.maxDepth)",
            "learning_rate": "\(settings.learningRate)",
            "growth": settings.growth.rawValue,
            "row_subsample": "\(settings.rowSubsample)",
            "column_subsample": "\(settings.columnSubsample)",
            "l1": "\(settings.l1)",
            "l2": "\(settings.l2)",
            "max_bins": "\(settings.maxBins)",
            "min_child_weight": "\(settings.minChildWeight)",
            "scale_positive_weight": "\(settings.scalePositiveWeight)",
            "corrects_probabilities": "\(settings.correctsProbabilities)",
        ]
        if !settings.monotoneConstraints.isEmpty {
            parameters["monotone_constraints"] = settings.monotoneConstraints.sorted { $0.key < $1.key }
                .map { "\($0.key):\($0.value.rawValue)" }.joined(separator: ",")
        }
        return parameters
    }
}
