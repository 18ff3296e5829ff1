import Foundation
import ModelKit
import Scoring
package import StorageIO
package import Tracking

/// Saves a model and writes down how it came to be.
package struct ModelPublication: Sendable {
    /// The name under which fraud models are registered.
    package static let modelName = "antifraud"
    /// The alias of the version in use.
    package static let championAlias = "champion"
    /// The experiment that the original system logs to.
    package static let experimentName = "antifraud-experiment"

    /// Where things have gone.
    package struct Receipt: Sendable, Codable {
        package var runID: String
        package var experiment: String
        package var trackingURI: String
        package var modelVersion: Int?
    }

    package let tracking: TrackingClient
    package let experiment: String

    package init(tracking: TrackingClient, experiment: String = ModelPublication.experimentName) {
        self.tracking = tracking
        self.experiment = experiment
    }

    /// Opens a tracking place for some work and closes it afterwards, whatever came of the work: closing brings
    /// everything into the one file of an SQLite place.
    package static func withTracking<Result>(
        _ uri: String, artifactRoot: String? = nil, experiment: String = ModelPublication.experimentName,
        source: String, stores: ObjectStores, _ body: (ModelPublication) async throws -> Result
    ) async throws -> Result {
        let tracking = try await TrackingClient.open(
            uri, artifactRoot: artifactRoot,
            context: RunContext(user: NSUserName(), sourceName: source, sourceType: .local), stores: stores)
        let result: Result
        do {
            result = try await body(ModelPublication(tracking: tracking, experiment: experiment))
        } catch {
            try? await tracking.close()
            throw error
        }
        try await tracking.close()
        return result
    }

    /// Logs a training as one run: parameters, metrics, histories, tags, and the model's folder as the artifact `model`.
    /// - Parameters:
    ///   - model: the folder where the model was saved, in any store.
    ///   - metrics: figures beyond those of the outcome, such as a comparison's.
    ///   - registers: whether the model becomes a new version of ``modelName``.
    package func publish(
        _ outcome: TrainingOutcome, model place: StoredPlace, data: String, metrics: [String: Double] = [:],
        registers: Bool
    ) async throws -> Receipt {
        let experiment = try await tracking.experiment(named: experiment)
        let run = try await experiment.startRun(tags: ["model_path": place.description, "data": data])
        do {
            try await run.log(parameters: outcome.parameters)
            try await run.log(metrics: outcome.metrics.merging(metrics) { _, new in new })
            try await run.log(metrics: [
                "training_rows": Double(outcome.trainingRows), "training_frauds": Double(outcome.trainingFrauds),
                "training_seconds": outcome.seconds["training"] ?? 0,
            ])
            let history = outcome.history.compactMap { round in
                round.validationMetric.map {
                    Metric(key: "val_metric", value: $0, timestamp: Self.now(), step: Int64(round.round))
                }
            }
            if !history.isEmpty { try await run.log(history) }
            try await run.log(artifacts: place, as: "model")
            var version: ModelVersion?
            if registers {
                version = try await tracking.models.register(
                    Self.modelName, source: "runs:/\(run.id)/model", runID: run.id)
            }
            try await run.end()
            return Receipt(
                runID: run.id, experiment: self.experiment, trackingURI: tracking.uri, modelVersion: version?.version)
        } catch {
            // The run must not look as if it were still going on.
            try? await run.end(.failed)
            throw error
        }
    }

    private static func now() -> Int64 {
        Int64(Date.now.timeIntervalSince1970 * 1_000)
    }
}
