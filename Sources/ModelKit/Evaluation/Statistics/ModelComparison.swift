import Parallelism

/// Whether a candidate ranks better than the champion, on the rows of one test set.
///
/// The paired stratified bootstrap interval of the ROC AUC and DeLong's test decide together, both by keys where rows have
/// them. Bootstrap areas and the two-sample t-test over them are reported, too, but decide nothing: bootstrap areas are not
/// independent observations, so that with enough of them any difference becomes significant.
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
        /// What ``ModelComparison/paired`` compares beside the ROC AUC.
        public var measures: [QualityMeasure]

        /// Settings; the defaults are a thousand samples, a hundred of them for the t-test, 95 % intervals, and average
        /// precision.
        public init(
            samples: Int = 1000, tTestSamples: Int = 100, level: Double = 0.95, seed: UInt64 = 42,
            measures: [QualityMeasure] = [.averagePrecision]
        ) {
            self.samples = samples
            self.tTestSamples = tTestSamples
            self.level = level
            self.seed = seed
            self.measures = measures
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
    /// Paired stratified bootstrap: the ROC AUC, then ``Settings/measures``.
    public let paired: PairedComparison
    /// The areas of bootstrap samples of rows; `first` is the candidate.
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
            candidate: ModelScores(candidate), champion: ModelScores(champion), rows: EvaluationRows(labels: labels),
            settings: settings, threads: threads)
    }

    /// Compares the scores of two models on a thread of its own and at most `threads - 1` others.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        candidate: [Double], champion: [Double], labels: [UInt8], settings: Settings = Settings(), threads: Int = 1
    ) async throws {
        try await self.init(
            candidate: ModelScores(candidate), champion: ModelScores(champion), rows: EvaluationRows(labels: labels),
            settings: settings, threads: threads)
    }

    /// Compares two models on rows that may have keys and amounts. Blocks the calling thread; in a task, use the `async`
    /// variant.
    /// - Parameter rows: without weights, which DeLong's test does not define.
    /// - Throws: ``ModelError`` as ``DeLongTest`` and ``PairedComparison`` say; ``ModelError/invalidSetting(_:)`` for weights.
    public init(
        candidate: ModelScores, champion: ModelScores, rows: EvaluationRows, settings: Settings = Settings(),
        threads: Int = 1
    ) throws(ModelError) {
        try self.init(candidate, champion, rows, settings, threads: threads, cancellation: nil)
    }

    /// Compares two models on a thread of its own and at most `threads - 1` others.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        candidate: ModelScores, champion: ModelScores, rows: EvaluationRows, settings: Settings = Settings(),
        threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "comparison") { flag in
            try Self(candidate, champion, rows, settings, threads: threads, cancellation: flag)
        }
    }

    private init(
        _ candidateScores: ModelScores, _ championScores: ModelScores, _ rows: EvaluationRows, _ settings: Settings,
        threads: Int, cancellation: CancellationFlag?
    ) throws(ModelError) {
        let (candidate, champion, labels) = (candidateScores.scores, championScores.scores, rows.labels)
        guard rows.weights == nil else { throw .invalidSetting("DeLong's test has no weights; compare without them") }
        try EvaluationInput.validate(scores: candidate, labels: labels)
        try EvaluationInput.validate(scores: champion, labels: labels)
        try AUCEstimate.requireTwoOfEachClass(labels, rows.keys)
        try AUCEstimate.validate(level: settings.level)
        try BootstrapComparison.validate(samples: settings.samples)
        guard (2...settings.samples).contains(settings.tTestSamples) else {
            throw .invalidSetting("\(settings.tTestSamples) samples for the t-test, not 2 to \(settings.samples)")
        }
        let candidateRanking = RankedRows(validated: candidate, threads: threads)
        let championRanking = RankedRows(validated: champion, threads: threads)
        let deLong = DeLongTest(candidateRanking, championRanking, labels, rows.keys, level: settings.level)
        let bootstrap = BootstrapComparison(
            candidateRanking, championRanking, labels, samples: settings.samples, level: settings.level,
            seed: settings.seed, threads: threads, cancellation: cancellation)
        let paired = try PairedComparison(
            candidateScores, championScores, rows, [.rocAUC] + settings.measures,
            BootstrapSettings(samples: settings.samples, level: settings.level, seed: settings.seed), threads: threads,
            cancellation: cancellation)
        let candidateAreas = Array(bootstrap.first.prefix(settings.tTestSamples))
        let championAreas = Array(bootstrap.second.prefix(settings.tTestSamples))
        self.settings = settings
        rowCount = labels.count
        positiveCount = labels.reduce(0) { $0 + Int($1) }
        candidateBootstrapAUC = candidateAreas.reduce(0, +) / Double(candidateAreas.count)
        championBootstrapAUC = championAreas.reduce(0, +) / Double(championAreas.count)
        self.deLong = deLong
        self.paired = paired
        self.bootstrap = bootstrap
        tTest = try TTest.student(candidateAreas, championAreas)
        verdict =
            switch paired.differences[0].verdict {
            case .better where deLong.lower > 0: .better
            case .worse where deLong.upper < 0: .worse
            default: .undecided
            }
    }
}
