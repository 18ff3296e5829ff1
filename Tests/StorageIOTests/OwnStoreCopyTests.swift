import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Copies of large objects between stores that have parallel streams and positioned writers, but no part of ours.
@Suite struct OwnStoreCopyTests {
    private static let partSize: Int64 = 3_000_000
    private static let content = (0..<20_000_003).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) }

    private let key: ObjectKey

    init() throws { key = try ObjectKey("large") }

    /// The MD5 sum of parts, as S3 has it.
    private static func tag() -> String {
        var digest = ContentDigest(like: .md5OfParts("", partSize: partSize))
        digest.update(content)
        guard case .md5OfParts(let text, _) = digest.finish() else { return "" }
        return text
    }

    private func copy(
        _ source: RemoteStore, to destination: any ObjectStore, _ verification: TransferOptions.Verification = .checksum
    ) async throws {
        try await source.inner.put(Self.content, to: key)
        let object = try await source.head(key)
        try await ObjectCopy(
            object, of: source, to: key, of: destination, options: TransferOptions(verification: verification)
        ).run()
        #expect(try await destination.read(key) == Self.content)
    }

    @Test func rangesAreStreamedAndWrittenAtTheSameTime() async throws {
        let source = RemoteStore(), destination = RemoteStore()
        try await copy(source, to: destination)
        #expect(source.streams.withLock { $0 } > 1)
        #expect(destination.writes.withLock { $0.positioned > 1 && $0.ordered == 0 })
    }

    @Test func fileIsWrittenAtManyPositions() async throws {
        let folder = try TemporaryFolder(), source = RemoteStore()
        try await copy(source, to: try LocalObjectStore(folder: folder.path("to")))
        #expect(source.streams.withLock { $0 } > 1)
    }

    /// Sums of parts are computed as the bytes arrive.
    @Test func sumsOfPartsAreCompared() async throws {
        let destination = RemoteStore()
        try await copy(RemoteStore(tag: Self.tag()), to: destination)
        #expect(destination.writes.withLock { $0.positioned > 1 && $0.ordered == 0 })

        let wrong = RemoteStore(tag: Self.tag(), flipsByteAt: 12_345_678)
        let error = await #expect(throws: ObjectStoreError.self) { try await copy(wrong, to: RemoteStore()) }
        #expect(error?.code == .modified && error?.message.contains("checksum") == true)
    }

    /// The sum of the whole needs the bytes in order, if the writer cannot read them again.
    @Test func sumsOfTheWholeNeedTheOrder() async throws {
        let destination = RemoteStore()
        try await copy(RemoteStore(), to: destination, .readBack)
        #expect(destination.writes.withLock { $0.positioned == 0 && $0.ordered > 1 })
    }

    @Test func streamsThatEndEarlyAreErrors() async throws {
        let source = RemoteStore(losesLastBytes: true)
        let error = await #expect(throws: ObjectStoreError.self) { try await copy(source, to: RemoteStore()) }
        #expect(error?.code == .modified && error?.message.contains("were requested") == true)
    }

    @Test func attributesAreCopied() async throws {
        let source = RemoteStore(), destination = RemoteStore()
        source.kept.withLock { $0 = ObjectAttributes() }
        source.kept.withLock { $0?.metadata = ["owner": "fraud team"] }
        try await copy(source, to: destination)
        #expect(destination.kept.withLock { $0?.metadata } == ["owner": "fraud team"])
    }
}

/// A store that streams and is written in parallel.
private final class RemoteStore: AttributePreserving {
    struct Writes {
        var positioned = 0
        var ordered = 0
    }

    let inner = InMemoryObjectStore()
    let streams = Lock(0)
    let writes = Lock(Writes())
    let kept = Lock<ObjectAttributes?>(nil)
    private let tag: String?
    private let flippedByte: Int64?
    private let losesLastBytes: Bool
    var root: String { inner.root }
    var capabilities: ObjectStoreCapabilities { .parallelStreams }

    /// - Parameter tag: the entity tag, an MD5 sum of parts; nil for the store's own.
    init(tag: String? = nil, flipsByteAt flippedByte: Int64? = nil, losesLastBytes: Bool = false) {
        self.tag = tag
        self.flippedByte = flippedByte
        self.losesLastBytes = losesLastBytes
    }

    func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        var object = try await inner.head(key)
        if let tag { object.entityTag = tag }
        return object
    }

    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try await inner.read(key, range: range)
    }

    func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws {
        streams.withLock { $0 += 1 }
        var position = range?.lowerBound ?? 0
        // Chunks that divide no part.
        var rest = try await inner.read(key, range: range)[...]
        if losesLastBytes { rest = rest.dropLast(5) }
        while !rest.isEmpty {
            var chunk = Array(rest.prefix(700_001))
            rest = rest.dropFirst(chunk.count)
            if let flippedByte, (position..<position + Int64(chunk.count)).contains(flippedByte) {
                chunk[Int(flippedByte - position)] ^= 1
            }
            position += Int64(chunk.count)
            try await receive(chunk)
        }
    }

    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        kept.withLock { $0 = options.attributes }
        return RemoteWriter(store: self, key: key)
    }

    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> { inner.list(prefix: prefix) }
    func delete(_ key: ObjectKey) async throws { try await inner.delete(key) }
    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try await inner.copy(from: source, to: destination)
    }
    func checksum(of object: ObjectMetadata) async throws -> StoredChecksum? {
        tag.map { .md5OfParts($0, partSize: 3_000_000) }
    }
    func attributes(of object: ObjectMetadata) async throws -> ObjectAttributes {
        kept.withLock { $0 } ?? ObjectAttributes()
    }
}

private actor RemoteWriter: PositionedObjectWriter {
    private let store: RemoteStore
    private let key: ObjectKey
    private var bytes: [UInt8] = []

    init(store: RemoteStore, key: ObjectKey) {
        self.store = store
        self.key = key
    }

    func write(_ more: [UInt8]) async throws {
        store.writes.withLock { $0.ordered += 1 }
        bytes += more
    }

    func write(_ more: [UInt8], at offset: Int64) async throws {
        store.writes.withLock { $0.positioned += 1 }
        let end = Int(offset) + more.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(Int(offset)..<end, with: more)
    }

    func finish() async throws { try await store.inner.put(bytes, to: key) }
    func abort() async { bytes = [] }
}
