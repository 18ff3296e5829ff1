import Parallelism

/// Differences of two models' measures on the same rows, with paired stratified bootstrap intervals.
///
/// Both models are measured on the same samples, so that what makes a sample hard or easy for both does not widen the
/// interval of the difference. With ``EvaluationRows/keys``, whole keys are drawn; see ``BootstrapSettings``.
public struct PairedComparison: Sendable, Hashable, Codable {
    /// One measure of both models.
    public struct Difference: Sendable, Hashable, Codable {
        /// What is measured.
        public let measure: QualityMeasure
        /// The candidate's value on the rows.
        public let candidate: Double
        /// The champion's value on the rows.
        public let champion: Double
        /// The lower end of the percentile interval of candidate minus champion.
        public let lower: Double
        /// The upper end.
        public let upper: Double
        /// Twice the share of samples whose difference is 0 or on the less frequent side of 0, the rows themselves counted as one sample on
        /// either side (Davison and Hinkley 1997, 4.2); at most 1.
        public let pValue: Double

        /// Candidate minus champion.
        public var difference: Double { candidate - champion }

        /// Whether the interval lies on the better side of 0, on the worse one, or contains 0.
        public var verdict: ModelComparison.Verdict {
            let (better, worse) = measure.isBetterLower ? (upper < 0, lower > 0) : (lower > 0, upper < 0)
            return better ? .better : worse ? .worse : .undecided
        }
    }

    /// How samples were drawn.
    public let settings: BootstrapSettings
    /// The measures, in the order requested.
    public let differences: [Difference]

    /// Compares two models. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError`` as ``BootstrapIntervals`` says.
    public init(
        candidate: ModelScores, champion: ModelScores, rows: EvaluationRows,
        measures: [QualityMeasure] = [.rocAUC, .averagePrecision],
        settings: BootstrapSettings = BootstrapSettings(), threads: Int = 1
    ) throws(ModelError) {
        try self.init(
            candidate, champion, rows, measures, settings, threads: threads, cancellation: nil)
    }

    /// Compares two models on a thread of its own and at most `threads - 1` others.
    /// - Throws: ``ModelError`` as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        candidate: ModelScores, champion: ModelScores, rows: EvaluationRows,
        measures: [QualityMeasure] = [.rocAUC, .averagePrecision],
        settings: BootstrapSettings = BootstrapSettings(), threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "comparison") { flag in
            try Self(candidate, champion, rows, measures, settings, threads: threads, cancellation: flag)
        }
    }

    init(
        _ candidate: ModelScores, _ champion: ModelScores, _ rows: EvaluationRows, _ measures: [QualityMeasure],
        _ settings: BootstrapSettings, threads: Int, cancellation: CancellationFlag?
    ) throws(ModelError) {
        guard !measures.isEmpty else { throw .invalidSetting("there is nothing to measure") }
        try settings.validate()
        for model in [candidate, champion] { try model.validate(rows, measures) }
        try EvaluationInput.requireBothClasses(rows.labels, rows.weights)
        let bootstrap = MeasureBootstrap(
            [candidate, champion], measures, rows, settings, threads: threads, cancellation: cancellation)
        self.settings = settings
        differences = measures.indices.map { index in
            let ascending = zip(bootstrap.values[0][index], bootstrap.values[1][index]).map { $0 - $1 }.sorted()
            let notAbove = ascending.count { $0 <= 0 }, notBelow = ascending.count { $0 >= 0 }
            return Difference(
                measure: measures[index], candidate: bootstrap.estimates[0][index],
                champion: bootstrap.estimates[1][index],
                lower: Quantile.linear(ascending, (1 - settings.level) / 2),
                upper: Quantile.linear(ascending, (1 + settings.level) / 2),
                pValue: min(1, 2 * Double(min(notAbove, notBelow) + 1) / Double(ascending.count + 1)))
        }
    }
}
