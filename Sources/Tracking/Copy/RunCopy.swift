/// Fills the copy of one run.
struct RunCopy: Sendable {
    struct Counts: Sendable {
        var metricPoints = 0
        var files = 0
        var bytes: Int64 = 0
    }

    /// What came of a run.
    struct Outcome: Sendable {
        var run: String
        var counts: Counts?
        var failure: String?
    }

    /// The tag that marks a copy as complete and names its source run.
    static let mark = "antifraud.copied_from"

    let run: CopiedRun
    let source: TrackingClient
    let destination: TrackingClient
    /// Ids of copies by those of their runs.
    let identifiers: [String: String]
    let copiesArtifacts: Bool

    /// Copies the run; a failure other than cancellation concerns this run alone.
    func outcome() async throws -> Outcome {
        do {
            return Outcome(run: run.source.id, counts: try await copy())
        } catch {
            if error is CancellationError { throw error }
            return Outcome(run: run.source.id, failure: "\(error)")
        }
    }

    private func copy() async throws -> Counts {
        var counts = Counts()
        let target = run.targetID
        if run.isDeletedNow { try await destination.store.setLifecycleStage(.active, ofRun: target) }
        let record = try await source.store.run(id: run.source.id)
        for key in record.metrics.keys.sorted() {
            let history = PagedResults { [store = source.store] token in
                try await store.metricHistory(key, ofRun: record.id, pageSize: 10_000, pageToken: token)
            }
            for try await points in history.pages {
                try await log(RunBatch(metrics: points))
                counts.metricPoints += points.count
            }
        }
        var tags = record.tags
        if let parent = tags[MLflowTag.parentRunID] { tags[MLflowTag.parentRunID] = identifiers[parent] ?? parent }
        tags[MLflowTag.runName] = record.name
        // Sources may contain values beyond today's limits: the store decides.
        try await log(
            RunBatch(
                parameters: record.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
                tags: tags.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        if !record.inputs.isEmpty { try await destination.store.log(record.inputs, toRun: target) }
        if copiesArtifacts { try await copyFiles(&counts) }
        if record.status != .running || record.endTime != nil {
            try await destination.store.updateRun(
                id: target, status: record.status, endTime: record.endTime, name: nil)
        }
        try await log(RunBatch(tags: [(Self.mark, record.id)]))
        if run.isDeletedAlone { try await destination.store.setLifecycleStage(.deleted, ofRun: target) }
        return counts
    }

    private func log(_ batch: RunBatch) async throws {
        try await destination.store.log(whole: batch, toRun: run.targetID)
    }

    private func copyFiles(_ counts: inout Counts) async throws {
        let from = try source.artifacts.folder(at: run.source.artifactURI)
        let to = try destination.artifacts.folder(at: try await destination.store.run(id: run.targetID).artifactURI)
        let files = try await from.list()
        guard !files.isEmpty else { return }
        try await to.upload(from.location)
        counts.files += files.count
        counts.bytes += files.reduce(0) { $0 + $1.size }
    }
}
