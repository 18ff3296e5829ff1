import Essentials
import StorageIO

/// Uploads entries of a journal to their destination.
///
/// Entries of one run keep their order; those of different runs need none. What the destination refuses for good is set
/// aside with the reason, entry by entry, so that it holds nothing else up. When the destination cannot be reached, an
/// error is thrown and the upload is attempted again later.
struct JournalBatchUpload {
    let files: JournalFiles
    let client: TrackingClient
    var progress: JournalProgress
    /// What was refused: entries, or parts of them.
    private(set) var rejections: [JournalRejection] = []
    /// Copies that have arrived, to be removed once the progress is kept.
    private(set) var deliveredCopies: [String] = []

    init(files: JournalFiles, client: TrackingClient, progress: JournalProgress) {
        self.files = files
        self.client = client
        self.progress = progress
    }

    /// Delivers the items, which start at ``progress``'s position and end before `next`.
    mutating func deliver(_ items: [JournalReader.Item], next: JournalPosition) async throws {
        var order: [UInt64] = []
        var steps: [UInt64: [Step]] = [:]
        for item in items {
            let run = item.entry.run
            if steps[run] == nil { order.append(run) }
            steps[run, default: []].add(item)
        }
        for run in order {
            for step in steps[run] ?? [] { try await deliver(step, ofRun: run) }
        }
        progress.position = next
    }

    /// Uploads deferred entries.
    mutating func deliverDeferred() async throws {
        let reader = JournalReader(files: files)
        // In order, so that a run's files come before what is registered of them.
        for position in progress.deferred.map(\.position).sorted() {
            let index = progress.deferred.firstIndex { $0.position == position }
            guard let item = try reader.read(from: position, until: nil, limit: 1).items.first, let index else {
                continue
            }
            let deferred = progress.deferred.remove(at: index)
            do {
                try await deliver(.single(item), ofRun: item.entry.run)
            } catch {
                progress.deferred.append(deferred)
                throw error
            }
        }
    }

    private mutating func deliver(_ step: Step, ofRun number: UInt64) async throws {
        switch step {
        case .batch(let batch):
            guard let run = progress.runs[number] else {
                return reject(JournalRejection(batch, of: nil, Self.orphaned))
            }
            do {
                try await client.store.log(whole: batch, toRun: run.id)
            } catch let error as TrackingError where error.isRefusal {
                for part in batch.split(client.store.batchLimits) { try await log(part, to: run.id) }
            }
        case .single(let item):
            guard !mustWait(item.entry) else { return putOff(item) }
            do {
                try await deliver(item.entry)
            } catch let error as TrackingError where error.isRefusal {
                reject(JournalRejection(item.entry, of: progress.runs[number]?.id, error.description))
            } catch {
                guard item.entry.mayBePutOff, !(error is CancellationError), !Self.isBlocked(error) else { throw error }
                putOff(item)
            }
        }
    }

    private mutating func deliver(_ entry: JournalEntry) async throws {
        if case .start(let number, let start) = entry { return try await self.start(number, start) }
        if case .attach(let number, let id) = entry {
            let record = try await client.store.run(id: id)
            progress.runs[number] = .init(id: id, experimentID: record.experimentID)
            return
        }
        guard let run = progress.runs[entry.run] else {
            return reject(JournalRejection(entry, of: nil, Self.orphaned))
        }
        switch entry {
        case .inputs(_, let inputs): try await client.store.log(inputs, toRun: run.id)
        case .end(_, let status, let time):
            try await client.store.updateRun(id: run.id, status: status, endTime: time, name: nil)
        case .content(_, let content, let path):
            try await client.run(id: run.id).log(artifact: content, as: path)
        case .files(_, let location, let path):
            try await upload(client.artifacts.stores.resolve(location), from: location, to: path, of: run.id)
        case .copies(_, let copy):
            try await upload(
                JournalCopies(files: files).location(copy.name), from: copy.origin, to: copy.path, of: run.id)
            deliveredCopies.append(copy.name)
        case .register(_, let registration): try await register(registration, of: run.id)
        case .start, .attach, .metrics, .parameters, .tags: break
        }
    }

