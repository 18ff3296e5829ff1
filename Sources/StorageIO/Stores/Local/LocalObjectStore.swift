import Parallelism

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files under a root folder as objects; keys are paths below the root.
///
/// - Writing goes to a file named ``unfinishedPrefix`` + random digits in the destination's folder, which is made
///   durable and then renamed (or linked, for ``WriteOptions/ifAbsent``) to its name. A killed writer leaves such a
///   file; ``unfinishedObjects(prefix:)`` tells these from files still being written.
/// - Symbolic links are followed as long as they stay under the root; one that leads out of it answers
///   ``ObjectStoreError/Code/permissionDenied`` and is not listed.
/// - Folders appear with the first object in them and go with the last one. As in every file system, `a` and `a/b`
///   cannot both be objects: the later one fails with ``ObjectStoreError/Code/invalidKey``.
/// - File names that are not UTF-8, sockets, pipes and devices are not objects.
public struct LocalObjectStore: ObjectStore {
    /// How the names of unfinished objects start. No key may have such a last segment.
    public static let unfinishedPrefix = ".unfinished-"

    /// The root folder's absolute path, without closing `/` unless it is `/` itself.
    public let folder: String

    /// The folder as a URL.
    public var root: String { folder == "/" ? "file:///" : "file://\(folder)/" }

    /// - Parameter folder: An absolute path or one relative to the working directory. It need not exist: the first write
    ///   makes it.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidURL`` for an empty path.
    public init(folder: String) throws(ObjectStoreError) {
        self.folder = "/" + (try StorageLocation.normalizedPath(folder))
    }

    /// What is known about an object.
    public func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        try await BlockingPool.files.run {
            let path = try existingPath(key)
            let status = try SystemCalls.status(path)
            guard status.isRegularFile else { throw ObjectStoreError(errno: ENOENT, path: path) }
            return ObjectMetadata(key: key, status)
        }
    }

    /// The bytes of an object, or of a range of it.
    public func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try Task.checkCancellation()
        return try await BlockingPool.files.run {
            let file = try openFile(key, matching: entityTag)
            let wanted = try (range ?? 0..<file.size).withinObject(ofSize: file.size, location: file.path)
            return try file.read(wanted)
        }
    }

    /// Starts a new object.
    public func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try Task.checkCancellation()
        return try await BlockingPool.files.run {
            LocalObjectWriter(file: try startFile(key, options: options))
        }
    }

    /// Writes a whole object in one call on the pool for blocking work.
    func putAtOnce(_ bytes: [UInt8], to key: ObjectKey) async throws {
        try Task.checkCancellation()
        try await BlockingPool.files.run { try makeFile(key) { file in try file.append(bytes) } }
    }

    /// The objects whose keys start with the prefix, in ascending byte order.
    public func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        let walk = LocalListing(store: self, prefix: prefix)
        return AsyncThrowingStream { try await walk.next() }
    }

    /// What a folder has directly in it, without looking into its folders.
    public func contents(ofFolder prefix: String) async throws -> FolderContents {
        try Task.checkCancellation()
        return try await BlockingPool.files.run {
            var walk = FolderWalk(store: self, prefix: prefix, showing: .objects)
            let (files, folders) = try walk.contents()
            return FolderContents(objects: try files.map { try $0.metadata() }, folders: folders)
        }
    }

    /// Removes an object; no error when there is none.
    public func delete(_ key: ObjectKey) async throws {
        try Task.checkCancellation()
        try await BlockingPool.files.run {
            do {
                let path = try location(key)
                try checkFolder(of: path)
                if try SystemCalls.linkStatus(path).isFolder { return }
                try SystemCalls.check(path) { unlink(path) }
                try SystemCalls.synchronizeFolder(SystemCalls.parent(path))
                removeEmptyFolders(above: path)
            } catch let error as ObjectStoreError where error.code == .notFound || error.code == .invalidKey {
                return
            }
        }
    }

    /// Copies an object within the store.
    public func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try Task.checkCancellation()
        try await BlockingPool.files.run {
            let original = try openFile(source, matching: nil)
            if source == destination { return }
            try makeFile(destination) { copy in
                for offset in stride(from: 0, to: original.size, by: 4 << 20) {
                    try copy.append(try original.read(offset..<min(original.size, offset + 4 << 20)))
                }
            }
        }
    }

    /// What killed writers have left under the prefix. Objects that a living process, this one or another, is still writing
    /// are held by a lock and not listed.
    public func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject] {
        try await BlockingPool.files.run {
            var walk = FolderWalk(store: self, prefix: prefix, showing: .unfinished)
            var found: [UnfinishedObject] = []
            while let entry = try walk.next() {
                let path = base + entry.name
                let isLeftover = withUnlockedFile(path) { true } ?? false
                guard isLeftover else { continue }
                found.append(
                    UnfinishedObject(location: path, identifier: path, started: entry.modified, size: entry.size))
            }
            return found
        }
    }

    /// Removes leftovers; what a living process is writing stays.
    public func remove(_ unfinished: [UnfinishedObject]) async throws {
        try await BlockingPool.files.run {
            for object in unfinished where object.identifier.utf8.starts(with: base.utf8) {
                let name = object.identifier.split(separator: "/").last ?? ""
                guard name.utf8.starts(with: Self.unfinishedPrefix.utf8) else { continue }
                _ = withUnlockedFile(object.identifier) { unlink(object.identifier) }
            }
        }
    }
}

