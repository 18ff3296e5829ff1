import Foundation
import StorageIO

/// Brings entries of a journal to their destination.
///
/// Entries of one run keep their order; those of different runs need none. What the destination refuses for good is
/// set aside with the reason, one by one, so that it holds nothing else up. What fails because the way is blocked is
/// thrown, for another time.
struct JournalDelivery {
    let files: JournalFiles
    let client: TrackingClient
    var progress: JournalProgress
    /// Called for each entry, or part of one, that was refused.
    let onRejection: (_ what: String, _ reason: String) -> Void

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

    /// Tries again what was put off.
    mutating func deliverDeferred() async throws {
        let reader = JournalReader(files: files)
        for position in progress.deferred {
            guard let item = try reader.read(from: position, until: nil, limit: 1).items.first else {
                progress.deferred.removeAll { $0 == position }
                continue
            }
            progress.deferred.removeAll { $0 == position }
            do {
                try await deliver(.single(item), ofRun: item.entry.run)
            } catch {
                progress.deferred.append(position)
                throw error
            }
        }
    }

    private mutating func deliver(_ step: Step, ofRun number: UInt64) async throws {
        switch step {
        case .batch(let batch):
            guard let run = progress.runs[number] else { return reject(step.summary, Self.orphaned) }
            do {
                try await client.store.log(whole: batch, toRun: run.id)
            } catch let error as TrackingError where error.isRefusal {
                for part in batch.split(client.store.batchLimits) { try await log(part, to: run.id) }
            }
        case .single(let item):
            do {
                try await deliver(item.entry)
            } catch let error as TrackingError where error.isRefusal {
                reject(item.entry.summary, error.description)
            } catch  where item.entry.mayBePutOff && !(error is CancellationError) && !Self.isBlocked(error) {
                progress.deferred.append(item.position)
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
        guard let run = progress.runs[entry.run] else { return reject(entry.summary, Self.orphaned) }
        switch entry {
        case .inputs(_, let inputs): try await client.store.log(inputs, toRun: run.id)
        case .end(_, let status, let time):
            try await client.store.updateRun(id: run.id, status: status, endTime: time, name: nil)
        case .content(_, let content, let path):
            try await client.run(id: run.id).log(artifact: content, as: path)
        case .files(_, let place, let path):
            let source = try client.artifacts.stores.resolve(place)
            var isEmpty = true
            for try await _ in source.store.list(prefix: source.folderPrefix) {
                isEmpty = false
                break
            }
            guard !isEmpty else { throw TrackingError(.notFound, place, "holds no files any more") }
            try await client.run(id: run.id).log(artifacts: source, as: path)
        case .register(_, let registration): try await register(registration, of: run.id)
        case .start, .attach, .metrics, .parameters, .tags: break
        }
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
        let place = ArtifactPath.normalized(try await client.location(of: source))
        var version: ModelVersion?
        // An earlier delivery may have got this far.
        for try await known in client.models.versions(matching: "name = \(registration.model) and run_id = \(run)")
        where known.source == place {
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

    /// Logs a batch; halves one that is refused until those to blame stand alone.
    private mutating func log(_ batch: RunBatch, to run: String) async throws {
        do {
            try await client.store.log(batch, toRun: run)
        } catch let error as TrackingError where error.isRefusal {
            // A run that takes nothing any more need not be asked for each value.
            let isUsable: Bool
            do {
                isUsable = try await client.store.run(id: run).lifecycleStage == .active
            } catch let missing as TrackingError where missing.code == .notFound {
                isUsable = false
            }
            let halves = batch.halves
            guard isUsable, let halves else { return reject("run \(run): \(batch.summary)", error.description) }
            try await log(halves.0, to: run)
            try await log(halves.1, to: run)
        }
    }

    private mutating func reject(_ what: String, _ reason: String) {
        progress.rejected += 1
        onRejection(what, reason)
    }

    private static let orphaned = "its run could not be started"

    /// Whether the way to the tracking server or database itself is blocked, so that nothing else would pass either.
    private static func isBlocked(_ error: any Error) -> Bool { error is TrackingError }
}

extension JournalDelivery {
    /// What is sent at once.
    fileprivate enum Step {
        /// Values of several entries.
        case batch(RunBatch)
        case single(JournalReader.Item)

        var summary: String {
            switch self {
            case .batch(let batch): batch.summary
            case .single(let item): item.entry.summary
            }
        }
    }
}

extension [JournalDelivery.Step] {
    fileprivate mutating func add(_ item: JournalReader.Item) {
        switch item.entry {
        case .metrics(_, let metrics): withBatch { $0.metrics += metrics }
        case .parameters(_, let parameters): withBatch { $0.add(parameters: parameters) }
        case .tags(_, let tags): withBatch { $0.add(tags: tags) }
        default: append(.single(item))
        }
    }

    /// Changes the batch at the end in place: its arrays must not be copied for each entry.
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

extension RunBatch {
    /// Adds parameters, but for those that are in the batch already with the same value.
    fileprivate mutating func add(parameters new: [String: String]) {
        for entry in new.sorted(by: { $0.key < $1.key })
        where !parameters.contains(where: { $0.key == entry.key && $0.value == entry.value }) {
            parameters.append((entry.key, entry.value))
        }
    }

    /// Sets tags; the last value counts.
    fileprivate mutating func add(tags new: [String: String]) {
        for entry in new.sorted(by: { $0.key < $1.key }) {
            tags.removeAll { $0.key == entry.key }
            tags.append((entry.key, entry.value))
        }
    }

    /// Two parts of about the same size; nil for a single value.
    fileprivate var halves: (RunBatch, RunBatch)? {
        // Kinds apart first: a refused parameter must not take metrics along.
        if !metrics.isEmpty, !(parameters.isEmpty && tags.isEmpty) {
            return (RunBatch(parameters: parameters, tags: tags), RunBatch(metrics: metrics))
        }
        if !parameters.isEmpty, !tags.isEmpty { return (RunBatch(parameters: parameters), RunBatch(tags: tags)) }
        func half<Element>(_ all: [Element]) -> ([Element], [Element]) {
            (Array(all[..<(all.count / 2)]), Array(all[(all.count / 2)...]))
        }
        guard parameters.count + tags.count + metrics.count > 1 else { return nil }
        let (firstMetrics, lastMetrics) = half(metrics)
        let (firstParameters, lastParameters) = half(parameters)
        let (firstTags, lastTags) = half(tags)
        return (
            RunBatch(metrics: firstMetrics, parameters: firstParameters, tags: firstTags),
            RunBatch(metrics: lastMetrics, parameters: lastParameters, tags: lastTags)
        )
    }

    fileprivate var summary: String {
        var parts: [String] = []
        if !parameters.isEmpty { parts.append("parameters \(parameters.map(\.key).joined(separator: ", "))") }
        if !tags.isEmpty { parts.append("tags \(tags.map(\.key).joined(separator: ", "))") }
        if metrics.count == 1, let metric = metrics.first {
            parts.append("metric '\(metric.key)' = \(metric.value) at step \(metric.step)")
        } else if !metrics.isEmpty {
            parts.append("\(metrics.count) values of metrics")
        }
        return parts.joined(separator: ", ")
    }
}

extension JournalEntry {
    /// Whether other entries may overtake it: files and registrations, which may fail for reasons of their own.
    fileprivate var mayBePutOff: Bool {
        switch self {
        case .content, .files, .register: true
        default: false
        }
    }
}

extension TrackingError {
    /// Whether the destination has understood and will never take it.
    var isRefusal: Bool {
        [.notFound, .alreadyExists, .invalidValue, .invalidState].contains(code)
    }
}
