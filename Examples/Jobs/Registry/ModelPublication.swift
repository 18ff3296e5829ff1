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
        /// Whether everything is at the place of tracking; else a journal keeps it.
        package var isDelivered = true
        /// The folder of the journal that is to be delivered.
        package var journal: String?
    }

    package let tracking: TrackingClient
    package let experiment: String

    private let stores: ObjectStores

    package init(tracking: TrackingClient, experiment: String, stores: ObjectStores) {
        self.tracking = tracking
        self.experiment = experiment
        self.stores = stores
    }

    /// Opens a tracking place for some work and closes it afterwards, whatever came of the work: closing brings
    /// everything into the one file of an SQLite place.
    package static func withTracking<Result>(
        _ place: TrackingPlace, experiment: String? = nil, program: String, stores: ObjectStores,
        _ body: (ModelPublication) async throws -> Result
    ) async throws -> Result {
        let tracking = try await place.open(program: program, stores: stores)
        let experiment = experiment ?? place.experiment ?? experimentName
        let result: Result
        do {
            result = try await body(ModelPublication(tracking: tracking, experiment: experiment, stores: stores))
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
        let content = try await RunContent(
            outcome, model: place.description, data: data, metrics: metrics, stores: stores)
        let run = try await tracking.experiment(named: experiment).startRun(tags: content.tags)
        do {
            try await run.log(parameters: content.parameters)
            try await run.log(content.metrics)
            try await run.log(inputs: content.inputs)
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
}
