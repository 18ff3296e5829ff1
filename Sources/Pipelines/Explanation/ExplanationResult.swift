public import ModelKit
public import Scoring
public import StorageIO

/// What moves the scores of a data set.
public struct ExplanationResult: Sendable {
    /// One feature's effect on all rows.
    public struct Feature: Sendable, Hashable, Codable {
        /// Its name.
        public let name: String
        /// The mean magnitude of its contributions, on the ``ExplanationResult/scale``.
        public let meanContribution: Double
    }

    /// How features count that are not known.
    public let method: ExplanationMethod
    /// What contributions add up to.
    public let scale: Explanation.Scale
    /// The score that is expected before any feature is known.
    public let baseValue: Double
    /// Rows read.
    public let rows: Int
    /// Rows without a score: their amount is not a finite number.
    public let unscored: Int
    /// Which history the features started from.
    public let history: HistoryUse
    /// The features, the strongest first; of equal ones in the model's order.
    public let features: [Feature]
    let data: String
    let summary: ContributionSummary

    init(
        data: String, method: ExplanationMethod, scale: Explanation.Scale, history: HistoryUse,
        summary: ContributionSummary
    ) {
        self.data = data
        self.method = method
        self.scale = scale
        self.history = history
        self.summary = summary
        baseValue = summary.baseValue
        rows = summary.rowCount
        unscored = summary.unscoredCount
        features = zip(summary.features, summary.meanMagnitudes).enumerated()
            .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
            .map { Feature(name: $0.element.0, meanContribution: $0.element.1) }
    }

    /// The features' effects as one HTML page with plots, which needs no other file.
    public func html() -> String { ExplanationReport(self).html() }

    /// Writes ``html()``.
    /// - Throws: `ObjectStoreError`.
    public func writeReport(to location: StorageLocation) async throws {
        try await location.store.put(Array(html().utf8), to: location.key())
    }
}
