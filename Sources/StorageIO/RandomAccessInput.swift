/// Bytes that can be read at any offset, as formats with an index, such as Parquet, require.
public protocol RandomAccessInput: Sendable {
    /// Bytes in all.
    var size: Int64 { get }
    /// Its name in messages: a path or URL, without secrets.
    var name: String { get }
    /// Exactly the bytes of the range.
    /// - Throws: an error when the range does not lie in `0..<size`, or the bytes cannot be read.
    func read(_ range: Range<Int64>) async throws -> [UInt8]
}

/// Bytes in memory as an input.
public struct InMemoryInput: RandomAccessInput {
    /// See ``RandomAccessInput``.
    public let name: String
    private let bytes: [UInt8]

    /// - Parameter name: its name in messages.
    public init(_ bytes: [UInt8], name: String = "memory") {
        self.bytes = bytes
        self.name = name
    }

    /// See ``RandomAccessInput``.
    public var size: Int64 { Int64(bytes.count) }

    /// See ``RandomAccessInput``.
    public func read(_ range: Range<Int64>) async throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw ObjectStoreError(.invalidRange, location: name, message: "bytes \(range) of \(size) were requested")
        }
        return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

/// An object of a store as an input. All reads are of the version that the metadata describe: when another one has
/// replaced it, they throw ``ObjectStoreError/Code/modified``.
public struct StoredObjectInput: RandomAccessInput {
    /// See ``RandomAccessInput``.
    public let size: Int64
    /// See ``RandomAccessInput``.
    public let name: String
    private let store: any ObjectStore
    private let key: ObjectKey
    private let entityTag: String?

    /// Asks the store for the object's size.
    /// - Throws: ``ObjectStoreError``, with code ``ObjectStoreError/Code/notFound`` when there is no such object.
    public init(store: any ObjectStore, key: ObjectKey) async throws {
        self.init(store: store, metadata: try await store.head(key))
    }

    /// An object whose metadata are known, from a listing for instance.
    public init(store: any ObjectStore, metadata: ObjectMetadata) {
        self.store = store
        key = metadata.key
        size = metadata.size
        entityTag = metadata.entityTag
        name = store.root + metadata.key.path
    }

    /// See ``RandomAccessInput``.
    public func read(_ range: Range<Int64>) async throws -> [UInt8] {
        guard !range.isEmpty else { return [] }
        let bytes = try await store.read(key, range: range, matching: entityTag)
        guard bytes.count == range.count else {
            throw ObjectStoreError(
                .modified, location: name, message: "received \(bytes.count) bytes where \(range.count) were requested")
        }
        return bytes
    }
}
