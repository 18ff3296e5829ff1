import Essentials
import Parallelism

/// Files under a root folder as objects; keys are paths below the root.
///
/// - Objects are written to a file whose name starts with ``unfinishedPrefix`` in the destination's folder, which is
///   synced to disk and then renamed (or linked, for ``WriteOptions/ifAbsent``) to its name. A killed writer leaves
///   such a file; the next writer of the same object removes it, and ``unfinishedObjects(prefix:)`` distinguishes these
///   from files still being written. A running writer holds a lock (`flock`); if the file system has none, files are
///   written without it, and nothing is taken for a leftover.
/// - With ``WritePrecondition/ifMatch(entityTag:)``, the file is compared and replaced under its lock, which all writers
///   and deletions of this library take. A file system without locks, or a file that may not be read, is an error.
/// - Symbolic links are followed as long as they stay under the root; one that leads out of it fails with
///   ``ObjectStoreError/Code/permissionDenied`` and is not listed. Writing to a link replaces or creates the file that
///   it leads to, and the link stays.
/// - If the root is `/`, an object written to a pipe or character device is streamed into it, not atomically;
///   `/dev/stdout` is the process's own. Sockets and disks are refused.
/// - Folders are created with the first object in them and removed with the last one. As in every file system, `a` and
///   `a/b` cannot both be objects: the later one fails with ``ObjectStoreError/Code/invalidKey``.
/// - File names that are not UTF-8, sockets, pipes and devices are not objects.
public struct LocalObjectStore: ObjectStore, CompleteListing {
    /// The prefix of the names of unfinished objects. The last segment of a key may not have it.
    public static let unfinishedPrefix = ".unfinished-"

    /// Whether an object has been written to `/dev/stdout`: nothing else may go to standard output then.
    package static var hasTakenStandardOutput: Bool { LocalStream.hasTakenStandardOutput }

    /// The root folder's absolute path, without closing `/` unless it is `/` itself.
    public let folder: String

    /// The folder as a URL.
    public var root: String { folder == "/" ? "file:///" : "file://\(folder)/" }

    /// Objects are replaced on condition.
    public var capabilities: ObjectStoreCapabilities { .conditionalReplace }

    /// - Parameter folder: An absolute path or one relative to the working directory. It need not exist: the first
    ///   write creates it.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidURL`` for an empty path.
    public init(folder: String) throws(ObjectStoreError) {
        self.folder = "/" + (try StorageURI.normalizedPath(folder))
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

    /// Passes on the bytes of an object, or of a range of it, from one open file.
    public func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws {
        try Task.checkCancellation()
        let file = try await openToRead(key, matching: entityTag)
        let wanted = try (range ?? 0..<file.size).withinObject(ofSize: file.size, location: file.path)
        let chunks = LocalFileChunks(file, wanted)
        while let chunk = try await chunks.next() {
            try await receive(chunk)
            try Task.checkCancellation()
        }
    }

    /// Starts a new object.
    public func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try Task.checkCancellation()
        return try await BlockingPool.files.run { () -> any ObjectWriter in
            switch try start(key, options: options) {
            case .file(let file): LocalObjectWriter(file: file)
            case .stream(let stream): LocalStreamWriter(stream: stream)
            }
        }
    }

    /// Writes a whole object in one call on the pool for blocking work.
    func putAtOnce(_ bytes: [UInt8], to key: ObjectKey) async throws {
        try Task.checkCancellation()
        let stream = try await BlockingPool.files.run { try makeFile(key) { file in try file.append(bytes) } }
        guard let stream else { return }
        try await stream.write(bytes)
        try await stream.finish()
    }

