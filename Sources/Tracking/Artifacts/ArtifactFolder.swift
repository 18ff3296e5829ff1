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
    /// The folder's location, for code that reads and writes whole folders by itself.
    public let location: StorageLocation
    private var store: any ObjectStore { location.store }

    init(uri: String, location: StorageLocation) {
        self.uri = uri
        self.location = location
    }

    /// What the keys of its files start with: empty, or a prefix that ends with `/`.
    private var prefix: String { location.folderPrefix }

    /// The key of a file in the store of ``location``.
    /// - Throws: ``TrackingError`` for a path with empty segments, `.` or `..`, or one that starts with `/`.
    public func key(_ path: String) throws -> ObjectKey {
        // Checked without the prefix first, which must not make a bad path good.
        try ArtifactPath.check(path)
        return try ObjectKey(prefix + path)
    }

    /// The files whose path starts with `folder/`, or all, in ascending order.
    public func list(under folder: String? = nil) async throws -> [Entry] {
        let start = try folder.map { try key($0).path + "/" } ?? prefix
        var entries: [Entry] = []
        for try await object in store.list(prefix: start) {
            entries.append(Entry(path: Self.path(of: object, below: prefix), size: object.size))
        }
        return entries
    }

    /// A file's bytes.
    public func read(_ path: String) async throws -> [UInt8] { try await store.read(key(path)) }

    /// Writes a file, replacing an existing one; it appears whole or not at all.
    public func write(_ bytes: [UInt8], to path: String) async throws { try await store.put(bytes, to: key(path)) }

    /// Copies a local file here, chunk by chunk.
    public func upload(file: String, to path: String) async throws {
        let source = try LocalFile(file)
        try await Self.copy(source.store.head(source.key), of: source.store, to: key(path), of: store)
    }

    /// Copies all files of a local folder here, keeping their paths.
    /// - Parameter folder: A path in this folder; this folder itself by default.
    public func upload(folder source: String, to folder: String? = nil) async throws {
        try await upload(
            StorageLocation(store: LocalObjectStore(folder: source), uri: StorageURI("/")), to: folder)
    }

    /// Copies all objects of a folder in any store here, keeping their paths, several at once.
    /// - Parameter folder: A path in this folder; this folder itself by default.
    public func upload(_ source: StorageLocation, to folder: String? = nil) async throws {
        let start = try folder.map { try key($0).path + "/" } ?? prefix
        try await Self.forEach(source.store.list(prefix: source.folderPrefix)) { [store] object in
            let path = Self.path(of: object, below: source.folderPrefix)
            try await Self.copy(object, of: source.store, to: ObjectKey(start + path), of: store)
        }
    }

    /// Copies the files under a path, or all, to a local folder, keeping their paths relative to that path, several at
    /// once.
    public func download(_ folder: String? = nil, to destination: String) async throws {
        let local = try LocalObjectStore(folder: destination)
        let start = try folder.map { try key($0).path + "/" } ?? prefix
        try await Self.forEach(store.list(prefix: start)) { [store] object in
            let path = Self.path(of: object, below: start)
            try await Self.copy(object, of: store, to: ObjectKey(path), of: local)
        }
    }

    /// By bytes: a mark at the beginning of a name makes another character of the slash before it.
    private static func path(of object: ObjectMetadata, below prefix: String) -> String {
        String(decoding: object.key.path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    private static let parallelCopies = 8
    /// The buffer size of each of the copies that run at once.
    private static let copyOptions = TransferOptions(memoryLimit: 8 << 20)

    /// The first failure ends all.
    private static func forEach(
        _ objects: AsyncThrowingStream<ObjectMetadata, any Error>,
        _ body: @escaping @Sendable (ObjectMetadata) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            for try await object in objects {
                if running == parallelCopies {
                    try await group.next()
                    running -= 1
                }
                group.addTask { try await body(object) }
                running += 1
            }
            try await group.waitForAll()
        }
    }

    private static func copy(
        _ object: ObjectMetadata, of source: any ObjectStore, to key: ObjectKey, of destination: any ObjectStore
    ) async throws {
        if let proxied = source as? ProxiedArtifactStore, !(destination is ProxiedArtifactStore) {
            try await proxied.download(object) { size in
                try await destination.write(key, options: WriteOptions(expectedSize: size))
            }
            return
        }
        let copy = ObjectCopy(object, of: source, to: key, of: destination, options: copyOptions)
        guard let proxied = destination as? ProxiedArtifactStore, object.size > ProxiedObjectWriter.largestInMemory
        else { return try await copy.run() }
        try await proxied.repeatedly(proxied.location(key)) { try await copy.run() }
    }
}

/// A local file as an object of its folder.
private struct LocalFile {
    let store: LocalObjectStore
    let key: ObjectKey

    init(_ path: String) throws {
        let absolute = TrackingURI.absolute(path)
        let slash = absolute.utf8.lastIndex(of: UInt8(ascii: "/")) ?? absolute.startIndex
        key = try ObjectKey(String(absolute[absolute.utf8.index(after: slash)...]))
        store = try LocalObjectStore(folder: String(absolute[...slash]))
    }
}
