import Foundation
import StorageIO
import TestSupport
import Testing

/// Names that other programs make and keys cannot have, or that lead elsewhere: copied, or reported one by one.
@Suite struct OddNamesTests {
    private let stores = ObjectStoreRegistry()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func copy(
        _ source: StorageLocation, _ destination: String, _ options: TransferOptions = TransferOptions()
    ) async throws -> TransferReport {
        try await Transfer(from: source, to: stores.resolve(destination), options: options).run()
    }

    private func memory(_ keys: [String]) async throws -> StorageLocation {
        let store = InMemoryObjectStore()
        for key in keys { try await store.put(Array("content".utf8), to: ObjectKey(verbatim: key)) }
        return StorageLocation(store: store, uri: try StorageURI("memory://s/d/"))
    }

    private func everyFile() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.path($0), isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    /// Slashes next to combining marks once led out of the destination.
    @Test func keysDoNotLeadOutOfTheDestination() async throws {
        let hostile = [
            "d/../\u{301}x\u{600}/../pwned1.csv", "d/../\u{301}x\u{600}/../../\u{301}y\u{600}/../pwned2.csv",
            "d/../\u{301}evil.csv", "d/\u{600}/../../pwned3", "d/../pwned4", "d//pwned5", "d/./pwned6", "d/a/..",
        ]
        let source = try await memory(hostile + ["d/ok.csv", "d/\u{301}fine\u{600}/x"])
        let report = try await copy(source, folder.path("one/two/three/dest/"))
        #expect(report.copied.count == 2 && report.failures.count == hostile.count)
        let files = try everyFile()
        #expect(files.count == 2 && files.allSatisfy { $0.utf8.starts(with: "one/two/three/dest/".utf8) }, "\(files)")
        let dry = try await copy(source, folder.path("one/two/three/dest/"), TransferOptions(isDryRun: true))
        #expect(dry.failures.count == hostile.count)
    }

    /// A store that holds any name keeps all of them as they are.
    @Test func storesThatHoldAnyNameKeepIt() async throws {
        let keys = ["d//a", "d/./b", "d/../c", "d/e/", "d/caf\u{E9}", "d/cafe\u{301}"]
        let source = try await memory(keys)
        let report = try await copy(source, "memory://t/out/")
        #expect(report.failures.isEmpty && report.copied.count == keys.count)
        var copied: Set<ObjectKey> = []
        for try await object in try stores.resolve("memory://t/").store.list(prefix: "") { copied.insert(object.key) }
        #expect(copied == Set(try keys.map { try ObjectKey(verbatim: "out/" + $0.dropFirst(2)) }))
        #expect(try await copy(source, "memory://t/out/").unchanged == keys.count)
    }

    #if os(Linux)
        /// Names that look the same are two files, two folders and two objects.
        @Test func namesThatLookTheSameStayTwo() async throws {
            let keys = ["d/caf\u{E9}", "d/cafe\u{301}", "d/\u{1E3F}/x", "d/m\u{301}/x", "d/m\u{301}/_SUCCESS"]
            let source = try await memory(keys + ["d/\u{1E3F}/_SUCCESS"])
            let report = try await copy(source, folder.path("two/"))
            #expect(report.copied.count == 6 && report.failures.isEmpty)
            let back = try await copy(try stores.resolve(folder.path("two/")), "memory://t/two/")
            #expect(back.copied.count == 6)
            let store = try stores.resolve("memory://t/two/").store
            #expect(try await store.contents(ofFolder: "two/").folders.count == 2)
            #expect(try await store.exists(ObjectKey("two/m\u{301}/_SUCCESS")))
            #expect(try await !store.exists(ObjectKey("two/m\u{301}/_UNFINISHED-all")))
        }
    #endif

