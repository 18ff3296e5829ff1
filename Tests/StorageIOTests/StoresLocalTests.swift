import Foundation
import StorageIO
import StorageIOTesting
import TestSupport
import Testing

@Suite struct StoresLocalTests {
    let folder: TemporaryFolder
    let store: LocalObjectStore

    init() throws {
        folder = try TemporaryFolder()
        store = try LocalObjectStore(folder: folder.path("root"))
    }

    private func path(_ name: String) -> String { folder.path("root/\(name)") }

    private func names(_ prefix: String = "") async throws -> [String] {
        var names: [String] = []
        for try await object in store.list(prefix: prefix) { names.append(object.key.path) }
        return names
    }

    private func code(_ body: () async throws -> Void) async -> ObjectStoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ObjectStoreError)?.code
        }
    }

    @Test func objectsArePlainFiles() async throws {
        try await store.put(Array("hello".utf8), to: ObjectKey("a/b.txt"))
        #expect(try String(contentsOfFile: path("a/b.txt"), encoding: .utf8) == "hello")
        try "other".write(toFile: path("a/c.txt"), atomically: false, encoding: .utf8)
        #expect(try await store.read(ObjectKey("a/c.txt")) == Array("other".utf8))
        #expect(store.root == "file://\(path(""))")
    }

    @Test func aWriterThatWasKilledLeavesSomethingRecognisable() async throws {
        try await store.put([1], to: ObjectKey("a/kept"))
        let leftover = path("a/\(LocalObjectStore.unfinishedPrefix)12ab")
        try "half".write(toFile: leftover, atomically: false, encoding: .utf8)
        let writer = try await store.write(ObjectKey("a/living"))
        try await writer.write([UInt8](repeating: 7, count: 1 << 20))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("a")).count == 3)
        #expect(try await names() == ["a/kept"])

        #expect(try await store.removeUnfinished(prefix: "b/") == [])
        #expect(try await store.removeUnfinished().map(\.identifier) == [leftover])
        try await writer.finish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("a")).sorted() == ["kept", "living"])
        #expect(try await store.head(ObjectKey("a/living")).size == 1 << 20)
    }

    /// Even if they are written within one tick of the file system's clock.
    @Test func versionsNeverShareATag() async throws {
        let key = try ObjectKey("a")
        var tags: Set<String> = []
        for number in 0..<100 {
            try await store.put([UInt8(number)], to: key)
            tags.insert(try #require(try await store.head(key).entityTag))
        }
        #expect(tags.count == 100)
    }

    @Test func timesAreThoseOfTheFileSystem() async throws {
        try await store.put([1], to: ObjectKey("a"))
        let time = try #require(
            try FileManager.default.attributesOfItem(atPath: path("a"))[.modificationDate] as? Date)
        let modified = try await store.head(ObjectKey("a")).modified
        #expect(abs(modified.timeIntervalSince(time)) < 1e-6)
    }

    @Test func unfinishedNamesAreNotKeys() async throws {
        let key = try ObjectKey("a/\(LocalObjectStore.unfinishedPrefix)x")
        #expect(await code { try await store.put([], to: key) } == .invalidKey)
        #expect(await code { _ = try await store.read(key) } == .invalidKey)
    }

    @Test func aDroppedWriterLeavesNothing() async throws {
        var writer: (any ObjectWriter)? = try await store.write(ObjectKey("a"))
        try await writer?.write([UInt8](repeating: 0, count: 1 << 20))
        writer = nil
        // The thread that wrote last may hold the file for a moment longer.
        for _ in 0..<500 where try !FileManager.default.contentsOfDirectory(atPath: path("")).isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("")) == [])
    }

    @Test func linksAreFollowedWithinTheRootOnly() async throws {
        let files = FileManager.default
        try await store.put(Array("in".utf8), to: ObjectKey("data/in"))
        try files.createDirectory(atPath: folder.path("outside"), withIntermediateDirectories: true)
        try "secret".write(toFile: folder.path("outside/file"), atomically: false, encoding: .utf8)
        try files.createSymbolicLink(atPath: path("inner"), withDestinationPath: "data/in")
        try files.createSymbolicLink(atPath: path("innerFolder"), withDestinationPath: "data")
        try files.createSymbolicLink(atPath: path("data/loop"), withDestinationPath: "..")
        try files.createSymbolicLink(atPath: path("outer"), withDestinationPath: "../outside/file")
        try files.createSymbolicLink(atPath: path("outerFolder"), withDestinationPath: folder.path("outside"))
        try files.createSymbolicLink(atPath: path("dangling"), withDestinationPath: "nothing")

        #expect(try await store.read(ObjectKey("inner")) == Array("in".utf8))
        #expect(try await store.read(ObjectKey("innerFolder/in")) == Array("in".utf8))
        #expect(try await names() == ["data/in", "inner", "innerFolder/in"])
        #expect(await code { _ = try await store.read(ObjectKey("dangling")) } == .notFound)
        for key in ["outer", "outerFolder/file"] {
            #expect(await code { _ = try await store.read(ObjectKey(key)) } == .permissionDenied)
            #expect(await code { _ = try await store.head(ObjectKey(key)) } == .permissionDenied)
        }
        #expect(await code { try await store.put([], to: ObjectKey("outerFolder/new")) } == .permissionDenied)
        #expect(await code { try await store.put([], to: ObjectKey("outerFolder/deep/new")) } == .permissionDenied)
        #expect(await code { try await store.delete(ObjectKey("outerFolder/file")) } == .permissionDenied)
        #expect(try files.contentsOfDirectory(atPath: folder.path("outside")) == ["file"])

        // Writing to a link writes its target, but not outside the root.
        #expect(await code { try await store.put(Array("mine".utf8), to: ObjectKey("outer")) } == .permissionDenied)
        #expect(try String(contentsOfFile: folder.path("outside/file"), encoding: .utf8) == "secret")
        try await store.put(Array("mine".utf8), to: ObjectKey("inner"))
        try await store.put(Array("deep".utf8), to: ObjectKey("innerFolder/new/file"))
        #expect(try await store.read(ObjectKey("data/in")) == Array("mine".utf8))
        #expect(try await store.read(ObjectKey("data/new/file")) == Array("deep".utf8))
        #expect(try files.destinationOfSymbolicLink(atPath: path("inner")) == "data/in")
    }

    @Test func theRootMayBeReachedThroughALink() async throws {
        try await store.put([1], to: ObjectKey("a/b"))
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "root")
        let linked = try LocalObjectStore(folder: folder.path("link"))
        #expect(try await linked.read(ObjectKey("a/b")) == [1])
        try await linked.put([2], to: ObjectKey("c/d"))
        #expect(try await store.read(ObjectKey("c/d")) == [2])
        try await ObjectStoreConformance(store: linked).run("list-order")
    }

    @Test func pipesAndFoldersAreNotObjects() async throws {
        try await store.put([1], to: ObjectKey("folder/file"))
        try Oracle.execute("/usr/bin/env", ["mkfifo", path("pipe")])
        #expect(await code { _ = try await store.read(ObjectKey("pipe")) } == .notFound)
        #expect(await code { _ = try await store.head(ObjectKey("pipe")) } == .notFound)
        #expect(await code { _ = try await store.read(ObjectKey("folder")) } == .notFound)
        #expect(await code { try await store.put([], to: ObjectKey("folder")) } == .invalidKey)
        #expect(await code { try await store.put([], to: ObjectKey("folder/file/below")) } == .invalidKey)
        #expect(
            await code { try await store.put([], to: ObjectKey(String(repeating: "x", count: 300))) } == .invalidKey)
        #expect(try await names() == ["folder/file"])
    }

    @Test func fullAndForbiddenFileSystemsAreReported() async throws {
        // A folder nobody may write to, root included, exists on every Linux; sysfs also refuses new files.
        let system = try LocalObjectStore(folder: "/sys")
        #expect(await code { try await system.put([1], to: ObjectKey("antifraud-test")) } == .permissionDenied)
        for (number, expected) in [
            (ENOSPC, .noSpace), (EDQUOT, .noSpace), (EACCES, .permissionDenied), (EPERM, .permissionDenied),
            (EROFS, .permissionDenied), (ENOENT, .notFound), (EEXIST, .alreadyExists), (EIO, .unavailable),
        ] as [(Int32, ObjectStoreError.Code)] {
            #expect(ObjectStoreError(errno: number, path: "/x").code == expected)
        }
    }

    @Test func keysCannotLeaveTheRoot() {
        for text in ["", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/..", ".", "./a", "a\0b"] {
            #expect(throws: ObjectStoreError.self, "\(text)") { try ObjectKey(text) }
        }
    }
}
