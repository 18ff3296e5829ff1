import ModelKit
import Scoring

// The example of Documentation/Explaining.md, word for word; a test compares the two.
func reasonsForScores(of features: FeatureMatrix, by model: FraudModel) async throws -> [[ReasonCode]] {
    let explainer = try ScoreExplainer(model.classifier)
    let explanation = try await explainer.explain(features, threads: 2)
    let codes = ReasonCodes(model.features)
    return (0..<features.rowCount).map { codes.reasons(3, row: $0, of: explanation, features) }
}
