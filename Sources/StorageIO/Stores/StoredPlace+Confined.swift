extension StoredPlace {
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
