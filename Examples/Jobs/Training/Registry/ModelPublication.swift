import Foundation
import JobSupport
import ModelKit
import Scoring
package import StorageIO
package import Tracking
package import TrackingJobs

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
        /// The name of which it is a version, and the alias that points at it.
        package var registeredModel: String?
        package var alias: String?
        /// Whether everything is at the place of tracking; else a journal keeps it.
        package var isDelivered = true
        /// The folder of the journal that is to be delivered.
        package var journal: String?

        package init(
            runID: String, experiment: String, trackingURI: String, modelVersion: Int?,
            registration: ModelRegistration?, isDelivered: Bool = true, journal: String? = nil
        ) {
            self.runID = runID
            self.experiment = experiment
            self.trackingURI = trackingURI
            self.modelVersion = modelVersion
            registeredModel = registration?.name
            alias = registration?.alias
            self.isDelivered = isDelivered
            self.journal = journal
        }
    }

    /// How long a place of tracking may take to say that it can be logged to.
    private static let timeout = Duration.seconds(30)

    package let tracking: TrackingClient
    package let experiment: String

    private let stores: ObjectStoreRegistry

    package init(tracking: TrackingClient, experiment: String, stores: ObjectStoreRegistry) {
        self.tracking = tracking
        self.experiment = experiment
        self.stores = stores
    }

    /// Opens a tracking place for some work and closes it afterwards, whatever came of the work: closing brings
    /// everything into the one file of an SQLite place.
    ///
    /// A place that does not answer, or an experiment that cannot be logged to, is found before the work.
    package static func withTracking<Result>(
        _ location: TrackingDestination, experiment: String? = nil, program: String, stores: ObjectStoreRegistry,
        _ body: (ModelPublication) async throws -> Result
    ) async throws -> Result {
        let experiment = experiment ?? location.experiment ?? experimentName
        let tracking = try await withTimeLimit(
            timeout, waitingFor: "the place of tracking \(TrackingClient.displayedURI(location.uri ?? ""))"
        ) {
            let tracking = try await location.open(program: program, stores: stores)
            do {
                _ = try await tracking.experiment(named: experiment)
            } catch {
                try? await tracking.close()
                throw error
            }
            return tracking
        }
        let result: Result
        do {
            // What cannot be logged to is found out before the work, not after it.
            try await tracking.check(experiment: experiment)
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
    ///   - registration: whether and how the model becomes a new version of a registered one.
    package func publish(
        _ outcome: TrainingOutcome, model location: StorageLocation, data: String, metrics: [String: Double] = [:],
        registration: ModelRegistration?
    ) async throws -> Receipt {
        let content = try await RunContent(
            outcome, model: location.description, data: data, metrics: metrics, stores: stores)
        let run = try await tracking.experiment(named: experiment).startRun(tags: content.tags)
        do {
            try await run.log(anyLength: content.parameters)
            try await run.log(content.metrics)
            try await run.log(inputs: content.inputs)
            try await run.log(artifacts: location, as: "model")
            var version: ModelVersion?
            for (path, bytes) in content.files { try await run.log(artifact: bytes, as: path) }
            if let registration {
                let registered = try await tracking.models.register(
                    registration.name, source: "runs:/\(run.id)/model", runID: run.id)
                if let alias = registration.alias {
                    try await tracking.models.setAlias(alias, of: registration.name, to: registered.version)
                }
                version = registered
            }
            try await run.end()
            return Receipt(
                runID: run.id, experiment: self.experiment, trackingURI: tracking.uri, modelVersion: version?.version,
                registration: registration)
        } catch {
            // The run must not look as if it were still going on.
            try? await run.end(.failed)
            throw error
        }
    }
}
