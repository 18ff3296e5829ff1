import Parallelism
import StorageIO

/// The files of ids of a data set, whatever the length of an id.
protocol SeenIDFiles: Sendable {
    /// Writes what is left, and merges files of about the same size, so that there are few files after any number of
    /// runs.
    /// - Returns: the files that together hold all ids.
    func finish() async throws -> [IncrementalState.IDs]

    /// Drops what is not written yet; harmless after ``finish()``.
    func abort() async

    /// Removes what was written.
    func remove() async
}

/// The files of ids of a data set: those of earlier runs, and the one that a run writes.
struct SeenIDs<ID: KeptID>: SeenIDFiles {
    private let folder: IncrementalFolder
    private let run: Int
    private let earlier: [IncrementalState.IDs]
    /// Of the earlier runs.
    let files: [KeptIDsFile<ID>]
    /// For the ids that are new.
    let writer: KeptIDsWriter<ID>

    init(folder: IncrementalFolder, run: Int, earlier: [IncrementalState.IDs]) async throws {
        self.folder = folder
        self.run = run
        self.earlier = earlier
        files = try await earlier.concurrentMap { try await Self.open($0, in: folder) }
        writer = KeptIDsWriter(
            to: try await folder.store.write(folder.own(folder.idsName(run: run, isMerged: false))))
    }

    func finish() async throws -> [IncrementalState.IDs] {
        let size = try await writer.finish()
        let own = IncrementalState.IDs(
            file: folder.idsName(run: run, isMerged: false), size: size, count: await writer.count)
        var all = earlier + [own]
        var first = all.count - 1, total = size
        while first > 0, all[first - 1].size <= 2 * total {
            first -= 1
            total += all[first].size
        }
        guard first < all.count - 1 else { return all }
        let joined = try await files[first...] + [Self.open(own, in: folder)]
        let name = folder.idsName(run: run, isMerged: true)
        let merged = KeptIDsWriter<ID>(to: try await folder.store.write(folder.own(name)))
        do {
            try await KeptIDsFile.merge(Array(joined), to: merged)
            let size = try await merged.finish()
            all[first...] = [IncrementalState.IDs(file: name, size: size, count: await merged.count)]
        } catch {
            await merged.abort()
            throw error
        }
        return all
    }

    func abort() async { await writer.abort() }

    func remove() async {
        try? await uncancelled { [folder, run] in
            for isMerged in [false, true] {
                try await folder.store.delete(folder.own(folder.idsName(run: run, isMerged: isMerged)))
            }
        }
    }

    private static func open(_ ids: IncrementalState.IDs, in folder: IncrementalFolder) async throws -> KeptIDsFile<ID>
    {
        let key = try folder.own(ids.file)
        let name = folder.store.root + key.path
        do {
            let input = try await StoredObjectInput(store: folder.store, key: key)
            guard input.size == ids.size else {
                throw IncrementalCleaningError.damagedState(
                    object: name, reason: "it has \(input.size) bytes instead of \(ids.size)")
            }
            return try await KeptIDsFile.open(input)
        } catch let error as ObjectStoreError where error.code == .notFound {
            throw IncrementalCleaningError.damagedState(object: name, reason: "it is not there")
        }
    }
}
