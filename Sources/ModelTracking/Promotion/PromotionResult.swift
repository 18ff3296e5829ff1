public import Pipelines

/// What came of a candidate for promotion.
public struct PromotionResult: Sendable, Codable {
    /// What was decided.
    public enum Decision: String, Sendable, Codable {
        /// The alias points at the candidate now, or would without a dry run.
        case promoted
        /// The alias stays where it was.
        case keptChampion = "kept champion"
        /// The alias pointed at the candidate before.
        case alreadyChampion = "already champion"
    }

    /// What was decided.
    public var decision: Decision
    /// Why, in a sentence.
    public var reason: String
    /// By which policy.
    public var policy: PromotionPolicy
    /// Whether nothing was logged and the alias left alone, whatever the decision.
    public var isDryRun: Bool
    /// The name of the registered model.
    public var registeredModel: String
    /// The alias.
    public var alias: String
    /// The candidate's version.
    public var candidateVersion: Int
    /// The run that the figures were logged to; null when the version has none.
    public var candidateRunID: String?
    /// The version that the alias pointed at; null when there was none.
    public var championVersion: Int?
    /// The candidate's mean area over the bootstrap samples; null when no data were given.
    public var testBootstrapROCAUC: Double?
    /// Null when there was no champion to compare with.
    public var comparison: ComparisonSummary?
}
