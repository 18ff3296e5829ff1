import Parallelism

/// Whether a candidate ranks better than the champion, on the rows of one test set.
///
/// The paired bootstrap interval and DeLong's test decide together. The two-sample t-test over bootstrap areas is
/// reported, too, but not used for the decision: bootstrap areas are not independent observations, so that with enough
/// of them any difference becomes significant.
public struct ModelComparison: Sendable, Hashable, Codable {
    /// The comparison's conclusion about the candidate.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// Both intervals of the difference are above 0.
        case better
        /// Both are below 0.
        case worse
        /// At least one contains 0: these rows do not separate the models.
        case undecided
    }

    /// How to compare.
    public struct Settings: Sendable, Hashable, Codable {
        /// Bootstrap samples for the paired interval.
        public var samples: Int
        /// How many of them, from the first, the t-test uses.
        public var tTestSamples: Int
        /// The probability of the intervals.
        public var level: Double
        /// Seed of the bootstrap.
        public var seed: UInt64

        /// Settings; the defaults are a thousand samples, a hundred of them for the t-test, and 95 % intervals.
        public init(samples: Int = 1000, tTestSamples: Int = 100, level: Double = 0.95, seed: UInt64 = 42) {
            self.samples = samples
            self.tTestSamples = tTestSamples
            self.level = level
            self.seed = seed
        }
    }

    /// What the result was computed with.
    public let settings: Settings
    /// The number of rows.
    public let rowCount: Int
    /// Frauds among them.
    public let positiveCount: Int
    /// The candidate's mean area over the t-test's bootstrap samples.
    public let candidateBootstrapAUC: Double
    /// The champion's mean area over the same samples.
    public let championBootstrapAUC: Double
    /// The areas under the ROC curve and DeLong's test; `first` is the candidate.
    public let deLong: DeLongTest
    /// The bootstrap samples' areas; `first` is the candidate.
    public let bootstrap: BootstrapComparison
    /// Student's test over the bootstrap areas, candidate minus champion.
    public let tTest: TTest
    /// The conclusion.
    public let verdict: Verdict

    /// Compares the scores of two models. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError`` as ``DeLongTest`` and ``BootstrapComparison`` say.
    public init(
        candidate: [Double], champion: [Double], labels: [UInt8], settings: Settings = Settings(), threads: Int = 1
    ) throws(ModelError) {
        try self.init(
            candidate: candidate, champion: champion, labels: labels, settings: settings, threads: threads,
            cancellation: nil)
    }

    /// Compares the scores of two models on a thread of its own and at most `threads - 1` others.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        candidate: [Double], champion: [Double], labels: [UInt8], settings: Settings = Settings(), threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "comparison") { flag in
            try Self(
                candidate: candidate, champion: champion, labels: labels, settings: settings, threads: threads,
                cancellation: flag)
        }
    }

    private init(
        candidate: [Double], champion: [Double], labels: [UInt8], settings: Settings, threads: Int,
        cancellation: CancellationFlag?
    ) throws(ModelError) {
        try EvaluationInput.validate(scores: candidate, labels: labels)
        try EvaluationInput.validate(scores: champion, labels: labels)
        try AUCEstimate.requireTwoOfEachClass(labels)
        try AUCEstimate.validate(level: settings.level)
        try BootstrapComparison.validate(samples: settings.samples)
        guard (2...settings.samples).contains(settings.tTestSamples) else {
            throw .invalidSetting("\(settings.tTestSamples) samples for the t-test, not 2 to \(settings.samples)")
        }
        let candidateRanking = RankedRows(validated: candidate, threads: threads)
        let championRanking = RankedRows(validated: champion, threads: threads)
        let deLong = DeLongTest(candidateRanking, championRanking, labels, level: settings.level)
        let bootstrap = BootstrapComparison(
            candidateRanking, championRanking, labels, samples: settings.samples, level: settings.level,
            seed: settings.seed, threads: threads, cancellation: cancellation)
        let candidateAreas = Array(bootstrap.first.prefix(settings.tTestSamples))
        let championAreas = Array(bootstrap.second.prefix(settings.tTestSamples))
        self.settings = settings
        rowCount = labels.count
        positiveCount = labels.reduce(0) { $0 + Int($1) }
        candidateBootstrapAUC = candidateAreas.reduce(0, +) / Double(candidateAreas.count)
        championBootstrapAUC = championAreas.reduce(0, +) / Double(championAreas.count)
        self.deLong = deLong
        self.bootstrap = bootstrap
        tTest = try TTest.student(candidateAreas, championAreas)
        verdict =
            if deLong.lower > 0, bootstrap.lower > 0 { .better } else if deLong.upper < 0, bootstrap.upper < 0 {
                .worse
            } else { .undecided }
    }
}
