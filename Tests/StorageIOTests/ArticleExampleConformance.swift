import StorageIO
import StorageIOTesting
import Synchronization
import Testing

/// A store that counts the bytes read from another one.
final class MeteredStore: ObjectStore {
    private let base: any ObjectStore
    private let total = Atomic<Int64>(0)

    init(_ base: any ObjectStore) { self.base = base }

    var root: String { base.root }
    var capabilities: ObjectStoreCapabilities { base.capabilities }
    var bytesRead: Int64 { total.load(ordering: .relaxed) }

    func head(_ key: ObjectKey) async throws -> ObjectMetadata { try await base.head(key) }

    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        let bytes = try await base.read(key, range: range, matching: entityTag)
        total.add(Int64(bytes.count), ordering: .relaxed)
        return bytes
    }

    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try await base.write(key, options: options)
    }

    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> { base.list(prefix: prefix) }

    func delete(_ key: ObjectKey) async throws { try await base.delete(key) }

    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try await base.copy(from: source, to: destination)
    }
}

@Suite struct MeteredStoreTests {
    @Test(arguments: ObjectStoreConformance.checkNames)
    func conforms(check: String) async throws {
        let store = MeteredStore(InMemoryObjectStore())
        try await ObjectStoreConformance(store: store, largeObjectSize: 1 << 20).run(check)
    }
}
