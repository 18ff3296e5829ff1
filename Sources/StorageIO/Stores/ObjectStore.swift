public import Essentials

/// A store of objects (named byte sequences) under `/`-separated keys.
///
/// All stores behave alike; the conformance suite in `StorageIOTesting` defines how. An object appears whole or not at
/// all: readers see either the earlier object or the finished new one, never a part.
public protocol ObjectStore: Sendable {
    /// The prefix of all keys in messages: `file:///data/`, `memory://`, `s3://bucket/`.
    var root: String { get }

    /// What the store can do beyond the promises of every store; nothing in the default implementation.
    var capabilities: ObjectStoreCapabilities { get }

    /// What is known about an object without reading it.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/notFound`` when there is none.
    func head(_ key: ObjectKey) async throws -> ObjectMetadata

    /// The bytes of an object, or of a range of it. A range that reaches past the end is truncated; one that starts
    /// past the end throws ``ObjectStoreError/Code/invalidRange``.
    /// - Parameter entityTag: From ``head(_:)`` or a listing. If the object has another one by now, reading throws
    ///   ``ObjectStoreError/Code/modified``, so that ranges of two versions never mix. nil for any version.
    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8]

    /// Passes on the bytes of an object, or of a range of it, in chunks: in order and each once, even if a connection is
    /// lost midway. All are of one version.
    ///
    /// The default implementation reads one range after another. A store that streams over a connection implements it,
    /// and usually has ``ObjectStoreCapabilities/parallelStreams`` then. An actor declares it `nonisolated`.
    /// - Parameters:
    ///   - range: as in ``read(_:range:matching:)``.
    ///   - entityTag: as in ``read(_:range:matching:)``. Also without one, an object that is replaced meanwhile is
    ///     ``ObjectStoreError/Code/modified``.
    ///   - receive: gets the chunks. Reading waits for it, and ends with what it throws.
    func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws

    /// Starts a new object. Nothing is visible under the key until ``ObjectWriter/finish()`` returns.
    /// - Throws: ``ObjectStoreError``, for a precondition that does not hold here or when finishing.
    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter

    /// All objects whose key starts with the prefix, in ascending byte order of their keys. `prefix` is compared as
    /// text: give it a closing `/` to list a folder. Unfinished objects are not listed.
    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error>

    /// The direct contents of a folder. Stores that can list a single level do that; the default implementation lists
    /// everything below.
    /// - Parameter prefix: The folder's key with a closing `/`, or an empty text for the store's root.
    func contents(ofFolder prefix: String) async throws -> FolderContents

    /// Removes an object; no error when there is none.
    func delete(_ key: ObjectKey) async throws

    /// Removes many objects. Stores that can do so in one request do; the default implementation removes one after
    /// another. After an error, some may be gone.
    func delete(_ keys: [ObjectKey]) async throws

    /// Copies within the store, atomically at the destination.
    func copy(from source: ObjectKey, to destination: ObjectKey) async throws

    /// A checksum of the content that the store keeps, or can compute without sending the content; nil if it has none,
    /// as in the default implementation.
    func checksum(of object: ObjectMetadata) async throws -> StoredChecksum?

    /// Leftovers of killed writers under a prefix of keys; if the store cannot distinguish them, also what running ones
    /// are still writing. The default implementation returns none.
    func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject]

    /// Removes what ``unfinishedObjects(prefix:)`` listed; no error for those that are already gone.
    func remove(_ unfinished: [UnfinishedObject]) async throws
}

extension ObjectStore {
    /// None.
    public var capabilities: ObjectStoreCapabilities { [] }

    /// The whole object.
    public func read(_ key: ObjectKey) async throws -> [UInt8] { try await read(key, range: nil, matching: nil) }

    /// The bytes of a range of any version.
    public func read(_ key: ObjectKey, range: Range<Int64>?) async throws -> [UInt8] {
        try await read(key, range: range, matching: nil)
    }

    /// Starts a new object that replaces an earlier one.
    public func write(_ key: ObjectKey) async throws -> any ObjectWriter {
        try await write(key, options: WriteOptions())
    }

