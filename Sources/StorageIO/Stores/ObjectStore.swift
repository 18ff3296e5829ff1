/// A place that holds objects (named byte sequences) under `/`-separated keys.
///
/// All stores behave alike; the conformance suite in `StorageIOTesting` says how. An object appears whole or not at
/// all: readers see either the earlier object or the finished new one, never a part.
public protocol ObjectStore: Sendable {
    /// Where keys start, for messages: `file:///data/`, `memory://`, `s3://bucket/`.
    var root: String { get }

    /// What is known about an object without reading it.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/notFound`` when there is none.
    func head(_ key: ObjectKey) async throws -> ObjectMetadata

    /// The bytes of an object, or of a range of it. A range that reaches past the end is cut at the end; one that
    /// starts past the end throws ``ObjectStoreError/Code/invalidRange``.
    /// - Parameter entityTag: As ``head(_:)`` or a listing gave it. An object that has another one by now throws
    ///   ``ObjectStoreError/Code/modified``, so that ranges of two versions never mix. nil: whatever is there.
    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8]

    /// Starts a new object. Nothing is visible under the key until ``ObjectWriter/finish()`` returns.
    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter

    /// All objects whose key starts with the prefix, in ascending byte order of their keys. `prefix` is compared as
    /// text: give it a closing `/` to list a folder. Unfinished objects are not listed.
    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error>

    /// What a folder has directly in it. Stores that can list a single level do that; the default implementation lists
    /// all that is below.
    /// - Parameter prefix: The folder's key with a closing `/`, or an empty text for the store's root.
    func contents(ofFolder prefix: String) async throws -> FolderContents

    /// Removes an object; no error when there is none.
    func delete(_ key: ObjectKey) async throws

    /// Removes many objects. Stores that can do so in one request do; the default implementation removes one after
    /// another. After an error, some may be gone.
    func delete(_ keys: [ObjectKey]) async throws

    /// Copies within the store, atomically at the destination.
    func copy(from source: ObjectKey, to destination: ObjectKey) async throws

    /// A checksum of the content that the store has at hand, or can make without sending the content; nil where it has
    /// none, as in the default implementation.
    func checksum(of object: ObjectMetadata) async throws -> StoredChecksum?

    /// What writers that were killed have left under a prefix of keys, or what living ones are still writing where the
    /// store cannot tell them apart. The default implementation knows of none.
    func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject]

    /// Removes what ``unfinishedObjects(prefix:)`` listed; no error for what is gone already.
    func remove(_ unfinished: [UnfinishedObject]) async throws
}

extension ObjectStore {
    /// The whole object.
    public func read(_ key: ObjectKey) async throws -> [UInt8] { try await read(key, range: nil, matching: nil) }

    /// The bytes of a range of whatever is there.
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

    /// Lists all objects below the folder, and keeps what lies directly in it.
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

    /// Makes the object visible, durably. The writer is of no use afterwards.
    func finish() async throws

    /// Drops what was written; harmless after ``finish()``.
    func abort() async
}

/// How an object is to be written.
public struct WriteOptions: Sendable, Hashable {
    /// Fails with ``ObjectStoreError/Code/alreadyExists`` instead of replacing an object.
    public var ifAbsent: Bool
    /// Bytes that are likely to come, where that is known: stores that upload in parts choose their size by it.
    public var expectedSize: Int64?
    /// About how many bytes a store that uploads in parts may hold at the same time; nil for its own choice. Stores keep to
    /// it as far as their parts allow.
    public var memoryLimit: Int?
    /// Those of the object that this is a copy of, for stores that keep some.
    package var attributes: ObjectAttributes?

    /// Replaces unless told otherwise.
    public init(ifAbsent: Bool = false, expectedSize: Int64? = nil, memoryLimit: Int? = nil) {
        self.ifAbsent = ifAbsent
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
    /// Seconds since 1970-01-01T00:00:00Z.
    public var modified: Double
    /// Changes whenever the content does; nil where the store has no such thing.
    public var entityTag: String?

    /// All that a store may know.
    public init(key: ObjectKey, size: Int64, modified: Double, entityTag: String? = nil) {
        self.key = key
        self.size = size
        self.modified = modified
        self.entityTag = entityTag
    }
}
