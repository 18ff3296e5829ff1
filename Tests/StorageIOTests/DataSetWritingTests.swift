import Columnar
import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

@Suite struct DataSetWritingTests {
    private let batches: [RecordBatch]
    private let schema: Schema

    init() throws {
        batches = try [0..<700, 700..<701, 701..<2_000].map { rows in
            try RecordBatch([
                ("id", .int64(rows.map { Int64($0) })), ("share", .float64(rows.map { Double($0) / 7 })),
                ("name", .string(rows.map { "n\($0)" })),
            ])
        }
        schema = batches[0].schema
    }

    private func stream(_ batches: [RecordBatch], failing: Bool = false) -> AsyncThrowingStream<RecordBatch, any Error>
    {
        AsyncThrowingStream { continuation in
            for batch in batches { continuation.yield(batch) }
            continuation.finish(throwing: failing ? CancellationError() : nil)
        }
    }

    private func table(_ location: StorageLocation) async throws -> RecordBatch {
        let dataSet = try await DataSet.open(location)
        var batches: [RecordBatch] = []
        for try await batch in dataSet.batches(threads: 2) { batches.append(batch) }
        return try RecordBatch.concatenating(batches, schema: dataSet.schema)
    }

    private func names(_ location: StorageLocation) async throws -> [String] {
        var names: [String] = []
        for try await object in location.store.list(prefix: "") { names.append(object.key.path) }
        return names
    }

    @Test(arguments: ["memory://t/a.parquet", "memory://t/a.csv", "memory://t/folder", "memory://t/folder.parquet/"])
    func whatIsWrittenIsReadBack(location: String) async throws {
        let location = try ObjectStoreRegistry().resolve(location)
        let expected = try RecordBatch.concatenating(batches, schema: schema)
        #expect(try await DataSet.write(stream(batches), schema: schema, to: location) == 2_000)
        #expect(try await table(location) == expected)
        // Once more, over the first one.
        try await DataSet.write(stream([batches[1]]), schema: schema, to: location)
        #expect(try await table(location) == batches[1])
    }

    @Test func foldersHavePartsAndSuccess() async throws {
        for format in [DataFormat.parquet, .csv] {
            let location = try ObjectStoreRegistry().resolve("memory://t/set")
            let options = DataSetWriteOptions(format: format, layout: .folder(rowsPerFile: 600))
            try await DataSet.write(stream(batches), schema: schema, to: location, options: options)
            let names = try await names(location)
            #expect(names.first == "set/_SUCCESS" && names.count == 5)
            for (index, name) in names.dropFirst().enumerated() {
                #expect(name.hasPrefix("set/part-0000\(index)-") && name.hasSuffix(".\(format.rawValue)"))
            }
            #expect(try await table(location) == RecordBatch.concatenating(batches, schema: schema))
            if format == .parquet {
                var counts: [Int64] = []
                for name in names.dropFirst() {
                    let input = try await StoredObjectInput(store: location.store, key: ObjectKey(name))
                    counts.append(try await ParquetReader.open(input).rowCount)
                }
                #expect(counts == [600, 600, 600, 200])
            }
        }
    }

