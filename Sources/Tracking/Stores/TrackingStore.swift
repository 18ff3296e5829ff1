/// A backend that keeps runs and models with MLflow's semantics: a database in MLflow's layout, or a server.
///
/// Arguments arrive checked (see ``EntityLimits``); a store throws ``TrackingError``. All calls may run concurrently.
package protocol TrackingStore: Sendable {
    /// The largest batch that ``log(_:toRun:)`` takes.
    var batchLimits: BatchLimits { get }

    /// Checks whether values could be logged now, and changes nothing.
    func checkWritable() async throws

    // Experiments
    func createExperiment(named name: String, artifactLocation: String?, tags: [String: String]) async throws
        -> ExperimentRecord
    func experiment(id: String) async throws -> ExperimentRecord
    /// Nil when there is none; deleted ones are found too.
    func experiment(named name: String) async throws -> ExperimentRecord?
    func searchExperiments(_ query: EntityQuery) async throws -> Page<ExperimentRecord>
    func renameExperiment(id: String, to name: String) async throws
    /// Deletes or restores an experiment together with its runs.
    func setLifecycleStage(_ stage: LifecycleStage, ofExperiment id: String) async throws
    func setTag(_ key: String, _ value: String, ofExperiment id: String) async throws
    func deleteTag(_ key: String, ofExperiment id: String) async throws

    /// MLflow 3's logged models of an experiment, except deleted ones; none where the store does not support them.
    func loggedModels(inExperiment id: String) async throws -> [LoggedModel]

    // Runs
    func createRun(_ creation: RunCreation) async throws -> RunRecord
    func run(id: String) async throws -> RunRecord
    func updateRun(id: String, status: RunStatus?, endTime: Timestamp?, name: String?) async throws
    /// Stores a batch whole or not at all. Values that are stored already are not an error, except for a parameter with
    /// another value.
    func log(_ batch: RunBatch, toRun id: String) async throws
    /// Records that a run has read data sets. Recording one again replaces its tags where the store is able to.
    func log(_ inputs: [DatasetInput], toRun id: String) async throws
    func deleteTag(_ key: String, ofRun id: String) async throws
    func setLifecycleStage(_ stage: LifecycleStage, ofRun id: String) async throws
    func searchRuns(_ query: RunQuery) async throws -> Page<RunRecord>
    /// All values of a metric by ascending timestamp, step, value.
    func metricHistory(_ key: String, ofRun id: String, pageSize: Int, pageToken: String?) async throws -> Page<Metric>

    // Registry
    func createModel(named name: String, description: String?, tags: [String: String]) async throws -> RegisteredModel
    func model(named name: String) async throws -> RegisteredModel
    func searchModels(_ query: EntityQuery) async throws -> Page<RegisteredModel>
    func renameModel(_ name: String, to newName: String) async throws
    func setDescription(_ description: String?, ofModel name: String) async throws
    func deleteModel(named name: String) async throws
    func setTag(_ key: String, _ value: String, ofModel name: String) async throws
    func deleteTag(_ key: String, ofModel name: String) async throws
    func setAlias(_ alias: String, ofModel name: String, version: Int) async throws
    func deleteAlias(_ alias: String, ofModel name: String) async throws
    func createVersion(_ creation: ModelVersionCreation) async throws -> ModelVersion
    func version(_ version: Int, ofModel name: String) async throws -> ModelVersion
    func version(alias: String, ofModel name: String) async throws -> ModelVersion
    func searchVersions(_ query: EntityQuery) async throws -> Page<ModelVersion>
    func setDescription(_ description: String?, ofVersion version: Int, model name: String) async throws
    func setStage(_ stage: String, ofVersion version: Int, model name: String, archivingOthers: Bool) async throws
    func deleteVersion(_ version: Int, ofModel name: String) async throws
    func setTag(_ key: String, _ value: String, ofVersion version: Int, model name: String) async throws
    func deleteTag(_ key: String, ofVersion version: Int, model name: String) async throws

    /// Closes files and connections; later calls fail.
    func close() async throws
}

/// A model that MLflow 3 has logged beside a run.
package struct LoggedModel: Sendable, Hashable {
    /// Such as `m-0123456789abcdef0123456789abcdef`.
    package var id: String
    package var name: String
}

/// A model version that is to be registered.
package struct ModelVersionCreation: Sendable {
    package var name: String
    package var source: String
    package var runID: String?
    package var description: String?
    package var tags: [String: String]

    package init(
        name: String, source: String, runID: String? = nil, description: String? = nil, tags: [String: String] = [:]
    ) {
        self.name = name
        self.source = source
        self.runID = runID
        self.description = description
        self.tags = tags
    }
}