    private func upload(_ source: StorageLocation, from origin: String, to path: String?, of run: String) async throws {
        var isEmpty = true
        for try await _ in source.store.list(prefix: source.folderPrefix) {
            isEmpty = false
            break
        }
        guard !isEmpty else { throw TrackingError(.notFound, origin, "holds no files any more") }
        try await client.run(id: run).log(artifacts: source, as: path)
    }

    private mutating func start(_ number: UInt64, _ start: JournaledStart) async throws {
        let experiment = try await client.experiment(named: start.experiment)
        var creation = RunCreation(
            experimentID: experiment.id, name: start.name, userID: start.user, startTime: start.startTime,
            tags: start.tags)
        creation.token = start.token
        let run = try await client.store.createRun(creation)
        progress.runs[number] = .init(id: run.id, experimentID: run.experimentID)
    }

    private func register(_ registration: JournaledRegistration, of run: String) async throws {
        let source = "runs:/\(run)/\(registration.path)"
        let location = ArtifactPath.normalized(try await client.location(of: source))
        var version: ModelVersion?
        // An earlier upload may have got this far.
        for try await known in client.models.versions(matching: "name = \(registration.model) and run_id = \(run)")
        where known.source == location {
            version = known
        }
        if version == nil {
            version = try await client.models.register(
                registration.model, source: source, runID: run, tags: registration.tags)
        }
        if let alias = registration.alias, let version {
            try await client.models.setAlias(alias, of: registration.model, to: version.version)
        }
    }

    /// Logs a batch; a refused batch is halved until the refused values are isolated.
    private mutating func log(_ batch: RunBatch, to run: String) async throws {
        do {
            try await client.store.log(batch, toRun: run)
        } catch let error as TrackingError where error.isRefusal {
            // Once a run accepts nothing, there is no need to send it each value.
            let isUsable: Bool
            do {
                isUsable = try await client.store.run(id: run).lifecycleStage == .active
            } catch let missing as TrackingError where missing.code == .notFound {
                isUsable = false
            }
            let halves = batch.halves
            guard isUsable, let halves else { return reject(JournalRejection(batch, of: run, error.description)) }
            try await log(halves.0, to: run)
            try await log(halves.1, to: run)
        }
    }

    private mutating func reject(_ rejection: JournalRejection) {
        rejections.append(rejection)
    }

    private mutating func putOff(_ item: JournalReader.Item) {
        progress.deferred.append(.init(position: item.position, run: item.entry.run))
    }

    /// A version is not registered before the run's files are there.
    private func mustWait(_ entry: JournalEntry) -> Bool {
        guard case .register(let run, _) = entry else { return false }
        return progress.deferred.contains { $0.run == run }
    }

    private static let orphaned = "its run could not be started"

    /// Whether the tracking server or database itself cannot be reached, so that nothing else would get through either.
    private static func isBlocked(_ error: any Error) -> Bool { error is TrackingError }
}

extension JournalBatchUpload {
    /// What is sent at once.
    fileprivate enum Step {
        /// Values of several entries.
        case batch(RunBatch)
        case single(JournalReader.Item)
    }
}

extension [JournalBatchUpload.Step] {
    fileprivate mutating func add(_ item: JournalReader.Item) {
        switch item.entry {
        case .metrics(_, let metrics): withBatch { $0.metrics += metrics }
        case .parameters(_, let parameters): withBatch { $0.add(parameters: parameters) }
        case .tags(_, let tags): withBatch { $0.add(tags: tags) }
        default: append(.single(item))
        }
    }

    /// Mutates the last batch directly: its arrays must not be copied for each entry.
    private mutating func withBatch(_ change: (inout RunBatch) -> Void) {
        var batch = RunBatch()
        if case .batch(let open) = last {
            batch = open
            removeLast()
        }
        change(&batch)
        append(.batch(batch))
    }
}

extension JournalEntry {
    /// Whether other entries may overtake it: files and registrations, which can fail independently of the tracking
    /// server.
    fileprivate var mayBePutOff: Bool {
        switch self {
        case .content, .files, .copies, .register: true
        default: false
        }
    }
}

extension TrackingError {
    /// Whether the destination has understood the request and will never accept it.
    var isRefusal: Bool {
        [.notFound, .alreadyExists, .invalidValue, .invalidState].contains(code)
    }
}
