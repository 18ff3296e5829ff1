import Features
import DataPrep
import ModelKit
import Pipelines
import Scoring
import StorageIO

func trainFraudModel(on data: String, savingTo folder: StorageLocation) async throws -> TrainingResult {
    var trees = BoostedTreesConfiguration()
    trees.rounds = 50
    let request = TrainingRequest(
        data: data, features: .transactions(.windows), learner: .boostedTrees(trees),
        testRows: .share(0.2), validationShare: 0.2)
    let result = try await TrainingPipeline(request).run()
    try await result.model.save(to: folder)
    return result
}
