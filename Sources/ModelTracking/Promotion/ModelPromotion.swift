public import Essentials
public import Features
import ModelKit
import Pipelines
public import StorageIO
public import Tracking

/// Moves a registered model's alias to a new version when that one does better than the version in use.
///
/// Safe to repeat: a candidate that is the champion already stays it, and metrics that are logged again have the same values.
public struct ModelPromotion: Sendable {
    private static let registryLimit = Duration.seconds(30)

    private let request: PromotionRequest
    private let tracking: TrackingDestination
    private let stores: ObjectStoreRegistry
    private let program: String
    private let custom: CustomFeatures
    private let threads: Int
    private let progress: WorkProgressHandler

    /// A promotion; nothing is asked before it runs.
    /// - Parameters:
    ///   - tracking: the registry.
    ///   - stores: finds data, models and the report.
    ///   - program: named as the user of the registry.
    ///   - custom: the kinds of features that the models' plans have from the program.
    ///   - threads: threads that compute; the result does not depend on them.
    ///   - progress: gets rows read and steps begun.
    public init(
        _ request: PromotionRequest, tracking: TrackingDestination = TrackingDestination(),
        stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        program: String = ProcessInfo.processInfo.processName, custom: CustomFeatures = .none,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.request = request
        self.tracking = tracking
        self.stores = stores
        self.program = program
        self.custom = custom
        self.threads = threads
        self.progress = progress
    }

    /// Compares, decides, logs the comparison and moves the alias.
    /// - Throws: ``ModelTrackingError``, `PipelineError`, `TrackingError`, and what loading and scoring throw. The alias is where it was then, unless it is
    ///   the last call to the registry that failed.
    public func run() async throws -> PromotionResult {
        let client = try await withTimeLimit(
            Self.registryLimit, waitingFor: "the registry \(TrackingClient.displayedURI(tracking.uri ?? ""))"
        ) { [tracking, program, stores] in try await tracking.open(program: program, stores: stores) }
        do {
            let result = try await promote(client)
            try await client.close()
            return result
        } catch {
            try? await client.close()
            throw error
        }
    }

    private func promote(_ client: TrackingClient) async throws -> PromotionResult {
        let (name, alias) = try Self.alias(request.champion)
        let candidate = try await candidate(of: name, client)
        let champion = try await Self.version(alias, of: name, client)
        var result = PromotionResult(
            decision: .promoted, reason: "", policy: request.policy, isDryRun: request.isDryRun, registeredModel: name,
            alias: alias, candidateVersion: candidate.version, candidateRunID: candidate.runID,
            championVersion: champion?.version)
        if champion?.version == candidate.version {
            result.decision = .alreadyChampion
            result.reason = "\(request.champion) is this version"
            return result
        }
        try await judge(&result, candidate: candidate, champion: champion)
        guard !request.isDryRun else { return result }
        try await log(result, client)
        if result.decision == .promoted {
            // Another promotion may have come first, with a champion that this candidate was never compared with.
            let current = try await Self.version(alias, of: name, client)
            guard current?.version == champion?.version else {
                throw ModelTrackingError.invalidRequest(
                    "\(request.champion) moved from \(Self.text(champion)) to \(Self.text(current)) while the candidate was "
                        + "compared; run again to compare with that one")
            }
            try await client.models.setAlias(alias, of: name, to: candidate.version)
        }
        return result
    }

