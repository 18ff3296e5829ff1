public import Features
import ModelKit
public import Scoring
public import Tracking

/// The model in use, which a candidate has to beat.
public struct Champion: Sendable {
    /// The model itself.
    public var model: FraudModel
    /// What it is called in reports: `version 3`, or a run's name.
    public var name: String
    /// The run that made it; nil where the registry does not know.
    public var runID: String?

    /// Finds the version that the alias points at; without one, the best run of an experiment that has a model.
    /// - Parameters:
    ///   - tracking: the registry, and the runs.
    ///   - experiment: the name of the experiment whose runs are looked at.
    ///   - model: the name of the registered model.
    ///   - alias: the alias of the version in use.
    ///   - metric: what the best run has most of.
    ///   - custom: the kinds of features that the models' plans have from the program.
    /// - Returns: nil when there is neither.
    /// - Throws: `TrackingError`; what loading the model throws.
    public static func find(
        _ tracking: TrackingClient, experiment: String, model: String = ModelPublisher.modelName,
        alias: String = ModelPublisher.championAlias, metric: String = "test_bootstrap_roc_auc",
        custom: CustomFeatures = .none
    ) async throws -> Champion? {
        func load(_ uri: String) async throws -> FraudModel {
            try await FraudModel.load(from: tracking.artifacts(at: uri).location, custom: custom)
        }
        do {
            let version = try await tracking.models.version(alias: alias, of: model)
            return Champion(
                model: try await load("models:/\(model)@\(alias)"), name: "version \(version.version)",
                runID: version.runID)
        } catch let error as TrackingError where error.code == .notFound {
            guard let run = try await tracking.experiment(named: experiment).bestRun(by: metric) else { return nil }
            return Champion(
                model: try await load("runs:/\(run.id)/model"), name: "run \(run.name)", runID: run.id)
        }
    }
}
