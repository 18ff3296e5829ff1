import Essentials
import Parallelism

/// Objects in memory, for tests and small data; all copies of a reference share them.
public final class InMemoryObjectStore: ObjectStore {
    /// An operation that is about to start.
    public enum Operation: Sendable, Hashable {
        case head(ObjectKey)
        case read(ObjectKey)
        case startWriting(ObjectKey)
        case append(ObjectKey)
        case finish(ObjectKey)
        case list(prefix: String)
        case delete(ObjectKey)
        case copy(ObjectKey)
    }

    private struct Entry {
        var bytes: [UInt8]
        var modified: Date
        var version: Int

        var entityTag: String { String(version) }
    }

    private struct State {
        var entries: [ObjectKey: Entry] = [:]
        var version = 0
        var size = 0

        func entityTag(_ key: ObjectKey) -> String? { entries[key]?.entityTag }

        /// Bytes of all objects except one.
        func size(without key: ObjectKey) -> Int { size - (entries[key]?.bytes.count ?? 0) }
    }

    /// `memory://` and the name.
    public let root: String
    /// Objects are replaced on condition, and have any keys.
    public var capabilities: ObjectStoreCapabilities { [.conditionalReplace, .anyKey] }
    private let capacity: Int
    private let beforeEach: @Sendable (Operation) async throws -> Void
    private let state = Lock(State())

    /// - Parameters:
    ///   - name: Part of messages.
    ///   - capacity: Bytes that all objects together may have; beyond it writers fail with
    ///     ``ObjectStoreError/Code/noSpace``.
    ///   - beforeEach: Is called before every operation: throw from it to make one fail, wait in it to make one slow.
    public init(
        name: String = "", capacity: Int = .max,
        beforeEach: @escaping @Sendable (Operation) async throws -> Void = { _ in }
    ) {
        root = "memory://\(name)/"
        self.capacity = capacity
        self.beforeEach = beforeEach
    }

    /// What is known about an object.
    public func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        try await beforeEach(.head(key))
        return metadata(key, try entry(key))
    }

    /// The bytes of an object, or of a range of it.
    public func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try await beforeEach(.read(key))
        let entry = try entry(key)
        try entry.entityTag.check(against: entityTag, location: root + key.path)
        let bytes = entry.bytes
        guard let range else { return bytes }
        let wanted = try range.withinObject(ofSize: Int64(bytes.count), location: root + key.path)
        return Array(bytes[Int(wanted.lowerBound)..<Int(wanted.upperBound)])
    }

    /// Starts a new object.
    public func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try await beforeEach(.startWriting(key))
        let current = state.withLock { $0.entityTag(key) }
        try options.precondition?.check(current, location: root + key.path)
        return InMemoryObjectWriter(store: self, key: key, options: options)
    }

    /// The objects whose keys start with the prefix, in ascending byte order.
    public func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        let listing = Listing(store: self, prefix: prefix)
        return AsyncThrowingStream { try await listing.next() }
    }

    /// Removes an object; no error when there is none.
    public func delete(_ key: ObjectKey) async throws {
        try await beforeEach(.delete(key))
        state.withLock { state in
            if let removed = state.entries.removeValue(forKey: key) { state.size -= removed.bytes.count }
        }
    }

    /// Copies an object within the store.
    public func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try await beforeEach(.copy(source))
        try put(entry(source).bytes, destination, WriteOptions())
    }

    fileprivate func willDo(_ operation: Operation) async throws { try await beforeEach(operation) }

    /// - Throws: ``ObjectStoreError/Code/noSpace`` when an object of that size does not fit.
    fileprivate func checkSpace(_ size: Int, _ key: ObjectKey) throws(ObjectStoreError) {
        if state.withLock({ size > capacity - $0.size(without: key) }) { throw noSpace(key) }
    }

    fileprivate func put(_ bytes: [UInt8], _ key: ObjectKey, _ options: WriteOptions) throws(ObjectStoreError) {
        try state.withLock { state throws(ObjectStoreError) in
            try options.precondition?.check(state.entityTag(key), location: root + key.path)
            let others = state.size(without: key)
            guard bytes.count <= capacity - others else { throw noSpace(key) }
            state.size = others + bytes.count
            state.version += 1
            state.entries[key] = Entry(bytes: bytes, modified: Date(), version: state.version)
        }
    }

    private func entry(_ key: ObjectKey) throws(ObjectStoreError) -> Entry {
        guard let entry = state.withLock({ $0.entries[key] }) else {
            throw ObjectStoreError(.notFound, location: root + key.path, message: "no such object")
        }
        return entry
    }

    private func metadata(_ key: ObjectKey, _ entry: Entry) -> ObjectMetadata {
        ObjectMetadata(
            key: key, size: Int64(entry.bytes.count), modified: entry.modified, entityTag: entry.entityTag)
    }

    private func noSpace(_ key: ObjectKey) -> ObjectStoreError {
        ObjectStoreError(.noSpace, location: root + key.path, message: "the store holds at most \(capacity) bytes")
    }

    /// A listing shows the objects at the time of its first request.
    private actor Listing {
        private let store: InMemoryObjectStore
        private let prefix: String
        private var found: [ObjectMetadata]?

        init(store: InMemoryObjectStore, prefix: String) {
            self.store = store
            self.prefix = prefix
        }

        func next() async throws -> ObjectMetadata? {
            if found == nil {
                try await store.willDo(.list(prefix: prefix))
                let matching = store.state.withLock { state in
                    state.entries.filter { $0.key.path.utf8.starts(with: prefix.utf8) }
                }
                found = matching.map { store.metadata($0, $1) }.sorted { $1.key < $0.key }
            }
            return found?.popLast()
        }
    }
}

private actor InMemoryObjectWriter: ObjectWriter {
    private let store: InMemoryObjectStore
    private let key: ObjectKey
    private let options: WriteOptions
    private var bytes: [UInt8] = []
    private var hasEnded = false

    init(store: InMemoryObjectStore, key: ObjectKey, options: WriteOptions) {
        self.store = store
        self.key = key
        self.options = options
    }

    func write(_ more: [UInt8]) async throws {
        try checkOpen()
        try await store.willDo(.append(key))
        try store.checkSpace(bytes.count + more.count, key)
        bytes.append(contentsOf: more)
    }

    func finish() async throws {
        try checkOpen()
        try await store.willDo(.finish(key))
        hasEnded = true
        try store.put(bytes, key, options)
    }

    func abort() async {
        hasEnded = true
        bytes = []
    }

    private func checkOpen() throws {
        guard !hasEnded else {
            throw ObjectStoreError(
                .unavailable, location: store.root + key.path, message: "the writer has already ended")
        }
    }
}