    /// Compares, and decides by the policy.
    private func judge(
        _ result: inout PromotionResult, candidate: ModelVersion, champion: ModelVersion?
    ) async throws {
        if let data = request.data {
            let models = ModelLoader(stores: stores, tracking: tracking, program: program, custom: custom)
            let compared = try await ComparisonPipeline(
                data: data, champion: models.load(Self.uri(champion ?? candidate)),
                candidate: models.load(Self.uri(candidate)), label: request.label,
                includesTrainingRows: request.includesTrainingRows, settings: request.settings, stores: stores,
                threads: threads, progress: progress
            ).run()
            var comparison = compared.summary
            if let report = request.report {
                try await compared.writeReport(to: stores.resolve(report))
                comparison.report = report
            }
            result.testBootstrapROCAUC = comparison.candidateBootstrapROCAUC
            if champion != nil { result.comparison = comparison }
        } else if request.policy != .always {
            throw ModelTrackingError.invalidRequest("policy '\(request.policy.rawValue)' needs data to compare on")
        }
        guard let champion else {
            result.reason = "there was no version with the alias '\(result.alias)'"
            return
        }
        guard let comparison = result.comparison else {
            result.reason = "it replaces \(Self.text(champion)) without a comparison, as policy 'always' has it"
            return
        }
        let verdict = comparison.verdict
        let accepted = request.policy.accepts(verdict)
        result.decision = accepted ? .promoted : .keptChampion
        result.reason =
            "it is \(verdict.text) \(Self.text(champion)), and policy '\(request.policy.rawValue)' \(accepted ? "accepts" : "refuses") that"
    }

    /// Writes the figures to the candidate's run, and the decision to its version, too, which is there without a run.
    private func log(_ result: PromotionResult, _ client: TrackingClient) async throws {
        let decision = ["promotion.decision": result.decision.rawValue, "promotion.reason": result.reason]
        for (key, value) in decision {
            try await client.models.setTag(key, value, ofVersion: result.candidateVersion, of: result.registeredModel)
        }
        guard let id = result.candidateRunID else { return }
        let run = try await client.run(id: id)
        try await run.setTags(decision)
        var metrics: [String: Double] = [:]
        metrics["test_bootstrap_roc_auc"] = result.testBootstrapROCAUC
        if let comparison = result.comparison {
            metrics["p_value"] = comparison.tTestPValue
            metrics["delong_p_value"] = comparison.deLongPValue
            metrics["champion_roc_auc"] = comparison.championROCAUC
            metrics["roc_auc_difference"] = comparison.difference
            metrics["roc_auc_difference_lower"] = comparison.bootstrapInterval[0]
            metrics["roc_auc_difference_upper"] = comparison.bootstrapInterval[1]
        }
        if !metrics.isEmpty { try await run.log(metrics: metrics) }
    }

    private func candidate(of name: String, _ client: TrackingClient) async throws -> ModelVersion {
        switch try ArtifactReference(request.candidate) {
        case .model(let reference):
            guard reference.name == name else {
                throw ModelTrackingError.invalidRequest(
                    "\(request.candidate) is a version of '\(reference.name)', and \(request.champion) of '\(name)'")
            }
            return try await client.models.resolve(reference)
        case .run(let id, _):
            for try await version in client.models.versions(matching: "name = \(name) AND run_id = \(id)") {
                return version
            }
            throw ModelTrackingError.invalidRequest(
                "\(request.candidate): run \(id) has no version of '\(name)'; train with --register, or register its model"
            )
        case .loggedModel, .location:
            throw ModelTrackingError.invalidRequest(
                "\(request.candidate) is not registered, so that no alias can point at it; train with --register and give "
                    + "models:/\(name)/VERSION")
        }
    }

    private static func alias(_ uri: String) throws -> (name: String, alias: String) {
        guard case .model(let reference) = try ArtifactReference(uri), case .alias(let alias) = reference.selector
        else {
            throw ModelTrackingError.invalidRequest(
                "\(uri) names no alias that could be moved; write models:/NAME@ALIAS, such as models:/antifraud@champion"
            )
        }
        return (reference.name, alias)
    }

    /// Nil when the alias is new.
    private static func version(
        _ alias: String, of name: String, _ client: TrackingClient
    ) async throws -> ModelVersion? {
        do {
            return try await client.models.version(alias: alias, of: name)
        } catch let error as TrackingError where error.code == .notFound {
            return nil
        }
    }

    private static func uri(_ version: ModelVersion) -> String { "models:/\(version.name)/\(version.version)" }

    private static func text(_ version: ModelVersion?) -> String {
        version.map { "version \($0.version)" } ?? "no version"
    }
}
