import Parallelism

extension StorageLocation {
    /// Whether what is written there goes into a pipe or device at once, and cannot be begun anew.
    package var isStream: Bool {
        get async throws {
            guard let local = store as? LocalObjectStore else { return false }
            let path = local.base + uri.path
            return try await BlockingPool.files.run {
                guard let status = try? SystemCalls.status(path) else { return false }
                return !status.isFolder && (!status.isRegularFile || LocalStream.isOwnDescriptor(path))
            }
        }
    }

    /// The place of one object.
    package init(store: any ObjectStore, key: ObjectKey) {
        self.init(store: store, uri: StorageURI(plainPath: key.path))
    }

    /// The same folder in a store that ends there: in a local store, no name and no symbolic link leads out of it.
    package func confined() throws -> StorageLocation {
        guard let local = store as? LocalObjectStore, !uri.path.isEmpty else { return self }
        return StorageLocation(
            store: try LocalObjectStore(folder: local.base + uri.path),
            uri: StorageURI(plainPath: ""))
    }
}
