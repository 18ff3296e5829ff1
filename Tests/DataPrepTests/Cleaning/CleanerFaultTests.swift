import Columnar
import DataPrep
import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

/// What goes wrong ends with one typed error, and leaves an existing output as it was.
@Suite struct CleanerFaultTests {
    private static let text =
        CleanerTests.header + (0..<3000).map { CleanerTests.row($0, amount: "\($0 % 90 + 1)") }.joined()

    /// Cleans into a store that holds an earlier output, and checks that the failed run did not touch it.
    private func fault(
        _ inputs: [any RandomAccessInput], options: CleaningOptions = CleaningOptions(), folder: Bool = false,
        store: any ObjectStore = InMemoryObjectStore()
    ) async throws -> (any Error)? {
        let key = try ObjectKey("clean"), part = try ObjectKey("clean/part-00000.parquet")
        try await store.put([1, 2, 3], to: folder ? part : key)
        do {
            let output = folder ? CleaningOutput.folder(key, in: store, rowsPerFile: 500) : .file(key, in: store)
            _ = try await Cleaner(options: options).clean(inputs, to: output)
            return nil
        } catch {
            #expect(try await store.read(folder ? part : key) == [1, 2, 3])
            var names: [String] = []
            for try await object in store.list(prefix: "") { names.append(object.key.path) }
            #expect(names == [folder ? part.path : key.path])
            return error
        }
    }

    private func input(_ text: String, _ name: String = "t.txt") -> InMemoryInput {
        InMemoryInput(Array(text.utf8), name: name)
    }

