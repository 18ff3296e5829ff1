import Parallelism

/// Trains one model for each of some configurations and keeps the one that does best on validation rows.
///
/// Configurations are trained one after the other, as training itself uses all processors; the result depends on
/// configurations, data and the training's seed only.
public struct GridSearch<Parameters: Sendable>: Sendable {
    /// What to try, in order.
    public let configurations: [Parameters]

    /// A search over some configurations.
    /// - Throws: ``ModelError/invalidSetting(_:)`` when there are none.
    public init(_ configurations: [Parameters]) throws(ModelError) {
        guard !configurations.isEmpty else { throw .invalidSetting("a grid search needs at least one configuration") }
        self.configurations = configurations
    }

    /// One configuration and its result.
    public struct Trial: Sendable {
        /// Its position in ``GridSearch/configurations``.
        public let index: Int
        /// The configuration.
        public let parameters: Parameters
        /// The metric on the validation rows; higher is better.
        public let score: Double
        /// The duration of the training.
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
    ///   - validation: rows to evaluate on.
    ///   - labels: their labels.
    ///   - threads: threads for prediction.
    ///   - metric: computed from probabilities and labels; higher is better. ROC AUC by default.
    ///   - progress: called after each trial, in order, with the trial and the total number of trials.
    ///   - train: trains a model with a configuration.
    /// - Throws: what `train` or `metric` throws; ``ModelError/unusableData(_:)`` for a score that is not a number;
    ///   `CancellationError` when the task is cancelled, which is checked before each trial (and during it, if `train`
    ///   does so).
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