    /// Links that someone has put into the destination.
    @Test func linksInTheDestinationDoNotLeadOutOfIt() async throws {
        let files = FileManager.default
        for name in ["outside", "dest"] {
            try files.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        try "mine".write(toFile: folder.path("outside/file"), atomically: false, encoding: .utf8)
        try files.createSymbolicLink(atPath: folder.path("dest/folder"), withDestinationPath: "../outside")
        try files.createSymbolicLink(atPath: folder.path("dest/file"), withDestinationPath: folder.path("outside/file"))
        try files.createSymbolicLink(atPath: folder.path("dest/new"), withDestinationPath: "../outside/new")
        let source = try await memory(["d/folder/a", "d/folder/deep/b", "d/file", "d/new", "d/good"])
        let report = try await copy(source, folder.path("dest/"), TransferOptions(comparison: .never))
        #expect(report.copied.map(\.location) == ["file://" + folder.path("dest/good")])
        #expect(report.failures.count == 4 && report.failures.allSatisfy { $0.message.contains("symbolic link") })
        #expect(try files.contentsOfDirectory(atPath: folder.path("outside")) == ["file"])
        #expect(try String(contentsOfFile: folder.path("outside/file"), encoding: .utf8) == "mine")
        // Also for a single object that goes into the folder.
        let single = StorageLocation(store: source.store, uri: try StorageURI("memory://s/d/file"))
        let error = await #expect(throws: ObjectStoreError.self) { try await copy(single, folder.path("dest/")) }
        #expect(error?.code == .permissionDenied)
        #expect(try String(contentsOfFile: folder.path("outside/file"), encoding: .utf8) == "mine")
    }

    /// Names that are not UTF-8, broken links, pipes: all of them were once silently skipped.
    @Test(.needs(.python)) func localNamesThatAreNotKeysAreReported() async throws {
        try Oracle.run(
            """
            import os, socket, sys
            os.makedirs(b'src/dir-\\xff'); os.makedirs('src/sub')
            for name in (b'src/ok.txt', b'src/latin-\\xe9.txt', b'src/dir-\\xff/in.txt', b'src/sub/fine.txt'):
                open(name, 'w').write('x')
            os.symlink('nothing', 'src/dangling')
            os.symlink('..', 'src/sub/loop')
            os.mkfifo('src/pipe')
            socket.socket(socket.AF_UNIX).bind('src/socket')
            """.replacing("'src", with: "'\(folder.path("src"))"))
        let source = try stores.resolve(folder.path("src/"))
        let report = try await copy(source, "memory://t/local/")
        #expect(report.copied.map(\.location) == ["memory://t/local/ok.txt", "memory://t/local/sub/fine.txt"])
        let names = report.failures.map { String($0.location.dropFirst(folder.path("src/").count)) }
        #expect(names.sorted() == ["dangling", "dir-\\xFF", "latin-\\xE9.txt", "pipe", "socket", "sub/loop"])
        // Nothing is removed while something is missing.
        try await stores.resolve("memory://t/local/old").store.put([1], to: ObjectKey("local/old"))
        #expect(try await copy(source, "memory://t/local/", TransferOptions(deletesOthers: true)).deleted.isEmpty)

        // A data set is not read without one of its files.
        for location in ["src/", "src/*.txt", "src/dangl*"] {
            await #expect(throws: ObjectStoreError.self, "\(location)") {
                try await DataFiles.find(stores.resolve(folder.path(location)))
            }
        }

        let pattern = try stores.resolve(folder.path("src/*.txt"))
        let matching = try await copy(pattern, "memory://t/pattern/")
        #expect(matching.copied.count == 1 && matching.failures.count == 1)
        // A folder with nothing else in it is not empty.
        try FileManager.default.removeItem(atPath: folder.path("src/ok.txt"))
        try FileManager.default.removeItem(atPath: folder.path("src/sub"))
        #expect(try await copy(source, "memory://t/rest/").failures.count == 5)
    }

    @Test func bytesAreShownAsText() {
        for (bytes, text) in [
            (Array("caf\u{E9}".utf8), "caf\u{E9}"), ([0x61, 0xE9, 0x2E], "a\\xE9."), ([0xFF], "\\xFF"),
            ([0xE2, 0x82], "\\xE2\\x82"), ([], ""),
        ] {
            #expect(bytes.escapedAsText == text)
        }
        #expect("a\u{1B}[2J\u{202E}b\nc".escapedForPeople.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 })
        #expect("caf\u{E9} \u{8A9E}".escapedForPeople == "caf\u{E9} \u{8A9E}")
    }
}
