import ModelKit
package import Scoring
package import Tracking

/// The model in use, to be beaten.
package struct Champion: Sendable {
    package var model: FraudModel
    /// What it is called in reports: `version 3`, or a run's id.
    package var name: String
    package var runID: String?

    /// Finds the version with the champion alias; without one, the best run by `test_bootstrap_roc_auc` that has a model;
    /// nil when there is neither.
    package static func find(
        _ tracking: TrackingClient, experiment name: String
    ) async throws -> Champion? {
        do {
            let version = try await tracking.models.version(
                alias: ModelPublication.championAlias, of: ModelPublication.modelName)
            let uri = "models:/\(ModelPublication.modelName)@\(ModelPublication.championAlias)"
            return Champion(
                model: try await load(uri, tracking), name: "version \(version.version)", runID: version.runID)
        } catch let error as TrackingError where error.code == .notFound {
            let experiment = try await tracking.experiment(named: name)
            guard let run = try await experiment.bestRun(by: "test_bootstrap_roc_auc") else { return nil }
            return Champion(
                model: try await load("runs:/\(run.id)/model", tracking), name: "run \(run.name)", runID: run.id
            )
        }
    }

    private static func load(_ uri: String, _ tracking: TrackingClient) async throws -> FraudModel {
        let folder = try await tracking.artifacts(at: uri)
        return try await FraudModel.load(from: folder.location)
    }
}
