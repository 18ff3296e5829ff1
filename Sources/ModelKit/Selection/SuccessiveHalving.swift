/// Trains many configurations with little and the better ones with more (Jamieson and Talwalkar 2016, *Non-stochastic best arm
/// identification and hyperparameter optimization*).
///
/// In each rung, configurations are measured with an equal resource, such as a share of the rows or rounds; the best
/// `1 / factor` of them go on to the next rung with `factor` times as much, the last of which has the whole.
public struct SuccessiveHalving<Parameters: Sendable>: Sendable {
    /// What to try.
    public let configurations: [Parameters]
    /// How many times as much the next rung's configurations get.
    public let factor: Int
    /// The number of configurations and the resource, a share up to 1, of each rung.
    public let rungs: [Rung]

    /// One rung.
    public struct Rung: Sendable, Hashable, Codable {
        /// How many configurations it measures.
        public let count: Int
        /// The share of the resource that each of them gets.
        public let resource: Double
    }

    /// One measurement.
    public struct Trial: Sendable {
        /// The configuration's position in ``SuccessiveHalving/configurations``.
        public let index: Int
        /// The rung, from 0.
        public let rung: Int
        /// The share of the resource that it got.
        public let resource: Double
        /// The configuration.
        public let parameters: Parameters
        /// What was measured; higher is better.
        public let score: Double
        /// How long that took.
        public let seconds: Double
    }

    /// A search.
    /// - Parameters:
    ///   - factor: at least 2.
    ///   - leastResource: the share that a configuration needs to be measured at all; above 0 and at most 1.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for no configurations, and settings out of their range.
    public init(_ configurations: [Parameters], factor: Int = 3, leastResource: Double = 0.05) throws(ModelError) {
        guard !configurations.isEmpty else { throw .invalidSetting("a search needs at least one configuration") }
        try SettingRange.require("factor", factor, atLeast: 2, atMost: 1 << 20)
        try SettingRange.requireShare("leastResource", leastResource)
        var counts = [configurations.count], divisor = 1
        // A further rung, while there are enough configurations to choose from and enough of the resource.
        while configurations.count / divisor >= factor, leastResource * Double(divisor * factor) <= 1 {
            divisor *= factor
            counts.append((configurations.count + divisor - 1) / divisor)
        }
        var resource = 1.0 / Double(divisor)
        rungs = counts.map { count in
            defer { resource *= Double(factor) }
            return Rung(count: count, resource: min(1, resource))
        }
        self.configurations = configurations
        self.factor = factor
    }

    /// Runs the search.
    /// - Parameters:
    ///   - progress: called after each trial, in order, with the trial and the total number of trials.
    ///   - measure: gives a configuration's score with a share of the resource; higher is better.
    /// - Returns: all trials, those of the last rung first, within a rung the best first; of equal scores the earlier
    ///   configuration.
    /// - Throws: what `measure` throws; ``ModelError/unusableData(_:)`` for a score that is not a number; `CancellationError` when
    ///   the task is cancelled, which is checked before each trial.
    public func run(
        progress: (@Sendable (_ trial: Trial, _ count: Int) -> Void)? = nil,
        measure: (_ parameters: Parameters, _ resource: Double) async throws -> Double
    ) async throws -> [Trial] {
        let total = rungs.reduce(0) { $0 + $1.count }
        var candidates = Array(configurations.indices)
        var result: [Trial] = []
        for (number, rung) in rungs.enumerated() {
            var trials: [Trial] = []
            for index in candidates.prefix(rung.count) {
                try Task.checkCancellation()
                let clock = ContinuousClock()
                let start = clock.now
                let score = try await measure(configurations[index], rung.resource)
                guard !score.isNaN else {
                    throw ModelError.unusableData("the score of configuration \(index) is not a number")
                }
                let trial = Trial(
                    index: index, rung: number, resource: rung.resource, parameters: configurations[index],
                    score: score, seconds: start.duration(to: clock.now) / .seconds(1))
                trials.append(trial)
                progress?(trial, total)
            }
            trials.sort { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index }
            candidates = trials.map(\.index)
            result = trials + result
        }
        return result
    }
}