    /// The objects whose keys start with the prefix, in ascending byte order.
    public func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        completeList(prefix: prefix).mapped { if case .object(let object) = $0 { object } else { nil } }
    }

    func completeList(prefix: String) -> AsyncThrowingStream<ListedEntry, any Error> {
        let walk = LocalListing(store: self, prefix: prefix)
        return AsyncThrowingStream { try await walk.next() }
    }

    /// The direct contents of a folder, without those of its subfolders.
    public func contents(ofFolder prefix: String) async throws -> FolderContents {
        try await completeContents(ofFolder: prefix).0
    }

    func completeContents(ofFolder prefix: String) async throws -> (FolderContents, [UnlistedObject]) {
        try Task.checkCancellation()
        return try await BlockingPool.files.run {
            var walk = FolderWalk(store: self, prefix: prefix, showing: .objects)
            return try walk.contents()
        }
    }

    /// Removes an object; no error when there is none.
    public func delete(_ key: ObjectKey) async throws {
        try Task.checkCancellation()
        try await BlockingPool.files.run {
            do {
                let path = try location(key)
                let folder = try openFolder(of: key)
                let status = try folder.status(key.name)
                guard status.isRegularFile || status.isLink else { return }
                try ReplacedFile.locking(key.name, in: folder) { _ throws(ObjectStoreError) in
                    _ = try SystemCalls.check(path) { folder.remove(key.name) }
                }
                try folder.synchronize()
                removeEmptyFolders(above: path)
            } catch let error as ObjectStoreError where error.code == .notFound || error.code == .invalidKey {
                return
            }
        }
    }

    /// Copies an object within the store.
    public func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try Task.checkCancellation()
        let original = try await openToRead(source, matching: nil)
        if source == destination { return }
        let ranges = stride(from: 0, to: original.size, by: 4 << 20).map { $0..<min(original.size, $0 + 4 << 20) }
        let stream = try await BlockingPool.files.run {
            try makeFile(destination) { copy in for range in ranges { try copy.append(try original.read(range)) } }
        }
        guard let stream else { return }
        for range in ranges {
            try await stream.write(try await BlockingPool.files.run { try original.read(range) })
        }
        try await stream.finish()
    }

    /// The leftovers of killed writers under the prefix. Objects that a running process, this one or another, is still
    /// writing are locked and not listed.
    public func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject] {
        try await BlockingPool.files.run {
            var walk = FolderWalk(store: self, prefix: prefix, showing: .unfinished)
            var leftovers: [UnfinishedObject] = []
            while let found = try walk.next() {
                guard case .file(let entry) = found else { continue }
                let path = base + entry.name
                let isLeftover = withUnlockedFile(path) { true } ?? false
                guard isLeftover else { continue }
                leftovers.append(
                    UnfinishedObject(location: path, identifier: path, started: entry.modified, size: entry.size))
            }
            return leftovers
        }
    }

    /// Removes leftovers; files that a running process is writing stay.
    public func remove(_ unfinished: [UnfinishedObject]) async throws {
        try await BlockingPool.files.run {
            for object in unfinished where object.identifier.utf8.starts(with: base.utf8) {
                let name = object.identifier.lastSlashSegment
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
        guard key.isPortable else { throw key.notPortable(in: base) }
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
            if folder == "/" { _ = try SystemCalls.status(path) } else { try checkInside(path) }
        } catch let error where error.code == .invalidKey {
            // A file where the key has a folder, or a name longer than any file can have.
            throw ObjectStoreError(.notFound, location: path, message: error.message)
        }
        return path
    }

    /// The folder of the key's file; no link in the path leads out of the root.
    private func openFolder(of key: ObjectKey) throws(ObjectStoreError) -> OpenFolder {
        let path = try location(key)
        if folder == "/" { return try .open(SystemCalls.parent(path), isMade: false) }
        return try .open(key.path.slashSegments.dropLast(), below: folder, isMade: false)
    }

    /// - Throws: When links in the path lead out of the root.
    func checkInside(_ path: String) throws(ObjectStoreError) {
        guard try isInside(path) else { throw OpenFolder.linkLeadsOut(path, of: folder) }
    }

    /// Whether a path is the root or under it once all links are followed.
    func isInside(_ path: String) throws(ObjectStoreError) -> Bool {
        if folder == "/" { return true }
        return SystemCalls.names(of: try SystemCalls.realPath(path), below: try SystemCalls.realPath(folder)) != nil
    }

    /// Opens an object for reading.
    /// - Throws: ``ObjectStoreError/Code/modified`` if it has another entity tag.
    func openToRead(_ key: ObjectKey, matching entityTag: String?) async throws -> LocalFile {
        try await BlockingPool.files.run { try openFile(key, matching: entityTag) }
    }

    private func openFile(_ key: ObjectKey, matching entityTag: String?) throws(ObjectStoreError) -> LocalFile {
        let path = try existingPath(key)
        // Without O_NONBLOCK, opening a pipe would wait for its other end.
        let descriptor = try SystemCalls.check(path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        return try LocalFile(path: path, descriptor: descriptor, matching: entityTag)
    }

    /// Writes an object with what the body appends; nothing, if it throws.
    /// - Returns: nil; or, if the key names a pipe or device, that, with nothing written yet.
    private func makeFile(_ key: ObjectKey, _ body: (UnfinishedFile) throws -> Void) throws -> LocalStream? {
        switch try start(key, options: WriteOptions()) {
        case .stream(let stream): return stream
        case .file(let file):
            do {
                try body(file)
                try file.publish()
                return nil
            } catch {
                file.discard()
                throw error
            }
        }
    }

    /// Runs the body while the file's lock is held; nil when there is no such file or its writer is running.
    private func withUnlockedFile<Result>(_ path: String, _ body: () -> Result) -> Result? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor != -1 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return body()
    }

    private func start(_ key: ObjectKey, options: WriteOptions) throws(ObjectStoreError) -> LocalOutput {
        let path = try location(key)
        let output: LocalOutput
        do {
            output = try LocalOutput.start(key, below: folder, precondition: options.precondition)
        } catch let error where error.code == .notFound {
            // The folder of a file that must exist.
            if options.precondition?.entityTag != nil { try options.precondition?.check(nil, location: path) }
            throw error
        }
        if case .stream = output { try options.refuseIfMatch(location: path) }
        return output
    }

    /// Removes the folders that a deletion left empty. Writers create their folder again if it is removed meanwhile.
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
