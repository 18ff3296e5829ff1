import Features
import DataPrep
import ModelTracking
import Pipelines
import Scoring
import StorageIO
import Tracking

func trainAndPromote(
    on data: String, judgedOn laterData: String, tracking: TrackingDestination, model folder: StorageLocation
) async throws -> PromotionResult {
    let receipt = try await ModelPublisher.withTracking(tracking) { publisher in
        let request = TrainingRequest(data: data, features: .transactions(.windows), testRows: .share(0.2))
        let result = try await TrainingPipeline(request).run()
        try await result.model.save(to: folder)
        return try await publisher.publish(result, model: folder, data: data, registration: ModelRegistration())
    }
    return try await ModelPromotion(
        PromotionRequest(
            candidate: "runs:/\(receipt.runID)/model", champion: "models:/antifraud@champion", data: laterData),
        tracking: tracking
    ).run()
}
