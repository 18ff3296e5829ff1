import Foundation
import StorageIO
import Synchronization
import TestSupport
import Testing

/// Writing on a condition, beyond what the conformance suite checks of every store.
@Suite struct WriteConditionTests {
    private let folder: TemporaryFolder
    private let store: LocalObjectStore

    init() throws {
        folder = try TemporaryFolder()
        store = try LocalObjectStore(folder: folder.path("root"))
    }

    private func path(_ name: String) -> String { folder.path("root/\(name)") }

    private func put(_ text: String, _ name: String, ifMatch tag: String) async throws {
        try await store.put(
            Array(text.utf8), to: ObjectKey(name), options: WriteOptions(precondition: .ifMatch(entityTag: tag)))
    }

    private func tag(_ name: String) async throws -> String {
        try #require(try await store.head(ObjectKey(name)).entityTag)
    }

    private func code(_ body: () async throws -> Void) async -> ObjectStoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ObjectStoreError)?.code
        }
    }

    @Test func ifAbsentIsAPrecondition() {
        var options = WriteOptions(ifAbsent: true)
        #expect(options == WriteOptions(precondition: .ifAbsent) && options.ifAbsent)
        options.ifAbsent = false
        #expect(options.precondition == nil)
        options.precondition = .ifMatch(entityTag: "t")
        options.ifAbsent = false
        #expect(options.precondition == .ifMatch(entityTag: "t") && !options.ifAbsent)
        options.ifAbsent = true
        #expect(options.precondition == .ifAbsent)
    }

    /// Every increment starts from the latest number, or is made again.
    @Test func noUpdateIsLost() async throws {
        for store in [store, InMemoryObjectStore()] as [any ObjectStore] {
            let key = try ObjectKey("count")
            try await store.put(Array("0".utf8), to: key)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        var made = 0
                        while made < 8 {
                            let version = try await store.head(key)
                            do {
                                let text = String(
                                    decoding: try await store.read(key, range: nil, matching: version.entityTag),
                                    as: UTF8.self)
                                let next = try #require(Int(text)) + 1
                                try await store.put(
                                    Array("\(next)".utf8), to: key,
                                    options: WriteOptions(
                                        precondition: .ifMatch(entityTag: try #require(version.entityTag))))
                                made += 1
                            } catch let error as ObjectStoreError where error.code == .modified {}
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(String(decoding: try await store.read(key), as: UTF8.self) == "48", "\(store.root)")
        }
    }

    @Test func refusedWritesLeaveNothing() async throws {
        #expect(await code { try await put("x", "new/folder/a", ifMatch: "t") } == .modified)
        #expect(!FileManager.default.fileExists(atPath: path("new")))
        try await store.put([1], to: ObjectKey("a"))
        #expect(await code { try await put("x", "a", ifMatch: "t") } == .modified)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("")) == ["a"])
    }

    @Test func linksAreComparedByTheirTarget() async throws {
        try await store.put([1], to: ObjectKey("target"))
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "target")
        try await put("second", "link", ifMatch: try await tag("link"))
        #expect(try await store.read(ObjectKey("target")) == Array("second".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == "target")
    }

    @Test func pipesHaveNoEntityTag() async throws {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        let location = try ObjectStoreRegistry().resolve(folder.path("pipe"))
        let options = WriteOptions(precondition: .ifMatch(entityTag: "t"))
        #expect(
            await code { _ = try await location.store.write(location.key(), options: options) } == .unsupported)
    }

    /// Another program that locks the file stops only writers that compare it.
    @Test func foreignLocks() async throws {
        let key = try ObjectKey("a")
        try await store.put([1], to: key)
        let tag = try await tag("a")
        let descriptor = open(path("a"), O_RDONLY)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(await code { try await put("x", "a", ifMatch: tag) } == .unavailable)
        #expect(try await store.read(key) == [1])
        try await store.put([2], to: key)
        #expect(try await store.read(key) == [2])
    }
}
