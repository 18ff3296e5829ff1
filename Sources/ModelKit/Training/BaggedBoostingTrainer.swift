package import Parallelism
import Synchronization

/// Trains boosted trees on bags of rows, each with the positive rows and a sample of the negative ones, and averages
/// their log-odds ("EasyEnsemble", Liu, Wu and Zhou 2009, with gradient boosting).
///
/// Where few rows are positive, such an average varies less than one model of all rows. The mean of log-odds is the
/// sum of all trees with their values divided by the number of models, so that the result is an ordinary
/// ``TreeEnsemble``; a mean of probabilities would not be.
///
/// A sample of the negative rows raises the odds of each row by the same factor. Its logarithm is taken off again (Dal Pozzolo
/// and others, "Calibrating probability with undersampling for unbalanced classification", 2015), so that probabilities
/// are those of the rows given.
///
/// The same rows, configuration and seed give the same model on any number of threads and any processor.
public struct BaggedBoostingTrainer: Sendable {
    /// The settings of each training.
    public let configuration: BaggedBoostingConfiguration

    /// - Throws: ``ModelError/invalidSetting(_:)``.
    public init(_ configuration: BaggedBoostingConfiguration = BaggedBoostingConfiguration()) throws(ModelError) {
        try configuration.validate()
        self.configuration = configuration
    }

    /// Trains on dedicated threads, each model on one.
    /// - Parameters:
    ///   - labels: 0 or 1 for each row.
    ///   - weights: one for each row, finite and not negative; nil: all 1.
    ///   - validation: rows by which each model stops early, if the configuration says so.
    ///   - progress: called with the number of finished models, on any of the training's threads.
    /// - Throws: ``ModelError`` for settings, shapes and data that cannot be trained on; `CancellationError` when the
    ///   task is cancelled, which is checked once per round.
    public func train(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil, validation: ValidationSet? = nil,
        progress: (@Sendable (_ bagsDone: Int) -> Void)? = nil
    ) async throws -> TreeEnsemble {
        try await onDedicatedThread(named: "bagging") { [self] flag in
            try trainBlocking(
                features, labels: labels, weights: weights, validation: validation, flag: flag, progress: progress)
        }
    }

    /// ``train(_:labels:weights:validation:progress:)`` on the calling thread and worker threads.
    package func trainBlocking(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil, validation: ValidationSet? = nil,
        flag: CancellationFlag = CancellationFlag(), progress: (@Sendable (_ bagsDone: Int) -> Void)? = nil
    ) throws -> TreeEnsemble {
        let rows = try TrainingRows(features, labels: labels, weights: weights)
        let team = ThreadTeam(threads: configuration.threads > 0 ? configuration.threads : Processors.available)
        var models = [Result<[DecisionTree], any Error>](repeating: .success([]), count: configuration.bags)
        let done = Atomic<Int>(0)
        models.withUnsafeMutableBufferPointer { models in
            team.forEach(count: configuration.bags) { index, _ in
                models[index] = Result { try train(index, rows, validation, flag) }
                progress?(done.wrappingAdd(1, ordering: .relaxed).newValue)
            }
        }
        let trees = try models.flatMap { try $0.get() }
        return try TreeEnsemble(featureNames: features.names, trees: trees, combination: .sum, link: .logistic)
    }

    /// The trees of one bag, as a part of the mean.
    private func train(
        _ index: Int, _ rows: TrainingRows, _ validation: ValidationSet?, _ flag: CancellationFlag
    ) throws -> [DecisionTree] {
        var settings = configuration.boosting
        settings.threads = 1
        settings.seed = RandomBits.bits(configuration.seed, UInt64(index))
        let bag = ClassBalancedBag(rows, configuration, seed: settings.seed)
        var trees = try BoostedTreesTrainer(settings).trainBlocking(
            bag.features, labels: bag.labels, weights: bag.weights, validation: validation, flag: flag
        ).model.trees
        trees[0].shift(by: -bag.shift)
        for tree in trees.indices { trees[tree].scale(by: 1 / Double(configuration.bags)) }
        return trees
    }
}

extension DecisionTree {
    /// Multiplies the value of every row.
    fileprivate mutating func scale(by factor: Double) {
        for index in leaves.indices { leaves[index].value *= factor }
        for index in nodes.indices { nodes[index].value *= factor }
    }
}
