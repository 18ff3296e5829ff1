/// Copies experiments, runs with their histories and files, and registered models from one tracking store to another,
/// of the same kind or not.
///
/// Can be run again after an interruption: what was copied completely is left as it is, and the rest is completed. Runs
/// are recognised by the tag `antifraud.copied_from`, which is set last, and by the token they are made with; databases
/// keep their ids, MLflow servers give new ones.
///
/// Nothing should write to the source meanwhile: a run that is still in progress is copied as it is found, and again
/// the next time.
public struct TrackingCopy: Sendable {
    /// What to copy.
    public struct Options: Sendable, Hashable {
        /// Experiments by name; nil for all.
        public var experiments: Set<String>?
        /// Whether files are copied. Without, artifact folders stay empty.
        public var copiesArtifacts: Bool
        /// Whether registered models are copied.
        public var copiesModels: Bool
        /// Whether deleted experiments and runs are copied, as deleted ones.
        public var copiesDeleted: Bool
        /// Runs copied at the same time.
        public var parallelRuns: Int

        /// Everything, four runs at a time.
        public init(
            experiments: Set<String>? = nil, copiesArtifacts: Bool = true, copiesModels: Bool = true,
            copiesDeleted: Bool = true, parallelRuns: Int = 4
        ) {
            self.experiments = experiments
            self.copiesArtifacts = copiesArtifacts
            self.copiesModels = copiesModels
            self.copiesDeleted = copiesDeleted
            self.parallelRuns = parallelRuns
        }
    }

    /// What was copied, and what failed.
    public struct Report: Sendable, Hashable, Codable {
        /// Experiments that are at the destination.
        public var experiments = 0
        /// Runs that were copied or completed.
        public var runs = 0
        /// Runs that were there already.
        public var runsLeft = 0
        /// Points of metric histories.
        public var metricPoints = 0
        /// Files.
        public var files = 0
        /// Bytes of files.
        public var bytes: Int64 = 0
        /// Registered models.
        public var models = 0
        /// Their versions, those that were there already among them.
        public var versions = 0
        /// What could not be copied, and why, one line each.
        public var failures: [String] = []
    }

    let source: TrackingClient
    let destination: TrackingClient
    let options: Options

    /// A copy from one client's store to another's.
    public init(from source: TrackingClient, to destination: TrackingClient, options: Options = Options()) {
        self.source = source
        self.destination = destination
        self.options = options
    }

    /// Runs the copy.
    /// - Parameter progress: Gets the report so far and the total number of runs.
    /// - Throws: ``TrackingError`` when a store cannot be read or written at all; failures of single runs and models
    ///   are in ``Report/failures``.
    public func run(progress: @Sendable (Report, Int) -> Void = { _, _ in }) async throws -> Report {
        var report = Report()
        var work: [CopiedRun] = []
        var deleted: [String] = []
        for experiment in try await experiments() {
            let (target, isToBeDeleted) = try await copy(experiment)
            if isToBeDeleted { deleted.append(target) }
            work += try await makeRuns(of: experiment, in: target, &report)
            report.experiments += 1
            if options.copiesModels {
                report.failures += try await source.store.loggedModels(inExperiment: experiment.id).map {
                    "logged model '\($0.name)' (\($0.id)): MLflow 3's logged models are not copied, only their files where a "
                        + "registered version needs them"
                }
            }
        }
        let copies = Dictionary(work.map { ($0.source.id, $0) }) { first, _ in first }
        let identifiers = copies.mapValues(\.targetID)
        let total = work.count
        progress(report, total)
        let open = work.filter { !$0.isComplete }
        report.runsLeft = total - open.count
        try await withThrowingTaskGroup(of: RunCopy.Outcome.self) { group in
            var next = 0
            func add() {
                guard next < open.count else { return }
                let copy = RunCopy(
                    run: open[next], source: source, destination: destination, identifiers: identifiers,
                    copiesArtifacts: options.copiesArtifacts)
                next += 1
                group.addTask { try await copy.outcome() }
            }
            for _ in 0..<max(1, options.parallelRuns) { add() }
            for try await outcome in group {
                if let counts = outcome.counts { report.add(counts) }
                if let failure = outcome.failure { report.failures.append("run \(outcome.run): \(failure)") }
                progress(report, total)
                add()
            }
        }
        if options.copiesModels {
            try await RegistryCopy(
                source: source, destination: destination, runs: copies, copiesArtifacts: options.copiesArtifacts
            ).copy(&report)
        }
        for id in deleted { try await destination.experiment(id: id).delete() }
        return report
    }

