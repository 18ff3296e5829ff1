import DataPrep
import Features
import ModelKit
import ModelTracking
import Pipelines
import Scoring
import StorageIO
import Tracking

/// Trains, evaluates, saves and registers a model with public API only.
@main
enum RegisterModel {
    static func main() async throws {
        let stores = ObjectStoreRegistry(), tracking = TrackingDestination(uri: "sqlite:///consumer-output/mlflow.db")
        let data = try stores.resolve("consumer-output/transactions.parquet")
        let simulator = try HandbookSimulator(options: .scaled(toTransactions: 50_000, days: 60))
        try await DataSet.write(simulator.batches(threads: 2), schema: TransactionColumn.tableSchema, to: data)

        let receipt = try await ModelPublisher.withTracking(tracking, stores: stores) { publisher in
            let request = TrainingRequest(
                data: "\(data.uri)", features: .transactions(.windows), testRows: .share(0.2), validationShare: 0.2)
            let result = try await TrainingPipeline(request, stores: stores).run()
            guard let quality = result.evaluation, quality.rocAUC > 0.7 else {
                throw ModelError.unusableData("the model is no good: \(String(describing: result.evaluation))")
            }
            let folder = try stores.resolve("consumer-output/model")
            try await result.model.save(to: folder)
            return try await publisher.publish(
                result, model: folder, data: "\(data.uri)", registration: ModelRegistration())
        }
        let model = try await ModelLoader(stores: stores, tracking: tracking).load("runs:/\(receipt.runID)/model")
        print("registered a model with features \(model.classifier.featureNames) and threshold \(model.threshold)")
    }
}
