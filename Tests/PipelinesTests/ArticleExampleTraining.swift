import Features
import DataPrep
import ModelKit
import Pipelines
import Scoring

// The code of Documentation/Training.md; a test compares the two.
func trainForCosts(on data: String, alert: Double, missedFraud: Double) async throws -> FraudModel {
    var trees = BoostedTreesConfiguration()
    trees.rounds = 100
    let request = TrainingRequest(
        data: data, features: .transactions(.windows), learner: .boostedTrees(trees), testRows: .share(0.2))
    let result = try await TrainingPipeline(request).run()
    var model = result.model
    if let evaluation = result.evaluation {
        model.threshold = cheapestThreshold(evaluation, costOfAlert: alert, costOfMissedFraud: missedFraud)
    }
    return model
}

/// The threshold with the lowest cost on the rows of an evaluation; 1, no alerts in practice, where alerts never pay.
func cheapestThreshold(
    _ evaluation: EvaluationSummary, costOfAlert: Double, costOfMissedFraud: Double
) -> Double {
    let frauds = Double(evaluation.positiveCount)
    var best = (threshold: 1.0, cost: frauds * costOfMissedFraud)
    for point in evaluation.precisionRecallCurve.points {
        guard let threshold = point.threshold, point.precision > 0 else { continue }
        let found = point.recall * frauds, alerts = found / point.precision
        let cost = alerts * costOfAlert + (frauds - found) * costOfMissedFraud
        if cost < best.cost { best = (threshold, cost) }
    }
    return best.threshold
}

func isBetter(_ candidate: FraudModel, than champion: FraudModel, on laterData: String) async throws -> Bool {
    let result = try await ComparisonPipeline(data: laterData, champion: champion, candidate: candidate).run()
    return result.summary.verdict == .better
}
