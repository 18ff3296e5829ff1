import Parallelism
import StorageIO

/// What a run adds to a data set, and the steps by which it is added.
struct Increment: Sendable {
    let folder: IncrementalFolder
    /// The run's.
    let number: Int
    /// What the run adds to; nil for one that begins.
    let base: IncrementalState?
    /// Names of data files that the run replaces.
    let replaced: [String]
    let plan: CleaningPlan
    /// Nil for those that the run measures.
    let keptFences: CleaningReport.Fences?
    let inputs: [ObjectMetadata]
    let inputStore: any ObjectStore
    let rejects: StorageLocation?
    let ids: SeenIDs
    let lock: RunLock

    private var partName: String { IncrementalFolder.partName(run: number) }

    /// Of the inputs, in their order.
    func checksums() async throws -> [String] {
        try await inputs.concurrentMap { [inputStore] in try await InputChecksum.text(of: $0, in: inputStore) }
    }

    func startPart(_ options: ParquetWriteOptions) async throws -> PartFile {
        // Of two runs with the same number, should that ever happen, one alone can add its file.
        let output = try await folder.store.write(
            folder.location.key(partName), options: WriteOptions(ifAbsent: true))
        return PartFile(to: output, schema: TransactionSchema.schema, options: options)
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

    /// Writes everything but the data file, then lets that appear, and puts the notes in order.
    /// - Returns: the state after the run.
    func publish(
        _ part: PartFile, _ report: CleaningReport, _ fences: AmountFences, checksums: [String]
    ) async throws -> IncrementalState {
        let size = try await part.complete()
        let pending = PendingRun(
            state: state(report, fences, size: size, checksums, ids: try await ids.finish()), replaced: replaced,
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
            // Whether the file is there is not known: the next run will see.
            case .unknown: throw error
            }
        }
        // The run counts from here on. What cannot be done now is left to the next run; whoever built the data set again is told
        // when our readers are not pointed to it yet.
        try await uncancelled { try await recovery.pointReaders(to: pending) }
        try? await uncancelled { try await recovery.complete(pending) }
        return pending.state
    }

    /// Removes what was written for a run that has not taken place; what cannot be removed is left to the next run.
    func abort(after error: any Error) async {
        await ids.writer.abort()
        // What is there now may be that of the run which has taken over.
        if case .takenOver = error as? IncrementalCleaningError { return }
        // While it is open whether the data file has appeared, its companions stay.
        let isOpen = try? await uncancelled { [folder] in try await folder.store.exists(folder.pending) }
        guard isOpen == false else { return }
        await ids.remove()
        guard let rejects else { return }
        try? await uncancelled { [folder, number] in
            try await rejects.store.delete(rejects.key(folder.rejectsName(run: number)))
        }
    }

    private func state(
        _ report: CleaningReport, _ fences: AmountFences, size: Int64, _ checksums: [String],
        ids: [IncrementalState.IDs]
    ) -> IncrementalState {
        var state = base ?? IncrementalState(plan: plan)
        state.plan = plan
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
