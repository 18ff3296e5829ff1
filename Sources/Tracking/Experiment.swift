/// A named collection of runs.
public struct Experiment: Sendable {
    /// What was stored when this value was made.
    public let record: ExperimentRecord
    let client: TrackingClient

    /// A decimal number as text.
    public var id: String { record.id }
    /// Unique in its tracking store.
    public var name: String { record.name }

    // MARK: Runs

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - name: For people; two words and a number, chosen at random, if not given.
    ///   - tags: Beside those of the client's ``RunContext``, which they override.
    ///   - startTime: Now by default.
    public func startRun(
        name: String? = nil, tags: [String: String] = [:], startTime: Timestamp? = nil
    ) async throws -> Run {
        for (key, value) in tags { try EntityLimits.check(runTag: key, value) }
        let tagged = tags[MLflowTag.runName]
        if let name, let tagged, name != tagged {
            throw TrackingError(.invalidValue, "run '\(name)'", "its tag \(MLflowTag.runName) says '\(tagged)'")
        }
        let given = name ?? tagged ?? ""
        let chosen = given.isEmpty ? RunName.random() : given
        try EntityLimits.check(runName: chosen)
        let allTags = client.context.tags.merging(tags) { _, own in own }
        for (key, value) in allTags { try EntityLimits.check(runTag: key, value) }
        let creation = RunCreation(
            experimentID: id, name: chosen, userID: client.context.user ?? allTags[MLflowTag.user] ?? "",
            startTime: startTime ?? .now, tags: allTags)
        return Run(try await client.store.createRun(creation), client: client)
    }

    /// Starts a run, hands it to `body`, and ends it: as finished, as failed if `body` throws, as killed if it throws
    /// `CancellationError`.
    public func withRun<Result>(
        name: String? = nil, tags: [String: String] = [:], _ body: (Run) async throws -> Result
    ) async throws -> Result {
        let run = try await startRun(name: name, tags: tags)
        let result: Result
        do {
            result = try await body(run)
        } catch {
            // The error that `body` threw says more than a failure to record it.
            try? await run.end(error is CancellationError ? .killed : .failed)
            throw error
        }
        try await run.end()
        return result
    }

    /// Runs that a filter finds.
    ///
    /// - Parameters:
    ///   - filter: For example `"metrics.auc > 0.9 and params.depth = '5'"`; see ``SearchFilter``.
    ///   - orderBy: Such as `["metrics.auc DESC", "start_time"]`. Runs without the value come last; ties, and everything
    ///     if the order is empty, go by start time, newest first.
    ///   - view: Active runs, deleted ones, or both.
    ///   - fields: What to fetch of each run; less is faster.
    ///   - pageSize: Runs fetched at once, from 1 to 50000.
    public func runs(
        matching filter: SearchFilter = "", orderBy: [String] = [], view: LifecycleView = .active,
        fields: RunFields = .all, pageSize: Int = 1000
    ) -> PagedResults<RunRecord> {
        client.runs(
            inExperiments: [id], matching: filter, orderBy: orderBy, view: view, fields: fields, pageSize: pageSize)
    }

    /// Which end of a metric is best.
    public enum Preference: Sendable, Hashable {
        /// Such as for ROC AUC.
        case highest
        /// Such as for a loss.
        case lowest
    }

    /// The run whose latest value of a metric is best, among those that a filter finds; nil if none has a value other
    /// than NaN. Of equals, the one that started last.
    public func bestRun(
        by metric: String, _ preference: Preference = .highest, matching filter: SearchFilter = ""
    ) async throws -> RunRecord? {
        try EntityLimits.check(key: metric, of: "metric")
        let direction = preference == .highest ? "DESC" : "ASC"
        let first = try await runs(matching: filter, orderBy: ["metrics.`\(metric)` \(direction)"], pageSize: 1).page()
        guard let best = first.elements.first, let value = best.metrics[metric]?.value, !value.isNaN else { return nil }
        return best
    }

    // MARK: The experiment itself

    /// What is stored now.
    public func currentRecord() async throws -> ExperimentRecord { try await client.store.experiment(id: id) }

    /// Gives it another name.
    public func rename(to name: String) async throws {
        try EntityLimits.check(experimentName: name)
        try await client.store.renameExperiment(id: id, to: name)
    }

    /// Sets a tag, replacing an earlier value.
    public func setTag(_ key: String, _ value: String) async throws {
        try EntityLimits.check(experimentTag: key, value)
        try await client.store.setTag(key, value, ofExperiment: id)
    }

    /// Removes a tag.
    public func deleteTag(_ key: String) async throws { try await client.store.deleteTag(key, ofExperiment: id) }

    /// Marks the experiment and its runs as deleted; nothing is lost until `mlflow gc`.
    public func delete() async throws { try await client.store.setLifecycleStage(.deleted, ofExperiment: id) }

    /// Takes ``delete()`` back.
    public func restore() async throws { try await client.store.setLifecycleStage(.active, ofExperiment: id) }
}
