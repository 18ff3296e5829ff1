/// A handle on one run. Several handles, in several processes, can log to the same run.
public struct Run: Sendable {
    /// 32 hexadecimal digits.
    public let id: String
    /// The experiment it belongs to.
    public let experimentID: String
    /// As it was when this value was made.
    public let name: String
    /// The location of its artifacts: an absolute path or a URL.
    public let artifactURI: String
    let client: TrackingClient

    init(_ record: RunRecord, client: TrackingClient) {
        id = record.id
        experimentID = record.experimentID
        name = record.name
        artifactURI = record.artifactURI
        self.client = client
    }

    /// What is stored now.
    public func record() async throws -> RunRecord { try await client.store.run(id: id) }

    /// Starts a run that MLflow shows below this one.
    public func startNestedRun(
        name: String? = nil, tags: [String: String] = [:], startTime: Timestamp? = nil
    ) async throws -> Run {
        var tags = tags
        tags[MLflowTag.parentRunID] = id
        return try await client.experiment(id: experimentID).startRun(name: name, tags: tags, startTime: startTime)
    }

    /// Ends the run, even if the task has been cancelled.
    /// - Parameter endTime: Now by default.
    public func end(_ status: RunStatus = .finished, endTime: Timestamp? = nil) async throws {
        guard status.isTerminal else {
            throw TrackingError(.invalidValue, "run \(id)", "cannot end as \(status.rawValue)")
        }
        let time = endTime ?? .now
        // A separate task, since cancelling a task also interrupts its database access.
        try await Task { [store = client.store, id] in
            try await store.updateRun(id: id, status: status, endTime: time, name: nil)
        }.value
    }

    /// Gives the run another name.
    public func rename(to name: String) async throws {
        guard !name.isEmpty else { throw TrackingError(.invalidValue, "run \(id)", "cannot have an empty name") }
        try EntityLimits.check(runName: name)
        try await client.store.updateRun(id: id, status: nil, endTime: nil, name: name)
    }

    /// All values of a metric, by ascending timestamp, step and value.
    public func history(of metric: String, pageSize: Int = 10_000) -> PagedResults<Metric> {
        PagedResults { [store = client.store, id] token in
            try await store.metricHistory(metric, ofRun: id, pageSize: try checked(pageSize), pageToken: token)
        }
    }

    /// Marks the run as deleted; nothing is lost until `mlflow gc`.
    public func delete() async throws { try await client.store.setLifecycleStage(.deleted, ofRun: id) }

    /// Takes ``delete()`` back.
    public func restore() async throws { try await client.store.setLifecycleStage(.active, ofRun: id) }
}
