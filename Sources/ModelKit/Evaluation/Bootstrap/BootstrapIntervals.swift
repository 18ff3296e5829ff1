import Parallelism

/// Measures of a model with bootstrap intervals.
///
/// Rows of one customer or card resemble each other: with keys, ``EvaluationRows/keys``, whole keys are drawn, and intervals
/// are as wide as they have to be. See ``BootstrapSettings`` for the draws. The same input gives the same bits on any number
/// of threads.
public struct BootstrapIntervals: Sendable, Hashable, Codable {
    /// One measure's value and interval.
    public struct Interval: Sendable, Hashable, Codable {
        /// What is measured.
        public let measure: QualityMeasure
        /// The value on the rows themselves.
        public let estimate: Double
        /// The lower end of the percentile interval (Efron 1979): a quantile of the values on the samples.
        public let lower: Double
        /// The upper end.
        public let upper: Double
    }

    /// How samples were drawn.
    public let settings: BootstrapSettings
    /// The measures, in the order requested.
    public let intervals: [Interval]

    /// Computes intervals. Blocks the calling thread; in a task, use the `async` variant.
    ///
    /// After one sort, a sample takes time proportional to the number of rows.
    /// - Throws: ``ModelError`` as ``Metrics`` says; ``ModelError/invalidSetting(_:)`` for settings out of range, for no measures
    ///   and for a cost by amounts that are not given.
    public init(
        _ model: ModelScores, rows: EvaluationRows, measures: [QualityMeasure] = [.rocAUC, .averagePrecision],
        settings: BootstrapSettings = BootstrapSettings(), threads: Int = 1
    ) throws(ModelError) {
        try self.init(
            model, rows: rows, measures: measures, settings: settings, threads: threads, cancellation: nil)
    }

    /// Computes intervals on a thread of its own and at most `threads - 1` others.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        _ model: ModelScores, rows: EvaluationRows, measures: [QualityMeasure] = [.rocAUC, .averagePrecision],
        settings: BootstrapSettings = BootstrapSettings(), threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "bootstrap") { flag in
            try Self(model, rows: rows, measures: measures, settings: settings, threads: threads, cancellation: flag)
        }
    }

    private init(
        _ model: ModelScores, rows: EvaluationRows, measures: [QualityMeasure], settings: BootstrapSettings,
        threads: Int, cancellation: CancellationFlag?
    ) throws(ModelError) {
        guard !measures.isEmpty else { throw .invalidSetting("there is nothing to measure") }
        try settings.validate()
        try model.validate(rows, measures)
        try EvaluationInput.requireBothClasses(rows.labels, rows.weights)
        let bootstrap = MeasureBootstrap(
            [model], measures, rows, settings, threads: threads, cancellation: cancellation)
        self.settings = settings
        intervals = measures.indices.map { index in
            let ascending = bootstrap.values[0][index].sorted()
            return Interval(
                measure: measures[index], estimate: bootstrap.estimates[0][index],
                lower: Quantile.linear(ascending, (1 - settings.level) / 2),
                upper: Quantile.linear(ascending, (1 + settings.level) / 2))
        }
    }
}
