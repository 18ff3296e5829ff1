import Essentials
import JobSupport
import ModelKit

/// What came of a candidate for promotion.
package struct PromotionResult: Sendable, Codable {
    package enum Decision: String, Sendable, Codable {
        /// The alias points at the candidate now, or would without a dry run.
        case promoted
        /// The alias stays where it was.
        case keptChampion = "kept champion"
        /// The alias pointed at the candidate before.
        case alreadyChampion = "already champion"
    }

    package var decision: Decision
    /// Why, in a sentence.
    package var reason: String
    package var policy: PromotionPolicy
    /// Whether nothing was logged and the alias left alone, whatever the decision.
    package var isDryRun: Bool
    package var registeredModel: String
    package var alias: String
    package var candidateVersion: Int
    /// The run that the figures were logged to; null when the version has none.
    package var candidateRunID: String?
    /// The version that the alias pointed at; null when there was none.
    package var championVersion: Int?
    /// The candidate's mean area over the bootstrap samples; null when no data were given.
    package var testBootstrapROCAUC: Double?
    /// Null when there was no champion to compare with.
    package var comparison: ComparisonJob.Result?

    package var text: String {
        var lines = [
            "candidate            version \(candidateVersion) of \(registeredModel)",
            "champion             \(championVersion.map { "version \($0)" } ?? "none yet")",
        ]
        if let comparison {
            lines.append(comparison.text)
        } else if let testBootstrapROCAUC {
            lines.append("ROC AUC              \(testBootstrapROCAUC.text(decimals: 5)) (mean of bootstrap samples)")
        }
        let mark = isDryRun ? " (dry run: nothing was logged or moved)" : ""
        lines.append("decision             \(decision.rawValue): \(reason)\(mark)")
        return lines.joined(separator: "\n")
    }
}
