import Parallelism

/// Trains one model for each of some configurations and keeps the one that does best on rows it has not seen.
///
/// Configurations are trained one after the other, as training uses all processors itself; the result does not depend on
/// anything but configurations, data and the training's own seed.
public struct GridSearch<Parameters: Sendable>: Sendable {
    /// What to try, in order.
    public let configurations: [Parameters]

    /// A search over some configurations.
    /// - Throws: ``ModelError/invalidSetting(_:)`` when there are none.
    public init(_ configurations: [Parameters]) throws(ModelError) {
        guard !configurations.isEmpty else { throw .invalidSetting("a grid search needs at least one configuration") }
        self.configurations = configurations
    }

    /// One configuration and what came of it.
    public struct Trial: Sendable {
        /// Its position in ``GridSearch/configurations``.
        public let index: Int
        /// The configuration.
        public let parameters: Parameters
        /// The metric on the validation rows; higher is better.
        public let score: Double
        /// What training took.
        public let trainingSeconds: Double
    }

    /// The search's outcome.
    public struct Result: Sendable {
        /// All trials, the best first; of equal scores the earlier configuration.
        public let trials: [Trial]
        /// The best trial's model.
        public let model: any BinaryClassifier

        /// The best trial.
        public var best: Trial { trials[0] }
    }

    /// Runs the search.
    /// - Parameters:
    ///   - validation: rows to judge by.
    ///   - labels: their labels.
    ///   - threads: threads for prediction.
    ///   - metric: a figure of probabilities and labels, higher being better; ROC AUC unless given.
    ///   - progress: called after each trial, in order, with the trial and the number of trials in all.
    ///   - train: makes a model of a configuration.
    /// - Throws: what `train` or `metric` throws; ``ModelError/unusableData(_:)`` for a score that is not a number;
    ///   `CancellationError` when the task is cancelled, which is looked for before each trial (and by `train`, if it does).
    public func run(
        validation: FeatureMatrix, labels: [UInt8], threads: Int = 1,
        metric: @escaping @Sendable (_ probabilities: [Double], _ labels: [UInt8]) throws -> Double = {
            try Metrics.rocAUC(scores: $0, labels: $1)
        },
        progress: (@Sendable (_ trial: Trial, _ count: Int) -> Void)? = nil,
        train: (Parameters) async throws -> any BinaryClassifier
    ) async throws -> Result {
        var trials: [Trial] = []
        var best: (score: Double, model: any BinaryClassifier)?
        for (index, parameters) in configurations.enumerated() {
            try Task.checkCancellation()
            let clock = ContinuousClock()
            let start = clock.now
            let model = try await train(parameters)
            let trainingTime = start.duration(to: clock.now)
            let score = try await onDedicatedThread(named: "grid-search") { _ in
                try metric(try model.probabilities(validation, threads: threads), labels)
            }
            guard !score.isNaN else {
                throw ModelError.unusableData("the score of configuration \(index) is not a number")
            }
            let trial = Trial(
                index: index, parameters: parameters, score: score, trainingSeconds: trainingTime / .seconds(1))
            trials.append(trial)
            if best.map({ score > $0.score }) ?? true { best = (score, model) }
            progress?(trial, configurations.count)
        }
        guard let best else { throw ModelError.invalidSetting("a grid search needs at least one configuration") }
        trials.sort { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index }
        return Result(trials: trials, model: best.model)
    }
}

extension GridSearch.Trial: Equatable where Parameters: Equatable {}
extension GridSearch.Trial: Hashable where Parameters: Hashable {}
extension GridSearch.Trial: Encodable where Parameters: Encodable {}
extension GridSearch.Trial: Decodable where Parameters: Decodable {}
