import Essentials
package import ModelTracking
import Pipelines

extension PromotionResult {
    /// The decision for a terminal.
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