    /// Writes a whole object at once.
    public func put(_ bytes: [UInt8], to key: ObjectKey, options: WriteOptions = WriteOptions()) async throws {
        let writer = try await write(key, options: options)
        do {
            try await writer.write(bytes)
            try await writer.finish()
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// Removes one object after another.
    public func delete(_ keys: [ObjectKey]) async throws {
        for key in keys { try await delete(key) }
    }

    /// No checksum.
    public func checksum(of object: ObjectMetadata) async throws -> StoredChecksum? { nil }

    /// None.
    public func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject] { [] }

    /// Nothing to remove.
    public func remove(_ unfinished: [UnfinishedObject]) async throws {}

    /// Removes all that ``unfinishedObjects(prefix:)`` lists.
    /// - Returns: what was removed.
    @discardableResult
    public func removeUnfinished(prefix: String = "") async throws -> [UnfinishedObject] {
        let found = try await unfinishedObjects(prefix: prefix)
        try await remove(found)
        return found
    }

    /// Lists all objects below the folder, and keeps those directly in it.
    public func contents(ofFolder prefix: String) async throws -> FolderContents {
        var contents = FolderContents(objects: [], folders: [])
        for try await object in list(prefix: prefix) {
            let rest = object.key.path.utf8.dropFirst(prefix.utf8.count)
            if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
                let folder = prefix + String(decoding: rest[...slash], as: UTF8.self)
                if contents.folders.last?.hasBytes(of: folder) != true { contents.folders.append(folder) }
            } else {
                contents.objects.append(object)
            }
        }
        return contents
    }

    /// Whether there is an object under that exact key.
    public func exists(_ key: ObjectKey) async throws -> Bool {
        do {
            _ = try await head(key)
            return true
        } catch let error as ObjectStoreError where error.code == .notFound {
            return false
        }
    }
}

/// An object being written. One task writes at a time.
public protocol ObjectWriter: Sendable {
    /// Appends bytes; waits while the store is behind.
    func write(_ bytes: [UInt8]) async throws

    /// Makes the object visible, durably. The writer cannot be used afterwards.
    func finish() async throws

    /// Drops what was written; harmless after ``finish()``.
    func abort() async
}

/// How an object is written.
public struct WriteOptions: Sendable, Hashable {
    /// What must be true of the stored object; nil to replace whatever there is.
    public var precondition: WritePrecondition?
    /// The expected size in bytes, if known: stores that upload in parts choose the part size by it.
    public var expectedSize: Int64?
    /// About how many bytes a store that uploads in parts may hold at the same time; nil for its own choice. Stores
    /// respect it as far as their parts allow.
    public var memoryLimit: Int?
    /// The attributes of the new object, for stores that keep them (``AttributePreserving``); nil for the store's own
    /// choice.
    public var attributes: ObjectAttributes?

    /// Whether an object must not be replaced: ``WritePrecondition/ifAbsent`` as a flag.
    public var ifAbsent: Bool {
        get { precondition == .ifAbsent }
        set { if newValue != ifAbsent { precondition = newValue ? .ifAbsent : nil } }
    }

    /// Replaces an earlier object by default.
    public init(ifAbsent: Bool = false, expectedSize: Int64? = nil, memoryLimit: Int? = nil) {
        self.init(precondition: ifAbsent ? .ifAbsent : nil, expectedSize: expectedSize, memoryLimit: memoryLimit)
    }

    /// Writes on a condition.
    public init(precondition: WritePrecondition?, expectedSize: Int64? = nil, memoryLimit: Int? = nil) {
        self.precondition = precondition
        self.expectedSize = expectedSize
        self.memoryLimit = memoryLimit
    }
}

/// One level of a store's keys.
public struct FolderContents: Sendable, Hashable {
    /// The objects directly in the folder, in ascending byte order of their keys.
    public var objects: [ObjectMetadata]
    /// The whole keys of the folders in it, each with a closing `/`, in ascending byte order. There can be folders
    /// without an object.
    public var folders: [String]

    /// One level of keys.
    public init(objects: [ObjectMetadata], folders: [String]) {
        self.objects = objects
        self.folders = folders
    }
}

/// What a store knows about an object.
public struct ObjectMetadata: Sendable, Hashable {
    /// The object's name.
    public var key: ObjectKey
    /// Bytes.
    public var size: Int64
    /// When it was written, as precisely as the store keeps it; 1970-01-01T00:00:00Z if it does not.
    public var modified: Date
    /// Changes whenever the content does; nil if the store has none.
    public var entityTag: String?

    /// All that a store may know.
    public init(key: ObjectKey, size: Int64, modified: Date, entityTag: String? = nil) {
        self.key = key
        self.size = size
        self.modified = modified
        self.entityTag = entityTag
    }
}
