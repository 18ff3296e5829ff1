import Columnar
import Parallelism
import StorageIO

/// What a run adds to a data set, and the steps of adding it.
struct Increment: Sendable {
    let folder: IncrementalFolder
    /// The run's.
    let number: Int
    /// The state that the run adds to; nil for the first run.
    let base: IncrementalState?
    /// Names of data files that the run replaces.
    let replaced: [String]
    let work: IncrementalWork
    /// Of the data file.
    let schema: Schema
    /// Nil if the run measures them.
    let keptFences: CleaningReport.Fences?
    let inputs: [ObjectMetadata]
    let inputStore: any ObjectStore
    let rejects: StorageLocation?
    /// Nil where no rule drops duplicates.
    let ids: (any SeenIDFiles)?
    let lock: RunLock

    private var partName: String { IncrementalFolder.partName(run: number) }

    /// For each input, in order.
    func checksums() async throws -> [String] {
        try await inputs.concurrentMap { [inputStore] in try await InputChecksum.text(of: $0, in: inputStore) }
    }

    func startPart(_ options: ParquetWriteOptions) async throws -> PartFile {
        // If two runs ever have the same number, only one of them can add its file.
        let output = try await folder.store.write(
            folder.location.key(partName), options: WriteOptions(ifAbsent: true))
        return PartFile(to: output, schema: schema, options: options)
    }

    /// The URL of the run's file of rejected rows.
    var rejectsFile: String? {
        rejects.map { $0.store.root + $0.folderPrefix + folder.rejectsName(run: number) }
    }

    func startRejects(_ options: ParquetWriteOptions) async throws -> ParquetWriter? {
        guard let rejects else { return nil }
        let output = try await rejects.store.write(rejects.key(folder.rejectsName(run: number)))
        return ParquetWriter(to: output, schema: RejectedRows.schema, options: options)
    }

    /// Writes everything but the data file, then publishes it, and updates the state.
    /// - Returns: the state after the run.
    func publish(
        _ part: PartFile, _ report: CleaningReport, _ fences: AmountFences, checksums: [String]
    ) async throws -> IncrementalState {
        let size = try await part.complete()
        let pending = PendingRun(
            state: state(report, fences, size: size, checksums, ids: try await ids?.finish() ?? []), replaced: replaced,
            rejects: rejects?.description)
        let recovery = Recovery(folder: folder, rejects: rejects)
        do {
            try await lock.check()
            if !replaced.isEmpty { try await recovery.hideUnlisted(replaced) }
            try await folder.write(pending)
            try await lock.check()
            try await part.publish()
        } catch let error as IncrementalCleaningError {
            throw error
        } catch {
            switch await recovery.fate(of: pending) {
            case .published: break
            case .absent:
                try? await uncancelled { try await recovery.discard(pending) }
                throw error
            // It is not known whether the file exists: the next run checks.
            case .unknown: throw error
            }
        }
        // The run counts from here on. What cannot be done now is left to the next run; after a rebuild, an error tells
        // that our readers do not see the new data file yet.
        try await uncancelled { try await recovery.pointReaders(to: pending) }
        try? await uncancelled { try await recovery.complete(pending) }
        return pending.state
    }

    /// Removes what was written for a run that did not succeed; what cannot be removed is left to the next run.
    func abort(after error: any Error) async {
        await ids?.abort()
        // The existing files may belong to the run that has taken over.
        if case .takenOver = error as? IncrementalCleaningError { return }
        // As long as it is not known whether the data file was published, its companion files stay.
        let isOpen = try? await uncancelled { [folder] in try await folder.store.exists(folder.pending) }
        guard isOpen == false else { return }
        await ids?.remove()
        guard let rejects else { return }
        try? await uncancelled { [folder, number] in
            try await rejects.store.delete(rejects.key(folder.rejectsName(run: number)))
        }
    }

    private func state(
        _ report: CleaningReport, _ fences: AmountFences, size: Int64, _ checksums: [String],
        ids: [IncrementalState.IDs]
    ) -> IncrementalState {
        var state = base ?? IncrementalState(plan: work.plan)
        state.plan = work.plan
        state.tablePlan = work.tablePlan
        state.schema = work.schema
        state.ids = ids
        state.fences = keptFences ?? state.fences
        if state.fences == nil, report.amounts != nil {
            state.fences = CleaningReport.Fences(run: number, lower: fences.lower, upper: fences.upper)
        }
        for (index, file) in inputs.enumerated() {
            state.inputs.append(
                IncrementalState.Input(
                    name: inputStore.root + file.key.path, size: file.size, entityTag: file.entityTag,
                    checksum: checksums[index], rows: report.inputs[index].rows, run: number))
        }
        state.runs.append(
            IncrementalState.Run(
                number: number, file: partName, size: size, rowsRead: report.rowsRead, rowsKept: report.rowsKept,
                fraudsKept: report.fraudsKept,
                dropped: report.rules.map { CleaningReport.RuleTotal(rule: $0.rule, rows: $0.rows, frauds: $0.frauds) },
                rejects: rejects == nil ? nil : folder.rejectsName(run: number)))
        return state
    }
}
