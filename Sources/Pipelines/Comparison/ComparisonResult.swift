public import ModelKit
public import StorageIO

/// A comparison of two models on the same rows.
public struct ComparisonResult: Sendable {
    /// The numbers in brief.
    public var summary: ComparisonSummary
    /// Tests and intervals.
    public var comparison: ModelComparison
    /// The candidate's quality at its threshold.
    public var candidate: EvaluationSummary
    /// The champion's quality at its threshold.
    public var champion: EvaluationSummary
    let data: String

    /// The comparison as one HTML page with plots, which needs no other file.
    public func html() -> String {
        ComparisonReport(
            data: data, warning: summary.warning, comparison: comparison, candidate: candidate, champion: champion
        ).html()
    }

    /// Writes ``html()``.
    /// - Throws: `ObjectStoreError`.
    public func writeReport(to location: StorageLocation) async throws {
        try await location.store.put(Array(html().utf8), to: location.key())
    }
}
