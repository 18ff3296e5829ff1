import StorageIO
import StorageIOTesting
import TestSupport
import Testing

@Suite struct StoresConformanceTests {
    @Test(arguments: ObjectStoreConformance.checkNames)
    func localStore(name: String) async throws {
        let folder = try TemporaryFolder()
        // A folder that does not exist yet, with a name that would be mangled by careless URL handling.
        let store = try LocalObjectStore(folder: folder.path("a root/100% [x]"))
        try await ObjectStoreConformance(store: store).run(name)
        #expect(try await store.removeUnfinished() == [])
    }

    @Test(arguments: ObjectStoreConformance.checkNames)
    func inMemoryStore(name: String) async throws {
        try await ObjectStoreConformance(store: InMemoryObjectStore()).run(name)
    }

    /// The suite is useful only if it finds stores that break promises.
    @Test func brokenStoresAreFound() async throws {
        for flaw in FlawedStore.Flaw.allCases {
            let failures = await #expect(throws: ConformanceFailures.self, "\(flaw)") {
                try await ObjectStoreConformance(store: FlawedStore(flaw: flaw), largeObjectSize: 1 << 20).runAll()
            }
            #expect(
                failures?.failures.contains { $0.check == flaw.rawValue } == true,
                "\(flaw): \(String(describing: failures))")
        }
    }

    @Test func unknownChecksAreNamed() async {
        await #expect(throws: ConformanceFailure.self) {
            try await ObjectStoreConformance(store: InMemoryObjectStore()).run("no-such-check")
        }
    }
}

/// A store that keeps all promises but one.
private struct FlawedStore: ObjectStore {
    enum Flaw: String, CaseIterable {
        case sizeOffByOne = "head"
        case rangeNotChecked = "ranges"
        case ignoresEntityTag = "entity-tag"
        case missingReadsAsEmpty = "missing-object"
        case visibleAtOnce = "atomic-visibility"
        case abortPublishes = "abort"
        case ignoresIfAbsent = "if-absent"
        case ignoresIfMatch = "if-match"
        case streamsTwice = "stream"
        case listsInReverse = "list-order"
        case prefixMeansFolder = "list-prefix"
        case deleteDoesNothing = "delete"
        case copyLosesBytes = "copy"
    }

    let base = InMemoryObjectStore()
    let flaw: Flaw
    var root: String { base.root }
    var capabilities: ObjectStoreCapabilities { base.capabilities }

    func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        var metadata = try await base.head(key)
        if flaw == .sizeOffByOne { metadata.size += 1 }
        return metadata
    }

    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        if flaw == .missingReadsAsEmpty, try await !base.exists(key) { return [] }
        if flaw == .rangeNotChecked, let range, try await base.head(key).size < range.lowerBound { return [] }
        return try await base.read(key, range: range, matching: flaw == .ignoresEntityTag ? nil : entityTag)
    }

    func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws {
        let bytes = try await read(key, range: range, matching: entityTag)
        if !bytes.isEmpty { try await receive(bytes) }
        if flaw == .streamsTwice { try await receive(bytes) }
    }

    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        var options = options
        if flaw == .ignoresIfAbsent { options.ifAbsent = false }
        if flaw == .ignoresIfMatch, !options.ifAbsent { options.precondition = nil }
        if flaw == .visibleAtOnce { try await base.put([], to: key) }
        let writer = try await base.write(key, options: options)
        return flaw == .abortPublishes ? PublishingWriter(base: writer) : writer
    }

    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        AsyncThrowingStream { continuation in
            Task {
                var found: [ObjectMetadata] = []
                for try await object in base.list(prefix: prefix) { found.append(object) }
                if flaw == .listsInReverse { found.reverse() }
                if flaw == .prefixMeansFolder {
                    found.removeAll { !prefix.hasSuffix("/") && !$0.key.path.hasPrefix(prefix + "/") }
                }
                for object in found { continuation.yield(object) }
                continuation.finish()
            }
        }
    }

    func delete(_ key: ObjectKey) async throws {
        if flaw != .deleteDoesNothing { try await base.delete(key) }
    }

    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try await base.copy(from: source, to: destination)
        if flaw == .copyLosesBytes { try await base.put([], to: destination) }
    }

    struct PublishingWriter: ObjectWriter {
        let base: any ObjectWriter

        func write(_ bytes: [UInt8]) async throws { try await base.write(bytes) }
        func finish() async throws { try await base.finish() }
        func abort() async { _ = try? await base.finish() }
    }
}
