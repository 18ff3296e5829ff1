import Columnar
import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

@Suite struct TransferTests {
    private let stores = ObjectStoreRegistry()

    private func put(_ files: [String: String], in location: String) async throws {
        let location = try stores.resolve(location)
        for (name, text) in files { try await location.store.put(Array(text.utf8), to: location.key(name)) }
    }

    private func files(_ location: String) async throws -> [String: String] {
        let location = try stores.resolve(location)
        var files: [String: String] = [:]
        for try await object in location.store.list(prefix: location.folderPrefix) {
            let name = object.key.path.dropFirst(location.folderPrefix.count)
            files[String(name)] = String(decoding: try await location.store.read(object.key), as: UTF8.self)
        }
        return files
    }

    @discardableResult
    private func transfer(
        _ source: String, _ destination: String, _ options: TransferOptions = TransferOptions()
    ) async throws -> TransferReport {
        try await Transfer(
            from: stores.resolve(source), to: stores.resolve(destination), options: options
        ).run()
    }

    @Test func foldersPatternsAndSingleObjects() async throws {
        try await put(["a.txt": "1", "b/c.txt": "2", "b/d.csv": "3", "_SUCCESS": ""], in: "memory://s/in")
        let report = try await transfer("memory://s/in", "memory://d/all")
        #expect(try await files("memory://d/all") == files("memory://s/in"))
        #expect(
            report.copied.map(\.location) == ["_SUCCESS", "a.txt", "b/c.txt", "b/d.csv"].map { "memory://d/all/" + $0 })
        #expect(report.copiedBytes == 3 && report.failures.isEmpty)
        try await transfer("memory://s/in/**/*.txt", "memory://d/some")
        #expect(try await files("memory://d/some") == ["a.txt": "1", "b/c.txt": "2"])
        try await transfer("memory://s/in/b/c.txt", "memory://d/one.txt")
        #expect(try await stores.resolve("memory://d/one.txt").store.head(ObjectKey("one.txt")).size == 1)
        try await transfer("memory://s/in/b/c.txt", "memory://d/new/")
        #expect(try await files("memory://d/new") == ["c.txt": "2"])
        // An existing folder receives the object, as with `cp`.
        try await transfer("memory://s/in/a.txt", "memory://d/new")
        #expect(try await files("memory://d/new") == ["c.txt": "2", "a.txt": "1"])
        try await transfer("memory://s/in", "memory://d/")
        #expect(try await files("memory://d/")["b/c.txt"] == "2")
    }

    @Test func unchangedObjectsAreLeft() async throws {
        let folder = try TemporaryFolder()
        try await put(["a": "same", "b": "changed", "c": "longer text", "d": "new"], in: "memory://s/in")
        try await put(["a": "same", "b": "Changed", "c": "text", "e": "other"], in: folder.path("out"))
        let out = folder.path("out")
        let dry = try await transfer("memory://s/in", out, TransferOptions(deletesOthers: true, isDryRun: true))
        #expect(dry.copied.map(\.location).map { $0.suffix(1) } == ["b", "c", "d"] && dry.deleted.count == 1)
        #expect(try await files(out).keys.sorted() == ["a", "b", "c", "e"])
        let bySize = try await transfer("memory://s/in", out, TransferOptions(comparison: .size, isDryRun: true))
        #expect(bySize.unchanged == 2)
        let report = try await transfer(
            "memory://s/in", out, TransferOptions(verification: .readBack, deletesOthers: true))
        #expect(report.copied.count == 3 && report.unchanged == 1 && report.unchangedBytes == 4)
        #expect(report.deleted.map(\.size) == [5])
        #expect(try await files(out) == files("memory://s/in"))
        let again = try await transfer("memory://s/in", out)
        #expect(again.copied.isEmpty && again.unchanged == 4)
        #expect(try await transfer("memory://s/in", out, TransferOptions(comparison: .never)).copied.count == 4)
    }

    /// Programs print a report as JSON; its time is a number of seconds.
    @Test func reportsAreEncodedWithSeconds() throws {
        var report = TransferReport()
        (report.unchanged, report.unchangedBytes) = (2, 30)
        report.elapsed = .milliseconds(1_250)
        let data = try JSONEncoder().encode(report)
        let members = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(members["seconds"] as? Double == 1.25)
        #expect(
            members.keys.sorted() == [
                "copied", "deleted", "failures", "isDryRun", "seconds", "unchanged", "unchangedBytes",
            ])
        #expect(try JSONDecoder().decode(TransferReport.self, from: data) == report)
    }

    @Test func largeObjectsInChunks() async throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<3_000_001).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let source = try stores.resolve("memory://s/large")
        try await source.store.put(bytes, to: source.key())
        let progress = Lock<[TransferProgress]>([])
        let target = try stores.resolve(folder.path("large"))
        let options = TransferOptions(verification: .readBack, memoryLimit: 300_000)
        _ = try await Transfer(from: source, to: target, options: options).run { now in
            progress.withLock { $0.append(now) }
        }
        #expect(try await target.store.read(target.key()) == bytes)
        let seen = progress.withLock { $0 }
        #expect(seen.last?.objectsDone == 1 && seen.last?.bytesDone == 3_000_001 && seen.last?.bytesTotal == 3_000_001)
        #expect(seen.count > 40)
    }

    /// A data set that is being copied is either invisible or whole.
    @Test func successFilesAreCopiedLast() async throws {
        let batch = try RecordBatch([("id", .int64(Array(0..<1_000)))])
        let location = try stores.resolve("memory://s/set/")
        let writer = try await DataSetWriter(
            to: location, schema: batch.schema, options: DataSetWriteOptions(layout: .folder(rowsPerFile: 100)))
        try await writer.write(batch)
        try await writer.finish()
        let states = Lock<Set<String>>([])
        let target = InMemoryObjectStore()
        let copy = StorageLocation(store: target, uri: try StorageURI("memory://d/set/"))
        _ = try await Transfer(
            from: location,
            to: StorageLocation(
                store: WatchedStore(inner: target) {
                    let state: String
                    do {
                        state = "\(try await DataSet.open(copy).rowCount ?? -1)"
                    } catch DataSetError.unfinished, DataSetError.nothingFound {
                        state = "unfinished"
                    }
                    states.withLock { _ = $0.insert(state) }
                }, uri: copy.uri)
        ).run()
        #expect(states.withLock { $0 } == ["unfinished", "1000"])
        #expect(try await DataSet.open(copy).rowCount == 1_000)
        var left: [String] = []
        for try await object in target.list(prefix: "") { left.append(object.key.name) }
        #expect(left.count == 11)
    }

    @Test func oneFailureDoesNotStopTheOthers() async throws {
        let source = InMemoryObjectStore { operation in
            if operation == .read(try ObjectKey("b")) {
                throw ObjectStoreError(.unavailable, location: "b", message: "the disk is gone")
            }
        }
        for name in ["a", "b", "c", "SHA256SUMS"] { try await source.put(Array(name.utf8), to: ObjectKey(name)) }
        let target = InMemoryObjectStore()
        try await target.put([1], to: ObjectKey("other"))
        let report = try await Transfer(
            from: StorageLocation(store: source, uri: StorageURI("memory://s/")),
            to: StorageLocation(store: target, uri: StorageURI("memory://d/")),
            options: TransferOptions(deletesOthers: true)
        ).run()
        #expect(report.copied.map(\.location) == ["memory:///a", "memory:///c"])
        #expect(report.failures.count == 1 && report.failures[0].message.contains("the disk is gone"))
        #expect(report.deleted.isEmpty)
        #expect(try await target.exists(ObjectKey("other")))
        #expect(try await !target.exists(ObjectKey("SHA256SUMS")))
    }

    /// A source that is replaced while it is copied gives an error, never a mixture.
    @Test func sourcesThatChangeAreErrors() async throws {
        let reads = Lock(0)
        let key = try ObjectKey("a")
        let watched = InMemoryObjectStore { operation in
            if operation == .read(key) { reads.withLock { $0 += 1 } }
        }
        try await watched.put([UInt8](repeating: 1, count: 400_000), to: key)
        let target = InMemoryObjectStore()
        let replacing = WatchedStore(inner: target) {
            try await watched.put([UInt8](repeating: 2, count: 400_000), to: key)
        }
        let report = try await Transfer(
            from: StorageLocation(store: watched, uri: StorageURI("memory://s/a")),
            to: StorageLocation(store: replacing, uri: StorageURI("memory://d/a")),
            options: TransferOptions(memoryLimit: 1 << 18)
        ).run()
        #expect(report.failures.count == 1 && report.failures[0].message.contains("modified"))
        #expect(try await !target.exists(key))
        #expect(reads.withLock { $0 } > 1)
    }

    @Test func cancellationLeavesNothingHalf() async throws {
        let folder = try TemporaryFolder()
        let source = InMemoryObjectStore { operation in
            if case .read = operation { try await Task.sleep(for: .milliseconds(20)) }
        }
        try await source.put([UInt8](repeating: 1, count: 4_000_000), to: ObjectKey("a"))
        try Data().write(to: folder.url.appending(path: "beside"))
        let target = try stores.resolve(folder.path("out/"))
        let task = Task {
            try await Transfer(
                from: StorageLocation(store: source, uri: StorageURI("memory://s/")), to: target,
                options: TransferOptions(memoryLimit: 1 << 18)
            ).run()
        }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let left = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
        #expect(left.filter { $0.contains("unfinished") || $0.hasSuffix("/a") } == [])
    }

    @Test func impossibleLocations() async throws {
        try await put(["a": "1"], in: "memory://s/in")
        await #expect(throws: TransferError.nothingFound("memory://s/nothing")) {
            try await transfer("memory://s/nothing", "memory://d/x")
        }
        for destination in ["memory://s/in/deeper", "memory://s/", "memory://d/*.txt"] {
            await #expect(throws: TransferError.self, "\(destination)") {
                try await transfer("memory://s/in/", destination)
            }
        }
        // Side by side within one store.
        try await transfer("memory://s/in", "memory://s/copy")
        #expect(try await files("memory://s/copy") == ["a": "1"])
    }

    @Test(.needs(.python)) func checksumsAreThoseOfS3() throws {
        // MD5 of the MD5 sums of parts, as S3 makes it; the digests are hashlib's.
        let responses = try Oracle.json(
            [String].self,
            """
            import hashlib, json
            data = bytes(i * 7 % 251 for i in range(100_000))
            def parts(n):
                sums = [hashlib.md5(data[i:i + n]).digest() for i in range(0, len(data), n)]
                return hashlib.md5(b''.join(sums)).hexdigest() + f'-{len(sums)}'
            print(json.dumps([hashlib.md5(data).hexdigest()] + [parts(n) for n in (1_000, 33_333, 100_000, 200_000)]))
            """)
        let bytes = (0..<100_000).map { UInt8($0 * 7 % 251) }
        var generator = SeededGenerator(seed: 1)
        for (response, partSize) in zip(responses, [nil, 1_000, 33_333, 100_000, 200_000] as [Int64?]) {
            var digest = ContentDigest(like: partSize.map { .md5OfParts("", partSize: $0) })
            var position = 0
            while position < bytes.count {
                let end = min(bytes.count, position + Int.random(in: 0...40_000, using: &generator))
                digest.update(Array(bytes[position..<end]))
                position = end
            }
            #expect(digest.finish() == (partSize.map { .md5OfParts(response, partSize: $0) } ?? .md5(response)))
        }
    }
}
