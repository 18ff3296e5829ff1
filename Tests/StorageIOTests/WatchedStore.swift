import StorageIO

/// Calls a closure after each change of a store.
struct WatchedStore: ObjectStore {
    let inner: InMemoryObjectStore
    let look: @Sendable () async throws -> Void
    var root: String { inner.root }

    func head(_ key: ObjectKey) async throws -> ObjectMetadata { try await inner.head(key) }
    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try await inner.read(key, range: range, matching: entityTag)
    }
    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> { inner.list(prefix: prefix) }
    func delete(_ key: ObjectKey) async throws {
        try await inner.delete(key)
        try await look()
    }
    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try await inner.copy(from: source, to: destination)
    }
    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        Writer(inner: try await inner.write(key, options: options), look: look)
    }

    private struct Writer: ObjectWriter {
        let inner: any ObjectWriter
        let look: @Sendable () async throws -> Void

        func write(_ bytes: [UInt8]) async throws {
            try await inner.write(bytes)
            try await look()
        }
        func finish() async throws {
            try await inner.finish()
            try await look()
        }
        func abort() async { await inner.abort() }
    }
}
