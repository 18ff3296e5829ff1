import Essentials
package import Parallelism

/// The result of one round of boosting.
public struct BoostingRound: Sendable, Hashable, Codable {
    /// From 1.
    public let round: Int
    /// Leaves of the round's tree.
    public let leafCount: Int
    /// The metric on the validation set after this round; nil without one.
    public let validationMetric: Double?
}

/// A boosted model and the history of its training.
public struct BoostedTrees: Sendable {
    /// The trees up to ``bestRound``.
    public let model: TreeEnsemble
    /// All rounds that were trained, including those after the best.
    public let history: [BoostingRound]
    /// The round with the best validation metric when early stopping is on; else the last one.
    public let bestRound: Int
}

/// Trains gradient-boosted trees for binary classification: log loss, second order (Chen and Guestrin, KDD 2016).
///
/// Splits are sought in histograms of at most 255 codes a feature. Where a code stands for several values or bins, a bound
/// from convexity says which codes can hold a better split, and only their rows are visited in order: splits are exact at
/// little more than the histogram's cost.
///
/// The same rows, configuration and seed give the same model on any number of threads and any processor. Missing values
/// (NaN) go to the side that each split has learned; features of one value are never used.
public struct BoostedTreesTrainer: Sendable {
    /// The settings of each training.
    public let configuration: BoostedTreesConfiguration

    /// - Throws: ``ModelError/invalidSetting(_:)``.
    public init(_ configuration: BoostedTreesConfiguration = BoostedTreesConfiguration()) throws(ModelError) {
        try configuration.validate()
        self.configuration = configuration
    }

    /// Trains on dedicated threads.
    /// - Parameters:
    ///   - labels: 0 or 1 for each row.
    ///   - weights: one for each row, finite and not negative; nil: all 1.
    ///   - validation: rows to measure the model on after each round; early stopping needs them.
    ///   - objective: the loss; nil: log loss.
    ///   - initial: a model of the same features whose scores are the start, such as that of last week; its trees come first in the
    ///     result, and rounds count the new ones only.
    ///   - progress: called after each round, in order, on one of the training's threads.
    /// - Throws: ``ModelError`` for settings, shapes and data that cannot be trained on; `CancellationError` when the
    ///   task is cancelled, which is checked once per round.
    public func train(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil, validation: ValidationSet? = nil,
        objective: BoostingObjective? = nil, continuing initial: TreeEnsemble? = nil,
        progress: (@Sendable (BoostingRound) -> Void)? = nil
    ) async throws -> BoostedTrees {
        try await onDedicatedThread(named: "boosting") { [self] flag in
            try trainBlocking(
                features, labels: labels, weights: weights, validation: validation, objective: objective,
                continuing: initial, flag: flag, progress: progress)
        }
    }

    /// ``train(_:labels:weights:validation:objective:continuing:progress:)`` on the calling thread and worker threads.
    package func trainBlocking(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil, validation: ValidationSet? = nil,
        objective: BoostingObjective? = nil, continuing initial: TreeEnsemble? = nil,
        flag: CancellationFlag = CancellationFlag(),
        progress: ((BoostingRound) -> Void)? = nil
    ) throws -> BoostedTrees {
        let rows = try TrainingRows(
            features, labels: labels, weights: weights, scalePositiveWeight: configuration.scalePositiveWeight)
        if configuration.earlyStoppingRounds != nil, validation == nil {
            throw ModelError.invalidSetting("earlyStoppingRounds needs a validation set")
        }
        if let start = objective?.baseScore, !start.isFinite {
            throw ModelError.invalidSetting("the objective's baseScore is \(start), not finite")
        }
        let threads = configuration.threads > 0 ? configuration.threads : Processors.available
        let team = ThreadTeam(threads: threads)
        let matrix = rows.binned(maxBins: configuration.maxBins, seed: configuration.seed, team: team)
        let start = try initial.map { try $0.sumsToContinue(features, threads: threads) }
        let boosting = try Boosting(rows, matrix, configuration, objective, start, team)
        let monitor = try validation.map {
            try ValidationMonitor(
                $0, features: features, configuration, start: boosting.modelBase, initial, matrix.columns.bins, team)
        }
        var trees: [DecisionTree] = []
        var history: [BoostingRound] = []
        var best: (round: Int, metric: Double)?
        for round in 1...configuration.rounds {
            try flag.check()
            let grown = try boosting.grow(round)
            let metric = try monitor?.add(grown, scratch: boosting.grower.scratch)
            trees.append(grown.tree)
            let outcome = BoostingRound(round: round, leafCount: grown.tree.leaves.count, validationMetric: metric)
            history.append(outcome)
            progress?(outcome)
            if let monitor, let metric, best.map({ monitor.isBetter(metric, than: $0.metric) }) ?? true {
                best = (round, metric)
            }
            if let limit = configuration.earlyStoppingRounds, let best, round - best.round >= limit { break }
            // Without sampling each further round would end like this one.
            if grown.splits.isEmpty, configuration.rowSubsample == 1, configuration.columnSubsample == 1 { break }
        }
        let bestRound = configuration.earlyStoppingRounds == nil ? trees.count : best?.round ?? trees.count
        trees.removeSubrange(bestRound...)
        trees[0].shift(by: boosting.modelBase)
        let model = try TreeEnsemble(
            featureNames: features.names, trees: (initial?.trees ?? []) + trees, combination: .sum, link: .logistic)
        return BoostedTrees(model: model, history: history, bestRound: bestRound)
    }
}

extension TreeEnsemble {
    /// Log-odds for a training to start from.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a model that is not a sum of log-odds;
    ///   ``ModelError/featureMismatch(expected:actual:)``.
    fileprivate func sumsToContinue(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        guard combination == .sum, link == .logistic else {
            throw .invalidSetting("training cannot continue a model whose trees are not a sum of log-odds")
        }
        return try sums(features, threads: threads)
    }
}