    @Test func emptyInputs() async throws {
        #expect(try await fault([]) as? CleaningError == .emptyInput(inputs: []))
        for text in ["", CleanerTests.header, String(CleanerTests.header.dropLast()), CleanerTests.header + "\n\r\n"] {
            #expect(
                try await fault([input(text, "a"), input("", "b")]) as? CleaningError
                    == .emptyInput(inputs: ["a", "b"]))
        }
        let report = try await CleanerTests.clean(CleanerTests.header + CleanerTests.row(1, amount: "0")).report
        #expect(report.rowsRead == 1 && report.rowsKept == 0 && report.amounts == nil && report.histogram.isEmpty)
    }

    @Test func missingColumns() async throws {
        let error = try await fault([input("transaction_id,tx_datetime\n1,2\n")]) as? CleaningError
        #expect(
            error == .missingColumn(input: "t.txt", name: "customer_id", found: ["transaction_id", "tx_datetime"]))
        let store = InMemoryObjectStore()
        let writer = ParquetWriter(
            to: try await store.write(try ObjectKey("a.parquet")), schema: try Schema([Field("transaction_id", .int64)])
        )
        try await writer.write(try RecordBatch([("transaction_id", .int64([1, 2]))]))
        try await writer.finish()
        let table = try await StoredObjectInput(store: store, key: try ObjectKey("a.parquet"))
        #expect(
            try await fault([table]) as? CleaningError
                == .missingColumn(input: table.name, name: "tx_datetime", found: ["transaction_id"]))
        #expect(try await fault([input("\0\u{1}binary")]) is CleaningError)
    }

    @Test(.needs(.python)) func damagedCompressedInputs() async throws {
        let folder = try TemporaryFolder()
        try Data(Self.text.utf8).write(to: folder.url.appending(path: "t"))
        try Oracle.run(
            "import sys, gzip\nopen(sys.argv[1] + '.gz', 'wb').write(gzip.compress(open(sys.argv[1], 'rb').read()))",
            [folder.path("t")])
        let packed = Array(try Data(contentsOf: folder.url.appending(path: "t.gz")))
        for count in [packed.count - 1, packed.count / 2] {
            let error = try await fault([InMemoryInput(Array(packed[..<count]), name: "t.gz")])
            #expect(error as? CSVError == .compression(file: "t.gz", error: .truncated(codec: "gzip")))
        }
    }

    @Test func unreadableInputs() async throws {
        let store = InMemoryObjectStore()
        await #expect(throws: ObjectStoreError.self) {
            try await Cleaner().clean(
                [try ObjectKey("absent.txt")], in: store, to: .file(try ObjectKey("clean"), in: store))
        }
        // The second chunk cannot be read.
        var options = CleaningOptions()
        options.blockBytes = 10_000
        let error = try await fault([BrokenInput(bytes: Array(Self.text.utf8), readable: 30_000)], options: options)
        #expect((error as? ObjectStoreError)?.code == .unavailable)
    }

    @Test(arguments: [false, true])
    func fullDisks(folder: Bool) async throws {
        // At the output, at each of its steps.
        for limit in [0, 4, 300] {
            let store = FullStore(limit: limit)
            let error = try await fault([input(Self.text)], folder: folder, store: store)
            #expect((error as? ObjectStoreError)?.code == .noSpace)
        }
        // While rows wait.
        var options = CleaningOptions()
        options.waitingBudget = 0
        options.blockBytes = 5000
        options.makeStorage = { FullStorage(room: 3) }
        let error = try await fault([input(Self.text)], options: options, folder: folder)
        #expect(error as? CleaningError == .temporaryFile(path: "full", operation: "writing", message: "No space left"))
        options.makeStorage = nil
        options.temporaryFolder = "/nonexistent"
        guard
            case .temporaryFile("/nonexistent", _, _) = try await fault([input(Self.text)], options: options)
                as? CleaningError
        else {
            Issue.record("another error")
            return
        }
    }

    @Test func unusableOptions() async throws {
        #expect(try await fault([input(Self.text)], options: CleaningOptions(threads: 0)) is CleaningError)
        #expect(try await fault([input(Self.text)], options: CleaningOptions(memoryLimit: 1 << 20)) is CleaningError)
    }

    @Test func cancellationEndsIt() async throws {
        let store = InMemoryObjectStore()
        let key = try ObjectKey("clean")
        var options = CleaningOptions()
        options.blockBytes = 2000
        let task = Task { [options] in
            try await Cleaner(options: options).clean([InMemoryInput(Array(Self.text.utf8))], to: .file(key, in: store))
            {
                if $0.phase == .reading, $0.rows > 500 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await store.exists(key) == false)
    }

    @Test func aFolderOfPartsReplacesALongerOne() async throws {
        let store = InMemoryObjectStore()
        let key = try ObjectKey("clean")
        for number in 0..<9 { try await store.put([0], to: try ObjectKey("clean/part-0000\(number).parquet")) }
        try await store.put([0], to: try ObjectKey("clean/report.html"))
        try await store.put([0], to: try ObjectKey("clean/other.parquet"))
        var options = CleaningOptions(rowGroupRows: 400)
        options.blockBytes = 5000
        let output = CleaningOutput.folder(key, in: store, rowsPerFile: 1000)
        // The output is not mixed with files that would be read as part of it.
        await #expect(throws: DataSetError.occupied(location: "memory:///clean", file: "other.parquet")) {
            try await Cleaner(options: options).clean([input(Self.text)], to: output)
        }
        try await store.delete(try ObjectKey("clean/other.parquet"))
        let report = try await Cleaner(options: options).clean([input(Self.text)], to: output)
        var rows: Int64 = 0
        var names: [String] = []
        for try await object in store.list(prefix: "clean/part") {
            let reader = try await ParquetReader.open(try await StoredObjectInput(store: store, key: object.key))
            rows += reader.rowCount
            names.append(store.root + object.key.path)
        }
        #expect(rows == 3000 && report.outputs == names && names.count == 3)
        var others: [String] = []
        for try await object in store.list(prefix: "") where !object.key.name.hasPrefix("part-") {
            others.append(object.key.path)
        }
        #expect(others == ["clean/_SUCCESS", "clean/report.html"])
    }

    /// A run that fails between the files of a folder leaves the earlier files and none of its own.
    @Test(arguments: ["part-00000", "part-00001", "_SUCCESS", "_UNFINISHED"])
    func aFailureInAFolderKeepsTheEarlierOutput(file: String) async throws {
        let fails = Lock(false)
        let store = InMemoryObjectStore { operation in
            if case .finish(let key) = operation, fails.withLock({ $0 }), key.name.hasPrefix(file) {
                throw ObjectStoreError(.unavailable, location: "clean", message: "the network is gone")
            }
        }
        let location = StorageLocation(store: store, uri: try StorageURI("memory://s/clean"))
        func clean(_ text: String) async throws {
            var options = CleaningOptions(rowGroupRows: 400)
            options.blockBytes = 5000
            _ = try await Cleaner(options: options).clean(
                [input(text)], to: .folder(location.key(), in: store, rowsPerFile: 1000))
        }
        func names() async throws -> [String] {
            var names: [String] = []
            for try await object in store.list(prefix: "") { names.append(object.key.path) }
            return names
        }
        try await clean(Self.text)
        let before = try await names()
        fails.withLock { $0 = true }
        await #expect(throws: ObjectStoreError.self) { try await clean(Self.text) }
        #expect(try await names() == before)
        #expect(try await DataSet.open(location).rowCount == 3000)
        fails.withLock { $0 = false }
        try await clean(CleanerTests.header + CleanerTests.row(1))
        #expect(try await DataSet.open(location).rowCount == 1)
    }

    @Test func noInputCrashesAndCuttingDoesNotMatter() async throws {
        var random = SeededGenerator(seed: 9)
        let chunks = [
            CleanerTests.row(1), CleanerTests.row(2, amount: "5"), ",", "\n", "\r\n", "\"", "\0", "-", "1", "9", ".",
            "e", "nan", " ",
            "2019-08-22 00:00:31", "2019-08-22 25:00:00", "+", "\u{FFFD}", "#", "|",
        ]
        for _ in 0..<60 {
            let text =
                CleanerTests.header + CleanerTests.row(0)
                + (0..<Int.random(in: 0...60, using: &random)).map { _ in chunks.randomElement(using: &random) ?? "" }
                .joined()
            var outcomes: [[Int]] = []
            for block in [1, 33, 1 << 20] {
                var options = CleaningOptions(threads: 2)
                options.blockBytes = block
                let report = try await CleanerTests.clean(text, options: options).report
                outcomes.append(report.rules.map(\.rows) + [report.rowsRead, report.rowsKept])
                #expect(report.rowsRead == report.rowsKept + report.rules.reduce(0) { $0 + $1.rows })
            }
            #expect(Set(outcomes).count == 1, "\(text)")
        }
        // Bytes of any kind behind a good header.
        for _ in 0..<100 {
            let bytes =
                Array(CleanerTests.header.utf8) + (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
            let store = InMemoryObjectStore()
            let report = try? await Cleaner().clean([InMemoryInput(bytes)], to: .file(try ObjectKey("o"), in: store))
            if let report { #expect(report.rowsRead == report.rowsKept + report.rules.reduce(0) { $0 + $1.rows }) }
        }
    }
}

/// An input whose bytes end in an error.
private struct BrokenInput: RandomAccessInput {
    let bytes: [UInt8]
    let readable: Int64
    var size: Int64 { Int64(bytes.count) }
    var name: String { "broken" }

    func read(_ range: Range<Int64>) async throws -> [UInt8] {
        guard range.upperBound <= readable else {
            throw ObjectStoreError(.unavailable, location: name, message: "the disk is gone")
        }
        return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

/// A store in memory that limits the size of new objects.
private struct FullStore: ObjectStore {
    let inner = InMemoryObjectStore()
    let limit: Int
    var root: String { inner.root }

    func head(_ key: ObjectKey) async throws -> ObjectMetadata { try await inner.head(key) }
    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try await inner.read(key, range: range, matching: entityTag)
    }
    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> { inner.list(prefix: prefix) }
    func delete(_ key: ObjectKey) async throws { try await inner.delete(key) }
    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try await inner.copy(from: source, to: destination)
    }
    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        FullWriter(inner: try await inner.write(key, options: options), room: max(3, limit))
    }
}

private actor FullWriter: ObjectWriter {
    let inner: any ObjectWriter
    var room: Int

    init(inner: any ObjectWriter, room: Int) {
        self.inner = inner
        self.room = room
    }

    func write(_ bytes: [UInt8]) async throws {
        guard bytes.count <= room else {
            throw ObjectStoreError(.noSpace, location: "full", message: "no space left")
        }
        room -= bytes.count
        try await inner.write(bytes)
    }

    func finish() async throws { try await inner.finish() }
    func abort() async { await inner.abort() }
}

/// Temporary storage that is full after some blocks.
private final class FullStorage: SpillStorage {
    private let room: Lock<Int>

    init(room: Int) { self.room = Lock(room) }

    func append(_ words: UnsafeBufferPointer<UInt64>) throws -> Int {
        try room.withLock { room in
            guard room > 0 else {
                throw CleaningError.temporaryFile(path: "full", operation: "writing", message: "No space left")
            }
            room -= 1
            return 0
        }
    }

    func read(at position: Int, into words: UnsafeMutableBufferPointer<UInt64>) throws {}
}
