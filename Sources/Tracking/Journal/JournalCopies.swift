import Essentials
import StorageIO

/// Copies of files that a journal is to deliver, a folder for each entry: what was logged must not change when its
/// source is overwritten before the delivery, for example by the next training.
struct JournalCopies: Sendable {
    let files: JournalFiles

    /// Copies all objects of a location.
    /// - Parameter limit: bytes that are copied at most.
    /// - Returns: the name of their folder.
    /// - Throws: ``TrackingError`` when there are none, when they are larger than that, or when they cannot be copied; then no
    ///   copy is left.
    func make(of location: StorageLocation, limit: Int64) async throws(TrackingError) -> String {
        let name = Identifier.random()
        do {
            var count = 0
            var size: Int64 = 0
            for try await object in location.store.list(prefix: location.folderPrefix) {
                count += 1
                size += object.size
            }
            guard count > 0 else { throw TrackingError(.notFound, location.description, "holds no files") }
            guard size <= limit else {
                throw TrackingError(
                    .invalidValue, location.description,
                    "has \(size) bytes; a journal copies at most \(limit) at once, which JournalOptions.copyLimit sets")
            }
            try await ArtifactFolder(uri: path(name), location: self.location(name)).upload(location)
        } catch {
            remove(name)
            throw Self.trackingError(error, location)
        }
        return name
    }

    /// - Throws: ``TrackingError`` for a name that no copy has.
    func location(_ name: String) throws -> StorageLocation {
        guard name.utf8.count == 32, name.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            throw TrackingError(.corruptDatabase, files.folder, "the journal names a copy of files that cannot be one")
        }
        return StorageLocation(store: try LocalObjectStore(folder: path(name)), uri: try StorageURI("/"))
    }

    /// Removes what has been delivered.
    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path(name)) }

    /// Keeps what was refused; an interrupted delivery may have done so already.
    /// - Returns: its folder.
    func reject(_ name: String) -> String {
        let kept = "\(files.rejectedCopies)/\(name)"
        let manager = FileManager.default
        try? manager.createDirectory(atPath: files.rejectedCopies, withIntermediateDirectories: true)
        if !manager.fileExists(atPath: kept) { try? manager.moveItem(atPath: path(name), toPath: kept) }
        return manager.fileExists(atPath: kept) ? kept : path(name)
    }

    private func path(_ name: String) -> String { "\(files.copies)/\(name)" }

    private static func trackingError(_ error: any Error, _ location: StorageLocation) -> TrackingError {
        switch error {
        case let error as TrackingError: error
        case let error as ObjectStoreError where error.code == .notFound:
            TrackingError(.notFound, location.description, "\(error)")
        case let error as ObjectStoreError where error.code == .noSpace:
            TrackingError(.noSpace, location.description, "cannot be copied to the journal: \(error)")
        default: TrackingError(.unavailable, location.description, "cannot be copied to the journal: \(error)")
        }
    }
}
