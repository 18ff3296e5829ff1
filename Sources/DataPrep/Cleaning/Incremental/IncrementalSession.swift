import Columnar
import Features
import Parallelism
import StorageIO

/// One run of an ``IncrementalCleaner`` or ``IncrementalTableCleaner``.
struct IncrementalSession: Sendable {
    let work: IncrementalWork
    let options: CleaningOptions
    let input: StorageLocation
    let folder: IncrementalFolder
    let mode: IncrementalCleaner.Mode
    let rejects: StorageLocation?
    let progress: (@Sendable (CleaningProgress) -> Void)?

    /// A run from start to end.
    static func clean(
        _ work: IncrementalWork, _ options: CleaningOptions, _ input: StorageLocation, to folder: StorageLocation,
        _ mode: IncrementalCleaner.Mode, _ rejects: StorageLocation?,
        _ progress: (@Sendable (CleaningProgress) -> Void)?
    ) async throws -> CleaningReport {
        try options.check()
        if let rejects, !rejects.uri.isFolder {
            throw IncrementalCleaningError.noRejectFolder(rejects: rejects.description)
        }
        let session = IncrementalSession(
            work: work, options: options, input: input, folder: try IncrementalFolder(folder), mode: mode,
            rejects: rejects, progress: progress)
        if let report = try await session.reportIfNothingIsNew() { return report }
        let lock = try await RunLock.acquire(session.folder)
        do {
            let report = try await session.run(lock)
            await lock.release()
            return report
        } catch {
            await lock.release()
            throw error
        }
    }

    /// Checks without a lock whether there is anything to do, so that a run without new files writes nothing.
    /// - Returns: nil when there is something to do or to recover.
    func reportIfNothingIsNew() async throws -> CleaningReport? {
        guard mode == .append, let state = try await folder.readState() else { return nil }
        let listing = try await FolderListing(folder)
        // Any other file belongs to a run that is in progress or has died.
        let notes = Set(["state.json"] + state.ids.map(\.file))
        guard Set(listing.own.keys) == notes, listing.success?.size == 0,
            FolderCheck.difference(listing, state) == nil
        else { return nil }
        if let difference = state.difference(from: work) {
            throw IncrementalCleaningError.changedPlan(folder: folder.name, difference: difference)
        }
        let (_, survey) = try await survey(since: state)
        return survey.new.isEmpty ? IncrementalReport(folder: folder, state: state, work: work).unchanged : nil
    }

    /// - Parameter lock: held for this run.
    func run(_ lock: RunLock) async throws -> CleaningReport {
        let recovery = Recovery(folder: folder, rejects: rejects)
        let earlier: IncrementalState?
        do {
            try await recovery.run()
            earlier = try await folder.readState()
        } catch let error as IncrementalCleaningError {
            // A rebuilt data set needs no earlier state: rebuilding is the remedy when that is damaged.
            guard mode != .append else { throw error }
            earlier = nil
        }
        // Removes what killed writers have left: nobody else writes to this folder. The permission to list may be
        // missing, though, and at the root of a store others may be writing elsewhere.
        let prefix = folder.location.folderPrefix
        if !prefix.isEmpty { _ = try? await folder.store.removeUnfinished(prefix: prefix) }
        let listing = try await FolderListing(folder)
        if mode == .append {
            try FolderCheck.check(listing, earlier, folder: folder)
            try await recovery.clear(keeping: earlier)
            if let difference = earlier?.difference(from: work) {
                throw IncrementalCleaningError.changedPlan(folder: folder.name, difference: difference)
            }
        } else {
            try FolderCheck.checkReplaceable(listing, folder: folder)
        }
        let (found, survey) = try await survey(since: mode == .append ? earlier : nil)
        if let earlier, survey.new.isEmpty {
            return IncrementalReport(folder: folder, state: earlier, work: work).unchanged
        }
        return try await clean(found, survey, since: earlier, listing, lock)
    }

    private func survey(since state: IncrementalState?) async throws -> (FoundFiles, InputSurvey) {
        do {
            let found = try await FoundFiles(input)
            return (found, try await InputSurvey(found.files, in: found.store, since: state))
        } catch let error as DataSetError {
            if case .nothingFound(let location, let detail) = error, let first = state?.inputs.first {
                throw IncrementalCleaningError.vanishedInput(
                    input: first.name, reason: "nothing is found at \(location) any more: \(detail)")
            }
            throw error
        }
    }

