import Parallelism

/// Copies an object, a folder or the matches of a pattern from any store to any store.
///
///     let transfer = Transfer(from: try stores.resolve("s3://bucket/raw/"), to: try stores.resolve("hdfs:///raw/"))
///     let report = try await transfer.run()
///
/// - A single object gets the destination's name, or keeps its own if the destination is a folder. The content of a
///   folder is copied below the destination; for a pattern such as `raw/2019-*.txt`, keys are relative to `raw/`.
/// - Objects that already exist with the same content are left, so that an interrupted transfer continues where it
///   stopped.
/// - Every object appears whole or not at all. `_SUCCESS` and `SHA256SUMS`, which vouch for the files beside them, are
///   copied last and only if all others were; until then a marker keeps readers from taking a folder with some files
///   for a data set.
/// - An object that cannot be copied is reported, and the others are still copied. So are names that cannot be objects:
///   names that are not UTF-8, broken links, keys such as `a//b` that the destination cannot hold.
/// - Nothing is written outside the destination, whatever the objects are called and whatever links it holds.
///
/// The list of objects is held in memory: some hundred bytes each. Content is not: see ``TransferOptions/memoryLimit``.
public struct Transfer: Sendable {
    private let source: StorageLocation
    private let destination: StorageLocation
    private let options: TransferOptions

    /// A transfer; nothing is done before ``run(progress:)``.
    public init(
        from source: StorageLocation, to destination: StorageLocation, options: TransferOptions = TransferOptions()
    ) {
        self.source = source
        self.destination = destination
        self.options = options
    }

    /// Copies.
    /// - Parameter progress: Called often, from any thread.
    /// - Throws: ``TransferError``, ``OutputConflict`` and what listing throws, before anything is copied;
    ///   `CancellationError`. Failures of single objects are in the report.
    public func run(progress: @escaping @Sendable (TransferProgress) -> Void = { _ in }) async throws -> TransferReport
    {
        let start = ContinuousClock.now
        let source = try await self.source.spooled()
        let plan = try await TransferPlan.make(from: source, to: destination)
        let work = TransferWork(source: source.store, destination: plan.destination, options: options)
        let tracker = TransferTracker(plan, report: progress)
        var report = TransferReport()
        report.isDryRun = options.isDryRun
        report.failures = plan.failures

        let vouching = plan.steps.filter { Self.vouchesForOthers($0.destination) }
        let folders = Set(try vouching.map { try $0.destination.beside(DataSetManifest.fileName) })
        if !options.isDryRun { try await work.setMarkers(folders, plan) }
        try await work.copy(plan.steps.filter { !Self.vouchesForOthers($0.destination) }, tracker, &report)
        let whole = report.failures.isEmpty
        if whole { try await work.copy(vouching, tracker, &report) }
        if whole, report.failures.isEmpty {
            if !options.isDryRun { try await work.removeMarkers(folders) }
            if options.deletesOthers { try await work.deleteOthers(plan, &report) }
        }
        report.copied.sort { $0.location.utf8.lexicographicallyPrecedes($1.location.utf8) }
        report.elapsed = ContinuousClock.now - start
        return report
    }

    private static func vouchesForOthers(_ key: ObjectKey) -> Bool {
        [DataSetManifest.fileName, "SHA256SUMS"].contains(where: key.name.hasBytes)
    }
}

extension ObjectKey {
    /// The key of a name in the same folder.
    fileprivate func beside(_ name: String) throws -> ObjectKey { try ObjectKey(verbatim: folder + name) }
}

/// The work of a transfer.
private struct TransferWork: Sendable {
    let source: any ObjectStore
    let destination: any ObjectStore
    let options: TransferOptions

    // MARK: Copying

    private enum Outcome: Sendable {
        case copied
        case unchanged
        case failed(String)
    }