    private func experiments() async throws -> [ExperimentRecord] {
        var found: [ExperimentRecord] = []
        let view: LifecycleView = options.copiesDeleted ? .all : .active
        for try await record in source.experiments(orderBy: ["creation_time"], view: view)
        where options.experiments?.contains(record.name) ?? true {
            found.append(record)
        }
        if let missing = options.experiments?.subtracting(found.map(\.name)).min() {
            throw TrackingError(.notFound, "experiment '\(missing)'", "is not at \(source.uri)")
        }
        return found
    }

    /// The experiment of the same name, made or brought back if need be.
    /// - Returns: Its id, and whether it is to be deleted when all is copied.
    private func copy(_ record: ExperimentRecord) async throws -> (id: String, isToBeDeleted: Bool) {
        let isDeleted = record.lifecycleStage == .deleted
        if let found = try await destination.store.experiment(named: record.name), found.lifecycleStage == .deleted {
            try await destination.experiment(id: found.id).restore()
        }
        let experiment = try await destination.experiment(named: record.name, tags: record.tags)
        for (key, value) in record.tags where experiment.record.tags[key] != value {
            try await experiment.setTag(key, value)
        }
        return (experiment.id, isDeleted)
    }

    /// Makes the runs, parents first, so that all new ids are known before tags that name them are written.
    private func makeRuns(
        of experiment: ExperimentRecord, in target: String, _ report: inout Report
    ) async throws -> [CopiedRun] {
        var runs: [CopiedRun] = []
        let view: LifecycleView = options.copiesDeleted ? .all : .active
        let found = source.runs(
            inExperiments: [experiment.id], orderBy: ["start_time ASC"], view: view, fields: [.tags, .metrics])
        // Runs that are added or removed meanwhile may move others to the next page.
        var seen: Set<String> = []
        for try await record in found where seen.insert(record.id).inserted {
            let creation = RunCreation(
                experimentID: target, name: record.name, userID: record.userID, startTime: record.startTime,
                tags: record.tags, token: record.id)
            do {
                let made = try await destination.store.createRun(creation)
                // A run of an experiment that is deleted whole is not deleted by itself.
                let isDeletedAlone = record.lifecycleStage == .deleted && experiment.lifecycleStage == .active
                let isComplete =
                    made.tags[RunCopy.mark] == record.id && made.status == record.status
                    && made.endTime == record.endTime && record.status.isTerminal
                runs.append(
                    CopiedRun(
                        source: record, targetID: made.id, isDeletedAlone: isDeletedAlone,
                        isDeletedNow: made.lifecycleStage == .deleted, isComplete: isComplete))
            } catch let error as TrackingError where error.isRefusal {
                report.failures.append("run \(record.id): \(error)")
            }
        }
        return runs
    }
}

/// A run and its copy.
struct CopiedRun: Sendable {
    var source: RunRecord
    var targetID: String
    var isDeletedAlone: Bool
    var isDeletedNow: Bool
    var isComplete: Bool
}

extension TrackingCopy.Report {
    fileprivate mutating func add(_ counts: RunCopy.Counts) {
        runs += 1
        metricPoints += counts.metricPoints
        files += counts.files
        bytes += counts.bytes
    }
}
