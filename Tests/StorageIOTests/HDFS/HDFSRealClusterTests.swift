import Crypto
import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

@Suite(.needs(.hdfs, .python)) struct HDFSRealClusterTests {
    private let server: HDFSServer
    private let store: WebHDFSObjectStore
    private let folder: String

    init() throws {
        server = try HDFSServer.shared
        store = try server.store()
        folder = server.newFolder()
    }

    private func key(_ name: String) throws -> ObjectKey { try ObjectKey("\(folder)/\(name)") }

    private func code(_ body: () async throws -> Void) async -> ObjectStoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ObjectStoreError)?.code
        }
    }

    private func bytes(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(count))
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: generator.next()) }
            filled = count
        }
    }

    private func remove() throws {
        _ = try server.curl(folder, "op=DELETE&recursive=true", ["-X", "DELETE"])
    }

    @Test func curlReadsWhatWasWrittenAndViceVersa() async throws {
        let content = bytes(5 << 20 | 12_345), local = try TemporaryFolder()
        let writer = try await store.write(key("large"))
        for start in stride(from: 0, to: content.count, by: 700_001) {
            try await writer.write(Array(content[start..<min(content.count, start + 700_001)]))
        }
        try await writer.finish()
        _ = try server.curl("\(folder)/large", "op=OPEN", ["-o", local.path("large")])
        #expect(try Data(contentsOf: URL(filePath: local.path("large"))) == Data(content))
        #expect(try await store.read(key("large")) == content)

        // The cluster's checksum of the file is ours of the content.
        let object = try await store.head(key("large"))
        #expect(object.size == Int64(content.count))
        let checksum = try server.curl("\(folder)/large", "op=GETFILECHECKSUM")
        guard case .hdfs(let algorithm, let digits) = try await store.checksum(of: object) else {
            Issue.record("no checksum")
            return
        }
        #expect(checksum.contains(algorithm) && checksum.contains(digits) && digits.count == 56)
        #expect(algorithm == "MD5-of-2048MD5-of-512CRC32C", "blocks of a segment each")

        _ = try server.curl(
            "\(folder)/by%20curl", "op=CREATE",
            ["-X", "PUT", "-T", local.path("large"), "-H", "Content-Type: application/octet-stream"])
        #expect(try await store.read(key("by curl")) == content)
        #expect(
            try await store.read(key("by curl"), range: 3_000_000..<3_000_100) == Array(content[3_000_000..<3_000_100]))
        var names: [String] = []
        for try await object in store.list(prefix: folder + "/") { names.append(object.key.name) }
        #expect(names == ["by curl", "large"])
        try remove()
    }

    @Test(arguments: [100, 5 << 19, 3 << 20 | 511])
    func damageInTransitIsFoundByTheChecksum(size: Int) async throws {
        // Flips a bit of the first body while `isBroken` is set.
        let client = try TransportClient(), isBroken = Lock(true)
        let network = ScriptedServer { request in
            var request = request
            if case .bytes(var bytes) = request.body, !bytes.isEmpty {
                let isFirst = isBroken.withLock { isBroken in
                    defer { isBroken = false }
                    return isBroken
                }
                if isFirst { bytes[bytes.count / 2] ^= 1 }
                request.body = .bytes(bytes)
            }
            return try await client.send(request, maximumBodyBytes: 1 << 24)
        }
        let store = try network.store(server.configuration())
        let content = bytes(size)
        try await store.put(content, to: key("a"))
        #expect(try await store.read(key("a")) == content)
        let segments = (size + (1 << 20) - 1) >> 20
        #expect(network.asked.filter { $0.contains("op=CREATE") }.count == 2 * (segments + 1))

        var careless = server.configuration()
        careless.verifiesChecksums = false
        isBroken.withLock { $0 = true }
        try await network.store(careless).put(content, to: key("a"))
        #expect(try await store.read(key("a")) != content)
        try remove()
    }

    @Test func pathsThatDataNodesMisreadLeadToTheirOwnObjects() async throws {
        for name in ["a+b", "a%2Bb", "A", "%41", "x,y%3A/1", "x,y%3A/%2531", "cafe\u{301}", "caf\u{E9}", "o\u{308}/1"] {
            try await store.put(Array(name.utf8), to: key(name))
        }
        let content = bytes(2 << 20 | 1)
        try await store.put(content, to: key("x,y%3A/large"))
        try await store.put(content, to: key("o\u{308}/large"))
        for name in ["a+b", "a%2Bb", "A", "%41", "x,y%3A/1", "x,y%3A/%2531", "cafe\u{301}", "caf\u{E9}", "o\u{308}/1"] {
            #expect(try await store.read(key(name)) == Array(name.utf8))
            #expect(try await store.checksum(of: store.head(key(name))) != nil)
        }
        #expect(try await store.read(key("x,y%3A/large")) == content)
        #expect(try await store.read(key("o\u{308}/large")) == content)
        try await store.append([1], to: key("a%2Bb"))
        #expect(try await store.head(key("a%2Bb")).size == 6)
        #expect(try await store.head(key("a+b")).size == 3)
        #expect(try await store.unfinishedObjects(prefix: folder).isEmpty)
        try remove()
    }

    @Test func foldersAndObjectsExcludeEachOther() async throws {
        try await store.put([1], to: key("folder/object"))
        #expect(await code { try await store.put([], to: key("folder")) } == .invalidKey)
        #expect(await code { try await store.put([], to: key("folder/object/below")) } == .invalidKey)
        #expect(await code { try await store.put([], to: key("folder/object/be%/low")) } == .invalidKey)
        #expect(await code { try await store.put([], to: key("with:colon")) } == .invalidKey)
        #expect(await code { try await store.put([], to: key(String(repeating: "x", count: 300))) } == .invalidKey)
        #expect(await code { try await store.put([], to: key(".unfinished-1/a")) } == .invalidKey)
        #expect(await code { try await store.put([], to: ObjectKey(".reserved/raw/a")) } == .invalidKey)
        #expect(await code { _ = try await store.read(key("with:colon")) } == .notFound)

        // The folder is created while the object is being written.
        for ifAbsent in [false, true] {
            let writer = try await store.write(key("late"), options: WriteOptions(ifAbsent: ifAbsent))
            try await writer.write([1])
            _ = try server.curl("\(folder)/late", "op=MKDIRS", ["-X", "PUT"])
            #expect(await code { try await writer.finish() } == .invalidKey)
            await writer.abort()
            _ = try server.curl("\(folder)/late", "op=DELETE", ["-X", "DELETE"])
        }
        #expect(try await store.unfinishedObjects(prefix: folder).isEmpty)
        #expect(try await store.contents(ofFolder: folder + "/").folders == ["\(folder)/folder/"])
        try remove()
    }

    @Test func permissionsAreRespected() async throws {
        let other = try server.store(user: "someone-else")
        try await store.put([1], to: key("private/a"))
        try await store.setPermissions("700", of: key("private"))
        try await store.setPermissions("600", of: key("private/a"))
        #expect(await code { _ = try await other.read(key("private/a")) } == .permissionDenied)
        #expect(await code { _ = try await other.head(key("private/a")) } == .permissionDenied)
        #expect(await code { try await other.put([1], to: key("private/b")) } == .permissionDenied)
        #expect(await code { try await other.put([1], to: key("private/x%/b")) } == .permissionDenied)
        #expect(await code { try await other.delete(key("private/a")) } == .permissionDenied)
        #expect(
            await code { for try await _ in other.list(prefix: folder + "/") {} } == .permissionDenied)
        #expect(try await store.read(key("private/a")) == [1])
        #expect(try await store.unfinishedObjects(prefix: folder).isEmpty)

        // A path below a file is not found for ordinary users, either.
        try await store.setPermissions("755", of: key("private"))
        try await store.setPermissions("644", of: key("private/a"))
        #expect(try await other.read(key("private/a")) == [1])
        #expect(await code { _ = try await other.read(key("private/a/below")) } == .notFound)
        try remove()
    }

    @Test func administration() async throws {
        var configuration = server.configuration()
        configuration.permissions = "640"
        configuration.blockSize = 1 << 18
        let store = try WebHDFSObjectStore(configuration: configuration)
        try await store.put(bytes(1_000), to: key("a"))
        try await store.put(bytes((3 << 20) / 2), to: key("deep/er/b"))
        func status(_ name: String) throws -> String { try server.curl("\(folder)/\(name)", "op=GETFILESTATUS") }
        #expect(try status("a").contains(#""permission":"640""#))
        #expect(try status("deep/er/b").contains(#""blockSize":262144"#))
        #expect(try await store.checksum(of: store.head(key("deep/er/b"))) != nil)

        try await store.setOwner("bob", group: "risk", of: key("a"))
        try await store.setOwner(nil, group: "fraud", of: key("a"))
        try await store.setReplication(3, of: key("a"))
        try await store.setModified(Date(timeIntervalSince1970: 1_500_000_000.25), of: key("a"))
        let after = try status("a")
        for part in [#""owner":"bob""#, #""group":"fraud""#, #""replication":3"#, #""modificationTime":1500000000250"#]
        {
            #expect(after.contains(part))
        }
        #expect(try await store.head(key("a")).modified == Date(timeIntervalSince1970: 1_500_000_000.25))
        #expect(await code { try await store.setPermissions("rwx", of: key("a")) } == .unavailable)
        #expect(await code { try await store.setReplication(2, of: key("deep")) } == .notFound)
        #expect(await code { try await store.setOwner("x", of: key("nothing")) } == .notFound)

        let summary = try await store.contentSummary(ofFolder: folder + "/")
        #expect(summary.length == 1_000 + (3 << 20) / 2)
        #expect(summary.spaceConsumed == 3 * 1_000 + (3 << 20) / 2)
        #expect(summary.fileCount == 2 && summary.directoryCount == 3)
        #expect(await code { _ = try await store.contentSummary(ofFolder: folder + "/nothing") } == .notFound)
        try remove()
    }

    @Test func appending() async throws {
        let content = bytes(3 << 20), rest = Lock(content[...])
        try await store.put([1, 2], to: key("a"))
        try await store.append([3], to: key("a"))
        try await store.append([], to: key("a"))
        try await store.append(to: key("a")) {
            rest.withLock { rest in
                let chunk = Array(rest.prefix(100_000))
                rest = rest.dropFirst(chunk.count)
                return chunk.isEmpty ? nil : chunk
            }
        }
        #expect(try await store.read(key("a")) == [1, 2, 3] + content)
        #expect(await code { try await store.append([1], to: key("nothing")) } == .notFound)
        try remove()
    }

    @Test func whatAKilledWriterLeftIsFoundAndRemoved() async throws {
        try await store.put([1], to: key("a/kept"))
        // The process of a writer that is killed sends nothing more: its segments stay.
        let living = try await store.write(key("a/b/living"))
        // Two of four segments have arrived when this returns.
        try await living.write(bytes(4 << 20))
        _ = try server.curl(
            "\(folder)/a/.unfinished-12ab/0-1", "op=CREATE",
            ["-X", "PUT", "--data-binary", "half", "-H", "Content-Type: application/octet-stream"])
        var names: [String] = []
        for try await object in store.list(prefix: folder) { names.append(object.key.path) }
        #expect(names == ["\(folder)/a/kept"])

        let found = try await store.unfinishedObjects(prefix: folder + "/")
        let leftover = try #require(found.first { $0.identifier == "/\(folder)/a/.unfinished-12ab" })
        #expect(leftover.size == 4)
        #expect(leftover.location == store.root + "\(folder)/a/.unfinished-12ab")
        #expect(abs(leftover.started.timeIntervalSinceNow) < 600)
        #expect(found.count == 2)
        #expect(try await store.unfinishedObjects(prefix: folder + "/b").isEmpty)
        try await store.remove([leftover, leftover])
        #expect(try await store.unfinishedObjects(prefix: folder + "/").count == 1)
        try await living.finish()
        #expect(try await store.unfinishedObjects(prefix: folder + "/").isEmpty)
        #expect(try await store.head(key("a/b/living")).size == 4 << 20)
        let other = UnfinishedObject(location: "", identifier: "/\(folder)/a/kept", started: Date())
        #expect(await code { try await store.remove([other]) } == .invalidKey)
        try remove()
    }

    @Test func droppedAndCancelledWritersLeaveNothing() async throws {
        var writer: (any ObjectWriter)? = try await store.write(key("dropped/a"))
        try await writer?.write(bytes(2 << 20))
        writer = nil
        let task = Task { [store] in
            try await store.put([UInt8](repeating: 1, count: 96 << 20), to: key("cancelled/a"))
        }
        while try await !server.exists("\(folder)/cancelled") { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        for _ in 0..<6_000 {
            if try await !server.exists(folder) { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await !server.exists(folder))
    }
}
