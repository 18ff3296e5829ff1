import Essentials
import ModelKit
import StorageIO

/// Trains a learner of any kind.
enum LearnerTraining {
    struct Trained: Sendable {
        var classifier: any BinaryClassifier
        var history: [BoostingRound] = []
        /// The round that was best on the validation rows, for boosted trees.
        var bestRound: Int?
    }

    static func train(
        _ learner: Learner, _ features: FeatureMatrix, labels: [UInt8], validation: ValidationSet? = nil, threads: Int,
        progress: @escaping WorkProgressHandler
    ) async throws -> Trained {
        switch learner {
        case .boostedTrees(var settings):
            settings.threads = threads
            let rounds = Int64(settings.rounds)
            let trained = try await BoostedTreesTrainer(settings).train(
                features, labels: labels, validation: validation
            ) { round in
                progress(
                    WorkProgress(
                        done: Int64(round.round), total: rounds, unit: "rounds",
                        detail: round.validationMetric.map { "validation \($0.text(decimals: 4))" } ?? ""))
            }
            return Trained(classifier: trained.model, history: trained.history, bestRound: trained.bestRound)
        case .baggedBoosting(var settings):
            settings.threads = threads
            let bags = Int64(settings.bags)
            let trained = try await BaggedBoostingTrainer(settings).train(
                features, labels: labels, validation: validation
            ) { bag in
                progress(WorkProgress(done: Int64(bag), total: bags, unit: "bags"))
            }
            return Trained(classifier: trained)
        case .randomForest(var settings):
            settings.threads = threads
            let trees = Int64(settings.trees)
            let forest = try await RandomForestTrainer(settings).train(features, labels: labels) { tree in
                progress(WorkProgress(done: Int64(tree), total: trees, unit: "trees"))
            }
            return Trained(classifier: forest)
        case .logisticRegression(var settings):
            settings.threads = threads
            progress(WorkProgress(done: 0, unit: "rows", detail: "fitting the logistic regression"))
            let fitted = try await LogisticRegressionTrainer(settings).train(features, labels: labels)
            return Trained(classifier: fitted)
        }
    }
}
