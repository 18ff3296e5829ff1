public import StorageIO

/// Files that belong to a run or a model.
///
/// Paths in it are relative, with `/` between segments. A path that would lead out of the folder is refused before
/// anything is touched.
public struct ArtifactFolder: Sendable {
    /// A file in the folder.
    public struct Entry: Sendable, Hashable {
        /// Relative to the folder.
        public var path: String
        /// Bytes.
        public var size: Int64
    }

    /// The folder as MLflow names it: an absolute path or a URL.
    public let uri: String
    /// The folder as a place, for what reads and writes whole folders by itself.
    public let place: StoredPlace
    private var store: any ObjectStore { place.store }

    init(uri: String, place: StoredPlace) {
        self.uri = uri
        self.place = place
    }

    /// What the keys of its files start with: empty, or closing with `/`.
    private var prefix: String { place.folderPrefix }

    /// The key of a file in the store of ``place``.
    /// - Throws: ``TrackingError`` for a path with empty segments, `.` or `..`, or one that starts with `/`.
    public func key(_ path: String) throws -> ObjectKey {
        // Checked by itself first: the prefix must not make a bad path good.
        try ArtifactPath.check(path)
        return try ObjectKey(prefix + path)
    }

    /// The files whose path starts with `folder/`, or all, in ascending order.
    public func list(under folder: String? = nil) async throws -> [Entry] {
        let start = try folder.map { try key($0).path + "/" } ?? prefix
        var entries: [Entry] = []
        for try await object in store.list(prefix: start) {
            entries.append(Entry(path: String(object.key.path.dropFirst(prefix.count)), size: object.size))
        }
        return entries
    }

    /// A file's bytes.
    public func read(_ path: String) async throws -> [UInt8] { try await store.read(key(path)) }

    /// Writes a file, replacing an earlier one; it appears whole or not at all.
    public func write(_ bytes: [UInt8], to path: String) async throws { try await store.put(bytes, to: key(path)) }

    /// Copies a local file here, piece by piece.
    public func upload(file: String, to path: String) async throws {
        let source = try LocalFile(file)
        try await copy(source.store.head(source.key), of: source.store, to: key(path), of: store)
    }

    /// Copies all files of a local folder here, keeping their paths.
    /// - Parameter folder: A path in this folder; this folder itself by default.
    public func upload(folder source: String, to folder: String? = nil) async throws {
        try await upload(
            StoredPlace(store: LocalObjectStore(folder: source), location: StorageLocation("/")), to: folder)
    }

    /// Copies all objects of a folder in any store here, keeping their paths.
    /// - Parameter folder: A path in this folder; this folder itself by default.
    public func upload(_ source: StoredPlace, to folder: String? = nil) async throws {
        let start = try folder.map { try key($0).path + "/" } ?? prefix
        for try await object in source.store.list(prefix: source.folderPrefix) {
            let path = object.key.path.dropFirst(source.folderPrefix.count)
            try await copy(object, of: source.store, to: ObjectKey(start + path), of: store)
        }
    }

    /// Copies the files under a path, or all, to a local folder, keeping their paths relative to that path.
    public func download(_ folder: String? = nil, to destination: String) async throws {
        let local = try LocalObjectStore(folder: destination)
        let start = try folder.map { try key($0).path + "/" } ?? prefix
        for try await object in store.list(prefix: start) {
            let path = String(object.key.path.dropFirst(start.count))
            try await copy(object, of: store, to: ObjectKey(path), of: local)
        }
    }

    private func copy(
        _ object: ObjectMetadata, of source: any ObjectStore, to key: ObjectKey, of destination: any ObjectStore
    ) async throws {
        try await ObjectCopy(object, of: source, to: key, of: destination).run()
    }
}

/// A file of this machine as an object of the folder it lies in.
private struct LocalFile {
    let store: LocalObjectStore
    let key: ObjectKey

    init(_ path: String) throws {
        let absolute = TrackingURI.absolute(path)
        let slash = absolute.lastIndex(of: "/") ?? absolute.startIndex
        key = try ObjectKey(String(absolute[absolute.index(after: slash)...]))
        store = try LocalObjectStore(folder: String(absolute[...slash]))
    }
}