    private func clean(
        _ found: FoundFiles, _ survey: InputSurvey, since earlier: IncrementalState?, _ listing: FolderListing,
        _ lock: RunLock
    ) async throws -> CleaningReport {
        let wanted = Set(survey.new.map(\.key))
        let files = try await found.dataFiles { wanted.contains($0.key) }
        let base = mode == .append ? earlier : nil
        let number =
            max(earlier?.lastRun ?? 0, listing.data.keys.compactMap(IncrementalFolder.run).max() ?? 0) + 1
        var keptFences = mode == .refitFences ? nil : earlier?.fences
        if earlier?.plan.outliers != work.plan.outliers { keptFences = nil }
        let fences = keptFences.map { AmountFences(lower: $0.lower, upper: $0.upper) }
        let inputs = files.files.map { files.input($0) }
        let acceptsNoRows = base?.runs.isEmpty == false
        func increment(_ ids: (any SeenIDFiles)?, _ schema: Schema) -> Increment {
            Increment(
                folder: folder, number: number, base: base,
                replaced: mode == .append ? [] : listing.data.keys.sorted(), work: work, schema: schema,
                keptFences: keptFences, inputs: survey.new, inputStore: found.store, rejects: rejects, ids: ids,
                lock: lock)
        }
        let action: CleaningReport.Increment.Action =
            base != nil ? .appended : listing.data.isEmpty ? .created : .rebuilt
        switch work {
        case .transactions(let plan):
            let (ids, kept) = try await keptIDs(Int64.self, run: number, base)
            let run = CleaningRun(
                plan: plan, options: options, inputs: inputs, partitions: files.partitions, fences: fences,
                duplicates: KeptTransactionIDs(kept: kept), acceptsNoRows: acceptsNoRows, progress: progress)
            return try await execute(
                run, increment(ids, TransactionColumn.tableSchema), action, skipped: survey.known)
        case .table(let cleaner):
            let prepared = try await cleaner.prepare(inputs, files.partitions)
            var ids: (any SeenIDFiles)?
            var duplicates: (any TableDuplicates)?
            if let check = prepared.checks.duplicates {
                if check.isByInteger {
                    let (seen, kept) = try await keptIDs(Int64.self, run: number, base)
                    (ids, duplicates) = (seen, KeptTableIDs(kept: kept, check: check))
                } else {
                    let (seen, kept) = try await keptIDs(Int128.self, run: number, base)
                    (ids, duplicates) = (seen, KeptTableIDs(kept: kept, check: check))
                }
            }
            let run = cleaner.run(
                prepared, inputs, files.partitions, fences: fences, duplicates: duplicates,
                acceptsNoRows: acceptsNoRows, progress: progress)
            return try await execute(run, increment(ids, prepared.layout.output), action, skipped: survey.known)
        }
    }

    private func keptIDs<ID: KeptID>(
        _ type: ID.Type, run: Int, _ base: IncrementalState?
    ) async throws -> (seen: SeenIDs<ID>, kept: KeptIDs<ID>) {
        let seen = try await SeenIDs<ID>(folder: folder, run: run, earlier: base?.ids ?? [])
        return (
            seen,
            KeptIDs(
                earlier: seen.files, writer: seen.writer,
                memoryBudget: options.keyBudget ?? options.memoryLimit / 4, storage: options.storage())
        )
    }

    private func execute<Format, Table>(
        _ run: CleaningRun<Format, Table>, _ increment: Increment, _ action: CleaningReport.Increment.Action,
        skipped: [IncrementalState.Input]
    ) async throws -> CleaningReport {
        // Computed during the cleaning: where the store has no checksums, the files are read for them.
        let checksums = Task { try await increment.checksums() }
        do {
            let rejectSink = try await increment.startRejects(run.parquetOptions)
            let part = try await increment.startPart(run.parquetOptions)
            return try await run.execute(into: part, rejects: rejectSink) { report, fences in
                guard report.rulesBeyondLimit.isEmpty else { throw CleaningError.droppedTooMuch(report) }
                try await rejectSink?.finish()
                report.rejects = increment.rejectsFile.map { [$0] }
                let sums = try await withTaskCancellationHandler {
                    try await checksums.value
                } onCancel: {
                    checksums.cancel()
                }
                let state = try await increment.publish(part, report, fences, checksums: sums)
                IncrementalReport(folder: folder, state: state, work: work).complete(
                    &report, skipped: skipped, action: action)
            }
        } catch {
            checksums.cancel()
            await increment.abort(after: error)
            throw error
        }
    }
}
