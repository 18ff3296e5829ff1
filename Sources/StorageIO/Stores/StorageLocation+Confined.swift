import Parallelism

extension StorageLocation {
    /// Whether output goes directly to a pipe or device, and cannot be restarted.
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

    /// The location of one object.
    package init(store: any ObjectStore, key: ObjectKey) {
        self.init(store: store, uri: StorageURI(plainPath: key.path))
    }

    /// The same folder as the root of a store: in a local store, no name and no symbolic link leads out of it.
    package func confined() throws -> StorageLocation {
        guard let local = store as? LocalObjectStore, !uri.path.isEmpty else { return self }
        return StorageLocation(
            store: try LocalObjectStore(folder: local.base + uri.path),
            uri: StorageURI(plainPath: ""))
    }
}