extension LocalObjectStore {
    /// The root with closing `/`.
    var base: String { folder == "/" ? "/" : folder + "/" }

    /// Where the key's file is or would be.
    func location(_ key: ObjectKey) throws(ObjectStoreError) -> String {
        guard !key.name.utf8.starts(with: Self.unfinishedPrefix.utf8) else {
            throw ObjectStoreError(
                .invalidKey, location: base + key.path,
                message: "names that start with \(Self.unfinishedPrefix) are those of unfinished objects")
        }
        return base + key.path
    }

    /// The path of an object that exists, links resolved.
    private func existingPath(_ key: ObjectKey) throws(ObjectStoreError) -> String {
        let path = try location(key)
        do {
            try checkInside(SystemCalls.realPath(path), of: path)
        } catch let error where error.code == .invalidKey {
            // A file where the key has a folder, or a name longer than any file can have.
            throw ObjectStoreError(.notFound, location: path, message: error.message)
        }
        return path
    }

    /// - Throws: When links lead the nearest existing folder above the path out of the root.
    func checkFolder(of path: String) throws(ObjectStoreError) {
        guard folder != "/" else { return }
        var above = SystemCalls.parent(path)
        while above.utf8.count > folder.utf8.count {
            do {
                return try checkInside(SystemCalls.realPath(above), of: path)
            } catch let error where error.code == .notFound {
                above = SystemCalls.parent(above)
            }
        }
    }

    /// - Throws: When a path without links is not under the root.
    func checkInside(_ realPath: String, of path: String) throws(ObjectStoreError) {
        guard try isInside(realPath) else {
            throw ObjectStoreError(
                .permissionDenied, location: path, message: "a symbolic link leads out of \(folder)")
        }
    }

    /// Whether a path without links is the root or under it.
    func isInside(_ realPath: String) throws(ObjectStoreError) -> Bool {
        if folder == "/" { return true }
        let realRoot = try SystemCalls.realPath(folder)
        return realRoot == "/" || (realPath + "/").utf8.starts(with: (realRoot + "/").utf8)
    }

    /// Opens an object for reading.
    /// - Throws: ``ObjectStoreError/Code/modified`` when it has another entity tag.
    func openToRead(_ key: ObjectKey, matching entityTag: String?) async throws -> LocalFile {
        try await BlockingPool.files.run { try openFile(key, matching: entityTag) }
    }

    private func openFile(_ key: ObjectKey, matching entityTag: String?) throws(ObjectStoreError) -> LocalFile {
        let path = try existingPath(key)
        // Without O_NONBLOCK, opening a pipe would wait for its other end.
        let descriptor = try SystemCalls.check(path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        return try LocalFile(path: path, descriptor: descriptor, matching: entityTag)
    }

    /// Makes an object of what the body appends; nothing, if it throws.
    private func makeFile(_ key: ObjectKey, _ body: (UnfinishedFile) throws -> Void) throws {
        let file = try startFile(key, options: WriteOptions())
        do {
            try body(file)
            try file.publish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Runs the body while the file's lock is held; nil when there is no such file or its writer lives.
    private func withUnlockedFile<Result>(_ path: String, _ body: () -> Result) -> Result? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor != -1 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return body()
    }

    private func startFile(_ key: ObjectKey, options: WriteOptions) throws(ObjectStoreError) -> UnfinishedFile {
        let path = try location(key)
        try checkFolder(of: path)
        if let status = try? SystemCalls.linkStatus(path) {
            if status.isFolder { throw ObjectStoreError(errno: EISDIR, path: path) }
            if options.ifAbsent { throw ObjectStoreError(errno: EEXIST, path: path) }
        }
        return try UnfinishedFile(destination: path, replaces: !options.ifAbsent)
    }

    /// Removes the folders that a deletion left empty. Writers make their folder again should it vanish under them.
    private func removeEmptyFolders(above path: String) {
        var folder = SystemCalls.parent(path)
        while folder.utf8.count > self.folder.utf8.count, rmdir(folder) == 0 {
            folder = SystemCalls.parent(folder)
        }
    }
}

extension ObjectMetadata {
    init(key: ObjectKey, _ status: stat) {
        self.init(key: key, size: Int64(status.st_size), modified: status.modified, entityTag: status.entityTag)
    }
}