    func copy(
        _ steps: [TransferPlan.Step], _ tracker: TransferTracker, _ report: inout TransferReport
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
            var bytesInWork = 0, inWork = 0
            func takeOne() async throws {
                guard let (index, outcome) = try await group.next() else { return }
                let step = steps[index]
                bytesInWork -= weight(step)
                inWork -= 1
                note(outcome, of: step, &report)
            }
            for (index, step) in steps.enumerated() {
                while inWork > 0,
                    inWork >= options.parallelObjects || bytesInWork + weight(step) > options.memoryLimit
                { try await takeOne() }
                bytesInWork += weight(step)
                inWork += 1
                group.addTask { (index, try await perform(step, tracker)) }
            }
            while inWork > 0 { try await takeOne() }
        }
    }

    /// How much memory a copy may need: its bytes as they are read, and as they are written.
    private func weight(_ step: TransferPlan.Step) -> Int {
        let overhead = 64 << 10
        return Int(min(Int64(options.memoryLimit), 2 * min(step.source.size, Int64.max / 4) + Int64(overhead)))
    }

    private func perform(_ step: TransferPlan.Step, _ tracker: TransferTracker) async throws -> Outcome {
        let written = Lock<Int64>(0)
        do {
            try Task.checkCancellation()
            let outcome: Outcome
            if try await isUnchanged(step) {
                outcome = .unchanged
            } else {
                outcome = .copied
                if !options.isDryRun {
                    try await ObjectCopy(
                        step.source, of: source, to: step.destination, of: destination, options: options
                    ).run { bytes in
                        written.withLock { $0 += bytes }
                        tracker.add(bytes: bytes)
                    }
                }
            }
            tracker.finishObject(remainingBytes: step.source.size - written.withLock { $0 })
            return outcome
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            tracker.finishObject(remainingBytes: step.source.size - written.withLock { $0 })
            return .failed("\(error)")
        }
    }

    private func isUnchanged(_ step: TransferPlan.Step) async throws -> Bool {
        guard let existing = step.existing, existing.size == step.source.size else { return false }
        switch options.comparison {
        case .never: return false
        case .size: return true
        case .checksum:
            return try await ObjectComparison(options: options)
                .haveSameContent(step.source, in: source, existing, in: destination)
        }
    }

    private func note(_ outcome: Outcome, of step: TransferPlan.Step, _ report: inout TransferReport) {
        switch outcome {
        case .copied:
            report.copied.append(
                .init(location: destination.root + step.destination.path, size: step.source.size))
        case .unchanged:
            report.unchanged += 1
            report.unchangedBytes += step.source.size
        case .failed(let message):
            report.failures.append(.init(location: source.root + step.source.key.path, message: message))
        }
    }

    // MARK: Around the copying

    /// Marks the folders that get a `_SUCCESS`, so that nobody reads some of their files as a data set. Folders whose
    /// `_SUCCESS` lists their files need no marker.
    /// - Parameter folders: The keys of their `_SUCCESS`.
    func setMarkers(_ folders: Set<ObjectKey>, _ plan: TransferPlan) async throws {
        let listed = Set(plan.steps.compactMap { $0.existing }.filter { $0.size > 0 }.map(\.key))
        for folder in folders where !listed.contains(folder) {
            try await destination.put([], to: folder.beside(UnfinishedMarker.ofWholeFolder))
        }
    }

    func removeMarkers(_ folders: Set<ObjectKey>) async throws {
        for folder in folders { try await destination.delete(folder.beside(UnfinishedMarker.ofWholeFolder)) }
    }

    func deleteOthers(_ plan: TransferPlan, _ report: inout TransferReport) async throws {
        let others = plan.others.filter { !$0.key.name.hasBytes(of: UnfinishedMarker.ofWholeFolder) }
        if !options.isDryRun {
            do {
                try await destination.delete(others.map(\.key))
            } catch {
                if error is CancellationError { throw error }
                report.failures.append(.init(location: destination.root, message: "\(error)"))
                return
            }
        }
        report.deleted = others.map { .init(location: destination.root + $0.key.path, size: $0.size) }
    }
}

/// Adds up what concurrent copies have done.
private final class TransferTracker: Sendable {
    private let progress: Lock<TransferProgress>
    private let report: @Sendable (TransferProgress) -> Void

    init(_ plan: TransferPlan, report: @escaping @Sendable (TransferProgress) -> Void) {
        self.report = report
        var start = TransferProgress()
        start.objectsTotal = plan.steps.count
        start.bytesTotal = plan.steps.reduce(0) { $0 + $1.source.size }
        progress = Lock(start)
        report(start)
    }

    func add(bytes: Int64) { change { $0.bytesDone += bytes } }

    func finishObject(remainingBytes: Int64) {
        change {
            $0.objectsDone += 1
            $0.bytesDone += remainingBytes
        }
    }

    private func change(_ body: (inout TransferProgress) -> Void) {
        report(
            progress.withLock { progress in
                body(&progress)
                return progress
            })
    }
}
