import Foundation
import StorageIO
import Synchronization

/// Objects in memory behind a connection with latency: a store as an importer writes one, with public API only.
final class SlowStore: ObjectStore {
    /// What callers have made use of.
    struct Usage {
        var streams = 0
        var streamsAtOnce = 0
        var positionedWrites = 0
        var orderedWrites = 0
        var reads = 0
    }

    private struct Entry {
        var bytes: [UInt8]
        var modified: Date
        var version: Int
    }

    private struct State {
        var entries: [ObjectKey: Entry] = [:]
        var version = 0
        var running = 0
        var usage = Usage()
    }

    static let chunkBytes: Int64 = 1 << 20
    static let latency: Duration = .milliseconds(2)

    let root: String
    let capabilities: ObjectStoreCapabilities = [.parallelStreams, .conditionalReplace]
    private let state = Mutex(State())

    init(name: String) { root = "slow://\(name)/" }

    var usage: Usage { state.withLock { $0.usage } }

    // MARK: Reading

    func head(_ key: ObjectKey) async throws -> ObjectMetadata { metadata(key, try entry(key, matching: nil)) }

    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        state.withLock { $0.usage.reads += 1 }
        try await Task.sleep(for: Self.latency)
        return try Self.part(of: try entry(key, matching: entityTag), range, root + key.path)
    }

    func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws {
        state.withLock { state in
            state.usage.streams += 1
            state.running += 1
            state.usage.streamsAtOnce = max(state.usage.streamsAtOnce, state.running)
        }
        defer { state.withLock { $0.running -= 1 } }
        var rest = try Self.part(of: try entry(key, matching: entityTag), range, root + key.path)[...]
        while !rest.isEmpty {
            try await Task.sleep(for: Self.latency)
            let chunk = rest.prefix(Int(Self.chunkBytes))
            rest = rest.dropFirst(chunk.count)
            try await receive(Array(chunk))
        }
    }

    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        let found = state.withLock { state in
            state.entries.filter { $0.key.path.utf8.starts(with: prefix.utf8) }.map { metadata($0, $1) }
        }
        return AsyncThrowingStream { continuation in
            for object in found.sorted(by: { $0.key < $1.key }) { continuation.yield(object) }
            continuation.finish()
        }
    }

    // MARK: Writing

    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try state.withLock { try check(options.precondition, key, $0) }
        return SlowWriter(store: self, key: key, precondition: options.precondition)
    }

    func delete(_ key: ObjectKey) async throws { state.withLock { $0.entries[key] = nil } }

    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try publish(try entry(source, matching: nil).bytes, destination, nil)
    }

    fileprivate func publish(_ bytes: [UInt8], _ key: ObjectKey, _ precondition: WritePrecondition?) throws {
        try state.withLock { state in
            try check(precondition, key, state)
            state.version += 1
            state.entries[key] = Entry(bytes: bytes, modified: Date(), version: state.version)
        }
    }

    fileprivate func note(_ change: (inout Usage) -> Void) { state.withLock { change(&$0.usage) } }

    private func check(_ precondition: WritePrecondition?, _ key: ObjectKey, _ state: State) throws {
        let current = state.entries[key].map { "v\($0.version)" }
        switch precondition {
        case .ifAbsent where current != nil:
            throw ObjectStoreError(.alreadyExists, location: root + key.path, message: "there is an object")
        case .ifMatch(let expected) where current != expected:
            throw ObjectStoreError(.modified, location: root + key.path, message: "it is another version")
        default: return
        }
    }

    private func entry(_ key: ObjectKey, matching entityTag: String?) throws -> Entry {
        guard let entry = state.withLock({ $0.entries[key] }) else {
            throw ObjectStoreError(.notFound, location: root + key.path, message: "no such object")
        }
        guard entityTag == nil || entityTag == "v\(entry.version)" else {
            throw ObjectStoreError(.modified, location: root + key.path, message: "it is another version")
        }
        return entry
    }

    private func metadata(_ key: ObjectKey, _ entry: Entry) -> ObjectMetadata {
        ObjectMetadata(
            key: key, size: Int64(entry.bytes.count), modified: entry.modified, entityTag: "v\(entry.version)")
    }

    private static func part(of entry: Entry, _ range: Range<Int64>?, _ location: String) throws -> [UInt8] {
        guard let range else { return entry.bytes }
        let size = Int64(entry.bytes.count)
        guard range.lowerBound >= 0, range.lowerBound <= size else {
            throw ObjectStoreError(.invalidRange, location: location, message: "\(range) of \(size) bytes")
        }
        return Array(entry.bytes[Int(range.lowerBound)..<Int(min(range.upperBound, size))])
    }
}

/// Takes chunks in any order.
private actor SlowWriter: PositionedObjectWriter {
    private let store: SlowStore
    private let key: ObjectKey
    private let precondition: WritePrecondition?
    private var bytes: [UInt8] = []
    private var hasEnded = false

    init(store: SlowStore, key: ObjectKey, precondition: WritePrecondition?) {
        self.store = store
        self.key = key
        self.precondition = precondition
    }

    func write(_ more: [UInt8]) async throws {
        try checkOpen()
        store.note { $0.orderedWrites += 1 }
        bytes += more
    }

    func write(_ more: [UInt8], at offset: Int64) async throws {
        try checkOpen()
        store.note { $0.positionedWrites += 1 }
        try await Task.sleep(for: SlowStore.latency)
        let end = Int(offset) + more.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(Int(offset)..<end, with: more)
    }

    func finish() async throws {
        try checkOpen()
        hasEnded = true
        try store.publish(bytes, key, precondition)
    }

    func abort() async {
        hasEnded = true
        bytes = []
    }

    private func checkOpen() throws {
        guard !hasEnded else {
            throw ObjectStoreError(.unavailable, location: store.root + key.path, message: "the writer has ended")
        }
    }
}
