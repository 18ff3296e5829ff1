import Parallelism
import StorageIO

/// Brings the state of a data set in line with its files after a run, or after one that was killed.
///
/// Every step can be repeated: a run that is killed in the middle leaves the rest to the next one.
struct Recovery: Sendable {
    let folder: IncrementalFolder
    /// Where this run writes rejected rows; files at other locations cannot be reached.
    let rejects: StorageLocation?

    /// Whether a run's data file was published.
    enum Fate: Sendable {
        case published
        case absent
        case unknown
    }

    /// Finishes what the run before has left, or undoes it.
    func run() async throws {
        if let pending = try await folder.readPending() {
            switch try await fileIsThere(pending) {
            case true: try await complete(pending)
            case false: try await discard(pending)
            }
        } else if let success = try await FolderListing(folder).success, success.size > 0 {
            try await listEverything()
        }
    }

    /// Checked even when the task is cancelled.
    func fate(of pending: PendingRun) async -> Fate {
        do {
            return try await uncancelled { try await fileIsThere(pending) } ? .published : .absent
        } catch {
            return .unknown
        }
    }

    /// The data file exists: readers see it, the pending state becomes the state, and what it replaces is removed.
    func complete(_ pending: PendingRun) async throws {
        try await pointReaders(to: pending)
        try await folder.write(pending.state)
        if !pending.replaced.isEmpty {
            try await folder.store.delete(pending.replaced.map { try folder.location.key($0) })
        }
        let isListed = try await folder.store.exists(folder.success)
        if !pending.replaced.isEmpty || !isListed { try await listEverything() }
        try await clear(keeping: pending.state)
        // Last: as long as it exists, the next run does all of this again.
        try await folder.store.delete(folder.pending)
    }

    /// Lets our readers see the file that replaces others, and not those.
    func pointReaders(to pending: PendingRun) async throws {
        guard let part = pending.part, !pending.replaced.isEmpty else { return }
        let manifest = DataSetManifest(files: [.init(name: part.file, size: part.size)])
        try await folder.store.put(manifest.encoded(), to: folder.success)
    }

    /// The data file does not exist: the run did not succeed.
    func discard(_ pending: PendingRun) async throws {
        if !pending.replaced.isEmpty { try await listEverything() }
        try await folder.store.delete(folder.pending)
    }

    /// Lets our readers see these files only, until ``listEverything()``.
    func hideUnlisted(_ names: [String]) async throws {
        let listing = try await FolderListing(folder)
        let files = names.compactMap { name in
            listing.data[name].map { DataSetManifest.File(name: name, size: $0.size) }
        }
        try await folder.store.put(DataSetManifest(files: files).encoded(), to: folder.success)
    }

    /// An empty `_SUCCESS` says that the folder is complete, and that all of its files count.
    private func listEverything() async throws { try await folder.store.put([], to: folder.success) }

    private func fileIsThere(_ pending: PendingRun) async throws -> Bool {
        guard let part = pending.part else { return false }
        do {
            let found = try await folder.store.head(folder.location.key(part.file))
            guard found.size == part.size else {
                throw IncrementalCleaningError.changedDataSet(
                    folder: folder.name,
                    reason:
                        "\(part.file) has \(found.size) bytes instead of \(part.size): another program has written it")
            }
            return true
        } catch let error as ObjectStoreError where error.code == .notFound {
            return false
        }
    }

    /// Removes files of ids and of rejected rows that belong to no run.
    func clear(keeping state: IncrementalState?) async throws {
        let kept = Set(state?.ids.map(\.file) ?? [])
        let listing = try await FolderListing(folder)
        let leftovers = listing.own.values.filter { $0.key.name.hasPrefix("ids-") && !kept.contains($0.key.name) }
        try await folder.store.delete(leftovers.map(\.key))
        guard let rejects else { return }
        let known = Set(state?.runs.compactMap(\.rejects) ?? [])
        let contents = try await rejects.store.contents(ofFolder: rejects.folderPrefix)
        let stale = contents.objects.filter { folder.isRejects($0.key.name) && !known.contains($0.key.name) }
        try await rejects.store.delete(stale.map(\.key))
    }
}