    @Test func aFailureLeavesTheEarlierDataSet() async throws {
        for text in ["memory://t/a.parquet", "memory://t/a.csv", "memory://t/folder"] {
            let location = try ObjectStoreRegistry().resolve(text)
            let options = DataSetWriteOptions(layout: text.hasSuffix("folder") ? .folder(rowsPerFile: 300) : nil)
            try await DataSet.write(stream([batches[0]]), schema: schema, to: location, options: options)
            let before = try await names(location)
            await #expect(throws: CancellationError.self) {
                try await DataSet.write(stream(batches, failing: true), schema: schema, to: location, options: options)
            }
            #expect(try await names(location) == before)
            #expect(try await table(location) == batches[0])
        }
    }

    @Test func aFullStoreLeavesTheEarlierDataSet() async throws {
        let store = InMemoryObjectStore(capacity: 60_000)
        let location = StorageLocation(store: store, uri: try StorageURI("memory://full/set"))
        let options = DataSetWriteOptions(format: .csv, layout: .folder(rowsPerFile: 500))
        try await DataSet.write(stream([batches[0]]), schema: schema, to: location, options: options)
        let before = try await names(location)
        let error = await #expect(throws: ObjectStoreError.self) {
            try await DataSet.write(stream(batches + batches), schema: schema, to: location, options: options)
        }
        #expect(error?.code == .noSpace)
        #expect(try await names(location) == before)
        #expect(try await table(location) == batches[0])
    }

    @Test func dataSetsAreNotMixedWithOtherFiles() async throws {
        let location = try ObjectStoreRegistry().resolve("memory://t/set/")
        try await location.store.put([1], to: location.key("precious.csv"))
        let error = await #expect(throws: DataSetError.self) {
            try await DataSet.write(stream(batches), schema: schema, to: location)
        }
        #expect(error == .occupied(location: "memory://t/set", file: "precious.csv"))
        for name in ["memory://t/*.parquet", "memory://t/a.csv.gz"] {
            await #expect(throws: DataSetError.self) {
                try await DataSet.write(stream(batches), schema: schema, to: ObjectStoreRegistry().resolve(name))
            }
        }
    }

    @Test func endingsDetermineTheFormat() async throws {
        for name in ["s.csv.gz", "s.CSV.GZ", "s.json", "s.xlsx", "s.csv.zst", "s.orc"] {
            let error = await #expect(throws: DataSetError.self) {
                try await DataSet.write(
                    stream(batches), schema: schema, to: ObjectStoreRegistry().resolve("memory://t/\(name)"))
            }
            guard case .unwritable = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
        for (name, start) in [("s.csv", "id,share,name\n0,0.0,n0\n"), ("s.tsv", "id\tshare\tname\n0\t0.0\tn0\n")] {
            let location = try ObjectStoreRegistry().resolve("memory://t/\(name)")
            try await DataSet.write(stream(batches), schema: schema, to: location)
            #expect(try await location.store.read(location.key()).starts(with: Array(start.utf8)))
        }
    }

    /// Failed cleanup after the new data set is complete is not an error, and does not affect readers.
    @Test func whatFailsAfterTheListIsLeftToTheNextWriter() async throws {
        let fails = Lock(false)
        let store = InMemoryObjectStore { operation in
            guard case .delete = operation, fails.withLock({ $0 }) else { return }
            throw ObjectStoreError(.unavailable, location: "set", message: "the network is gone")
        }
        let location = StorageLocation(store: store, uri: try StorageURI("memory://s/set"))
        let options = DataSetWriteOptions(layout: .folder(rowsPerFile: 300))
        // Another program's part, which none of our lists has named.
        let other = try ObjectStoreRegistry().resolve("memory://t/other.parquet")
        try await DataSet.write(stream([batches[0]]), schema: schema, to: other)
        try await store.put(try await other.store.read(other.key()), to: location.key("part-00000.parquet"))
        #expect(try await table(location) == batches[0])
        fails.withLock { $0 = true }
        #expect(try await DataSet.write(stream([batches[1]]), schema: schema, to: location, options: options) == 1)
        #expect(try await table(location) == batches[1])
        fails.withLock { $0 = false }
        try await DataSet.write(stream([batches[0]]), schema: schema, to: location, options: options)
        #expect(try await table(location) == batches[0])
        #expect(try await names(location).count == 4)
        // A part of that name may be written again.
        try await store.put(try await other.store.read(other.key()), to: location.key("part-00000.parquet"))
        #expect(try await table(location).rowCount == 1_400)
    }

    /// The list may exist although its writer got an error.
    @Test(arguments: [true, false])
    func aLostResponseIsRecovered(arrives: Bool) async throws {
        let store = LossyStore(arrives: arrives)
        let location = StorageLocation(store: store, uri: try StorageURI("memory://s/set"))
        let options = DataSetWriteOptions(layout: .folder(rowsPerFile: 300))
        try await DataSet.write(stream([batches[0]]), schema: schema, to: location, options: options)
        store.loses.withLock { $0 = true }
        if arrives {
            try await DataSet.write(stream([batches[1]]), schema: schema, to: location, options: options)
            #expect(try await table(location) == batches[1])
        } else {
            await #expect(throws: ObjectStoreError.self) {
                try await DataSet.write(stream([batches[1]]), schema: schema, to: location, options: options)
            }
            #expect(try await table(location) == batches[0])
        }
    }

    /// At every step of replacing a data set, readers see the earlier one or the new one, whole.
    @Test func readersNeverSeeHalf() async throws {
        let seen = Lock<[RecordBatch?]>([])
        let isChecking = Lock(false)
        let inner = InMemoryObjectStore()
        let uri = try StorageURI("memory://t/set/")
        let read: @Sendable () async throws -> RecordBatch? = { [self] in
            do {
                return try await table(StorageLocation(store: inner, uri: uri))
            } catch DataSetError.unfinished, DataSetError.nothingFound {
                return nil
            }
        }
        let watched = WatchedStore(inner: inner) {
            guard isChecking.withLock({ $0 }) else { return }
            let now = try await read()
            seen.withLock { $0.append(now) }
        }
        let location = StorageLocation(store: watched, uri: uri)
        let options = DataSetWriteOptions(layout: .folder(rowsPerFile: 300))
        let new = try RecordBatch.concatenating(batches, schema: schema)
        isChecking.withLock { $0 = true }
        try await DataSet.write(stream([batches[0]]), schema: schema, to: location, options: options)
        let first = seen.withLock { $0 }
        #expect(first.contains(nil) && first.contains(batches[0]) && first.allSatisfy { $0 == nil || $0 == batches[0] })
        seen.withLock { $0 = [] }
        try await DataSet.write(stream(batches), schema: schema, to: location, options: options)
        let second = seen.withLock { $0 }
        let switched = try #require(second.firstIndex(of: new))
        #expect(switched > 5 && switched < second.count - 1)
        #expect(second[..<switched].allSatisfy { $0 == batches[0] } && second[switched...].allSatisfy { $0 == new })
        // A writer that is killed leaves the earlier data set, and the next one removes its leftovers.
        isChecking.withLock { $0 = false }
        let killed = try await DataSetWriter(to: location, schema: schema, options: options)
        try await killed.write(batches[0])
        #expect(try await names(location).count > 9)
        #expect(try await table(location) == new)
        try await DataSet.write(stream([batches[1]]), schema: schema, to: location, options: options)
        #expect(try await table(location) == batches[1])
        #expect(try await names(location).count == 2)
    }

    @Test func foldersOfUnfinishedWritersAreRefused() async throws {
        let location = try ObjectStoreRegistry().resolve("memory://t/set/")
        let options = DataSetWriteOptions(layout: .folder(rowsPerFile: 300))
        let writer = try await DataSetWriter(to: location, schema: schema, options: options)
        try await writer.write(batches[0])
        await #expect(throws: DataSetError.unfinished(folder: "memory://t/set/")) { try await table(location) }
        await writer.abort()
        #expect(try await names(location) == [])
    }

    @Test func listedFilesMustBeThere() async throws {
        let location = try ObjectStoreRegistry().resolve("memory://t/set/")
        try await DataSet.write(
            stream(batches), schema: schema, to: location,
            options: DataSetWriteOptions(layout: .folder(rowsPerFile: 900)))
        let part = try await names(location)[2]
        try await location.store.delete(ObjectKey(part))
        await #expect(
            throws: DataSetError.incomplete(location: "memory://t/set", missingFile: "memory://t/" + part)
        ) { try await table(location) }
        // Files that other programs add count, listed or not; so do all files where another program wrote _SUCCESS.
        try await location.store.put(Array("id,share,name\n7,1.5,x\n".utf8), to: location.key("other.csv"))
        try await location.store.put([], to: location.key("_SUCCESS"))
        for name in try await names(location) where name.hasSuffix(".parquet") {
            try await location.store.delete(ObjectKey(name))
        }
        #expect(try await table(location).rowCount == 1)
    }

    @Test func abortingACancelledTaskCleansUp() async throws {
        let folder = try TemporaryFolder()
        try Data().write(to: folder.url.appending(path: "beside"))
        let location = try ObjectStoreRegistry().resolve(folder.path("set/"))
        let options = DataSetWriteOptions(layout: .folder(rowsPerFile: 300))
        let task = Task {
            let writer = try await DataSetWriter(to: location, schema: schema, options: options)
            try await writer.write(batches[0])
            withUnsafeCurrentTask { $0?.cancel() }
            await writer.abort()
        }
        try await task.value
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["beside"])
    }

    @Test func tablesWithoutRowsKeepTheirColumns() async throws {
        for text in ["memory://t/a.parquet", "memory://t/folder"] {
            let location = try ObjectStoreRegistry().resolve(text)
            #expect(try await DataSet.write(stream([]), schema: schema, to: location) == 0)
            let dataSet = try await DataSet.open(location)
            #expect(dataSet.rowCount == 0 && dataSet.schema.names == schema.names)
            #expect(try await table(location).rowCount == 0)
        }
    }

    @Test(.needs(.python)) func othersReadTheFolders() async throws {
        let folder = try TemporaryFolder()
        let options = DataSetWriteOptions(layout: .folder(rowsPerFile: 900))
        let location = try ObjectStoreRegistry().resolve(folder.path("set.parquet/"))
        try await DataSet.write(stream(batches), schema: schema, to: location, options: options)
        let counts = try Oracle.json(
            [Double].self,
            """
            import sys, json, pyarrow.dataset as ds, duckdb
            table = ds.dataset(sys.argv[1]).to_table()
            rows, total = duckdb.sql(f"select count(*), sum(share) from '{sys.argv[1]}/*.parquet'").fetchall()[0]
            print(json.dumps([table.num_rows, sum(table['id'].to_pylist()), rows, total]))
            """, [folder.path("set.parquet")])
        #expect(counts[0] == 2_000 && counts[1] == 1_999_000 && counts[2] == 2_000)
        #expect(abs(counts[3] - 1_999_000 / 7) < 1e-6)
    }
}

/// A store that fails to write `_SUCCESS`, or only reports so.
private final class LossyStore: ObjectStore {
    let inner = InMemoryObjectStore()
    let arrives: Bool
    let loses = Lock(false)
    var root: String { inner.root }

    init(arrives: Bool) { self.arrives = arrives }

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
        let writer = try await inner.write(key, options: options)
        guard key.name == "_SUCCESS", loses.withLock({ $0 }) else { return writer }
        return LossyWriter(inner: writer, arrives: arrives)
    }
}

private struct LossyWriter: ObjectWriter {
    let inner: any ObjectWriter
    let arrives: Bool

    func write(_ bytes: [UInt8]) async throws { try await inner.write(bytes) }
    func finish() async throws {
        if arrives { try await inner.finish() } else { await inner.abort() }
        throw ObjectStoreError(.unavailable, location: "set", message: "the response was lost")
    }
    func abort() async { await inner.abort() }
}
