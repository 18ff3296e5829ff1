import Parallelism
import StorageIO

/// One run of an ``IncrementalCleaner``.
struct IncrementalSession: Sendable {
    let plan: CleaningPlan
    let options: CleaningOptions
    let input: StorageLocation
    let folder: IncrementalFolder
    let mode: IncrementalCleaner.Mode
    let rejects: StorageLocation?
    let progress: (@Sendable (CleaningProgress) -> Void)?

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
        if let difference = state.difference(from: plan) {
            throw IncrementalCleaningError.changedPlan(folder: folder.name, difference: difference)
        }
        let (_, survey) = try await survey(since: state)
        return survey.new.isEmpty ? IncrementalReport(folder: folder, state: state, plan: plan).unchanged : nil
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
            if let difference = earlier?.difference(from: plan) {
                throw IncrementalCleaningError.changedPlan(folder: folder.name, difference: difference)
            }
        } else {
            try FolderCheck.checkReplaceable(listing, folder: folder)
        }
        let (found, survey) = try await survey(since: mode == .append ? earlier : nil)
        if let earlier, survey.new.isEmpty {
            return IncrementalReport(folder: folder, state: earlier, plan: plan).unchanged
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
        let ids = try await SeenIDs(folder: folder, run: number, earlier: base?.ids ?? [])
        let duplicates = KeptIDs(
            earlier: ids.files, writer: ids.writer, memoryBudget: options.keyBudget ?? options.memoryLimit / 4,
            storage: options.storage())
        var keptFences = mode == .refitFences ? nil : earlier?.fences
        if earlier?.plan.outliers != plan.outliers { keptFences = nil }
        let run = CleaningRun(
            plan: plan, options: options, inputs: files.files.map { files.input($0) }, partitions: files.partitions,
            fences: keptFences.map { AmountFences(lower: $0.lower, upper: $0.upper) }, duplicates: duplicates,
            acceptsNoRows: base?.runs.isEmpty == false, progress: progress)
        let increment = Increment(
            folder: folder, number: number, base: base, replaced: mode == .append ? [] : listing.data.keys.sorted(),
            plan: plan, keptFences: keptFences, inputs: survey.new, inputStore: found.store, rejects: rejects, ids: ids,
            lock: lock)
        let action: CleaningReport.Increment.Action =
            base != nil ? .appended : listing.data.isEmpty ? .created : .rebuilt
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
                IncrementalReport(folder: folder, state: state, plan: plan).complete(
                    &report, skipped: survey.known, action: action)
            }
        } catch {
            checksums.cancel()
            await increment.abort(after: error)
            throw error
        }
    }
}
