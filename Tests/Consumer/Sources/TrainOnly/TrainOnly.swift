import ModelKit

/// Trains a model on made-up rows with nothing but ModelKit, stores it, and reads it back.
@main
enum TrainOnly {
    static func main() async throws {
        var generator = SystemRandomNumberGenerator()
        var amounts: [Float] = [], hours: [Float] = [], labels: [UInt8] = []
        for _ in 0..<20_000 {
            let amount = Float.random(in: 1...300, using: &generator),
                hour = Float(Int.random(in: 0..<24, using: &generator))
            amounts.append(amount)
            hours.append(hour)
            labels.append(amount > 220 || (hour < 3 && amount > 150) ? 1 : 0)
        }
        let features = try FeatureMatrix(names: ["tx_amount", "hour"], columns: [amounts, hours])

        var settings = BoostedTreesConfiguration()
        settings.rounds = 30
        let trained = try await BoostedTreesTrainer(settings).train(features, labels: labels)
        let probabilities = try await trained.model.probabilities(features, threads: 2)
        let auc = try Metrics.rocAUC(scores: probabilities, labels: labels)
        guard auc > 0.99 else { throw ModelError.unusableData("ROC AUC is only \(auc)") }

        let restored = try ClassifierArchive.decode(ClassifierArchive.encode(trained.model))
        guard try await restored.probabilities(features, threads: 1) == probabilities else {
            throw ModelError.malformedModel("the stored model gives other probabilities")
        }
        print("trained \(trained.model.featureNames), ROC AUC \(auc); the stored model agrees")
    }
}
