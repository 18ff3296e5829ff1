import Parallelism

extension StoredPlace {
    /// Whether what is written there goes into a pipe or device at once, and cannot be begun anew.
    package var isStream: Bool {
        get async throws {
            guard let local = store as? LocalObjectStore else { return false }
            let path = local.base + location.path
            return try await BlockingPool.files.run {
                guard let status = try? SystemCalls.status(path) else { return false }
                return !status.isFolder && (!status.isRegularFile || LocalStream.isOwnDescriptor(path))
            }
        }
    }

    /// The place of one object.
    package init(store: any ObjectStore, key: ObjectKey) {
        self.init(store: store, location: StorageLocation(plainPath: key.path))
    }

    /// The same folder in a store that ends there: in a local store, no name and no symbolic link leads out of it.
    package func confined() throws -> StoredPlace {
        guard let local = store as? LocalObjectStore, !location.path.isEmpty else { return self }
        return StoredPlace(
            store: try LocalObjectStore(folder: local.base + location.path),
            location: StorageLocation(plainPath: ""))
    }
}
