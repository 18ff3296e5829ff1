import ModelKit

/// The learners of the Handbook's table, with the same settings: scikit-learn's and XGBoost's defaults of the book's
/// time.
package enum HandbookLearner: String, Sendable, Hashable, Codable, CaseIterable {
    case logisticRegression = "logistic regression"
    case treeOfDepthTwo = "tree of depth two"
    case randomForest = "random forest"
    case boostedTrees = "boosted trees"

    /// The value in the book's table, for card precision at 100.
    package var published: HandbookQuality {
        switch self {
        case .logisticRegression: HandbookQuality(rocAUC: 0.871, averagePrecision: 0.606, cardPrecision: 0.291)
        case .treeOfDepthTwo: HandbookQuality(rocAUC: 0.763, averagePrecision: 0.496, cardPrecision: 0.241)
        case .randomForest: HandbookQuality(rocAUC: 0.867, averagePrecision: 0.658, cardPrecision: 0.287)
        case .boostedTrees: HandbookQuality(rocAUC: 0.862, averagePrecision: 0.639, cardPrecision: 0.273)
        }
    }

    func train(_ features: FeatureMatrix, labels: [UInt8], threads: Int) async throws -> any BinaryClassifier {
        switch self {
        case .logisticRegression:
            var configuration = LogisticRegressionConfiguration()
            configuration.threads = threads
            return try await LogisticRegressionTrainer(configuration).train(features, labels: labels)
        case .treeOfDepthTwo:
            var configuration = RandomForestConfiguration()
            configuration.trees = 1
            configuration.maxDepth = 2
            configuration.isBootstrapped = false
            configuration.featuresPerNode = features.featureCount
            configuration.threads = threads
            return try await RandomForestTrainer(configuration).train(features, labels: labels)
        case .randomForest:
            var configuration = RandomForestConfiguration()
            configuration.threads = threads
            return try await RandomForestTrainer(configuration).train(features, labels: labels)
        case .boostedTrees:
            var configuration = BoostedTreesConfiguration()
            configuration.growth = .depthWise
            configuration.maxDepth = 6
            configuration.maxLeaves = 64
            configuration.learningRate = 0.3
            configuration.threads = threads
            return try await BoostedTreesTrainer(configuration).train(features, labels: labels).model
        }
    }
}
