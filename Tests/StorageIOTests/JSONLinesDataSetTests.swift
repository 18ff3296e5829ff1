import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Locations with files of JSON lines.
@Suite struct JSONLinesDataSetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

    private func open(_ name: String, _ options: JSONLinesReadOptions = JSONLinesReadOptions()) async throws -> DataSet
    {
        try await DataSet.open(folder.path(name), options: DataSetReadOptions(jsonLines: options))
    }

    private func failure(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "succeeded"
        } catch {
            return "\(error)"
        }
    }

    @Test func filesAreReadAsIfTheyWereOne() async throws {
        let rows = [
            #"{"id":1,"amount":2,"o":{"x":"a"}}"#, #"{"id":2,"amount":2.5,"flag":true}"#, #"{"late":"x","id":null}"#,
            #"{"id":"B7","o":{"y":[1]}}"#, #"{}"#, #"{"flag":null,"amount":null}"#,
        ]
        for (index, row) in rows.enumerated() { try write(row + "\n", "set/\(index).jsonl") }
        try write(rows.joined(separator: "\n"), "one.jsonl")
        let many = try await open("set"), one = try await open("one.jsonl")
        #expect(many.files.format == .jsonLines && many.rowCount == 6 && many.unavailableColumns.isEmpty)
        #expect(many.schema == one.schema)
        #expect(many.schema.names == ["id", "amount", "o.x", "o.y", "flag", "late"])
        #expect(many.schema.fields.map(\.type) == [.string, .float64, .string, .string, .boolean, .string])
        #expect(try await many.readAll() == one.readAll())
        let selected = try await many.readAll(columns: ["late", "id"], threads: 2)
        #expect(try JSONLinesReaderTests.texts(selected, "id") == ["1", "2", nil, "B7", nil, nil])
        #expect(many.describe().contains("6 files of json-lines, 6 rows"))
    }

    @Test func foldersGiveColumns() async throws {
        try write("{\"id\":1,\"day\":5}\n{\"id\":2}\n", "set/day=7/a.jsonl")
        try write("{\"id\":3}\n", "set/day=8/a.jsonl")
        let dataSet = try await open("set")
        #expect(dataSet.schema.names == ["id", "day"])
        #expect(try await dataSet.readAll().column("day").storage == .int32([7, 7, 8]))
        #expect(try await dataSet.readAll(columns: ["day"]).rowCount == 3)
    }

    @Test func aSchemaIsForAllFiles() async throws {
        try write("{\"id\":1,\"more\":[]}\n", "set/a.jsonl")
        try write("{\"id\":\"2\"}\n", "set/b.jsonl")
        try write("{\"id\":\"x\"}\n", "set/c.jsonl")
        let dataSet = try await open("set", JSONLinesReadOptions(schema: try Schema([Field("id", .int32)])))
        #expect(dataSet.rowCount == nil && dataSet.schema.fields == [Field("id", .int32)])
        let error = await #expect(throws: JSONLinesError.self) { try await dataSet.readAll() }
        #expect("\(try #require(error))".contains("set/c.jsonl, line 1, column 'id'"))
    }

    @Test func formatsAreFoundByNameAndContent() async throws {
        let text = "\n {\"id\":7}\n"
        for name in ["a.jsonl", "a.ndjson", "a.json", "a", "a.csv", "a.txt"] {
            try write(text, name)
            let dataSet = try await open(name)
            let table = try await dataSet.readAll()
            #expect(try dataSet.files.format == .jsonLines && table.column("id") == .int64([7]))
        }
        for kind in [StreamCompression.gzip, .zstd] {
            for name in ["b.jsonl.gz", "b.json.zst", "b.NDJSON.GZ", "b.gz", "b"] {
                try write(try StreamDecompressorTests.compressed(kind, Array(text.utf8)), name)
                let dataSet = try await open(name)
                let table = try await dataSet.readAll()
                #expect(try dataSet.files.format == .jsonLines && table.column("id") == .int64([7]))
            }
            try write(try StreamDecompressorTests.compressed(kind, Array("id\n7\n".utf8)), "c.gz")
            #expect(try await open("c.gz").files.format == .csv)
        }
        // The name of a folder's companion may be that of data.
        try write("{\"truth\":1}", "spark/truth.json")
        try write("{\"id\":1}\n", "spark/part-00000-c000.json")
        try write("{\"id\":2}\n", "spark/part-00001-c000.json")
        try write("", "spark/_SUCCESS")
        #expect(try await open("spark").readAll().column("id") == .int64([1, 2]))
        #expect(try await open("spark/part-*.json").rowCount == 2)
    }

    @Test func othersAreRefusedWithAReason() async throws {
        try write("[\n  {\"id\": 1},\n  {\"id\": 2}\n]\n", "list.json")
        #expect(await failure { _ = try await open("list.json") }.contains("one JSON array"))
        try write("<html></html>", "page")
        #expect(await failure { _ = try await open("page") }.contains("HTML or XML"))
        try write("id\n1\n", "table.jsonl")
        #expect(
            await failure { _ = try await open("table.jsonl") }.hasSuffix(
                "table.jsonl, line 1: expected an object of JSON, found 'id'"))
        try write("PK\u{3}\u{4}xx", "zip.jsonl")
        #expect(await failure { _ = try await open("zip.jsonl") }.contains("ZIP"))
        let list = try StreamDecompressorTests.compressed(.gzip, Array("[{\"id\":1}]".utf8))
        try write(list, "list.json.gz")
        let error = await failure { _ = try await open("list.json.gz") }
        #expect(error.contains("not readable as JSON lines: this is one JSON array"))
        try write("{}\n", "none/a.jsonl")
        #expect(await failure { _ = try await open("none/a.jsonl") }.hasSuffix("holds no object with a member"))
        try write("{}\n", "none/b.jsonl")
        #expect(await failure { _ = try await open("none") }.contains("none of the 2 files found has content"))
        try write("id\n1\n", "mixed/a.csv")
        try write("{\"id\":1}\n", "mixed/b.jsonl")
        #expect(await failure { _ = try await open("mixed") }.contains("is JSON lines, but"))
    }

    @Test func theyAreNotWritten() async throws {
        let batch = try RecordBatch([("id", .int64([1]))])
        for (name, format) in [
            ("a.jsonl", nil), ("a.ndjson", nil), ("a.json", nil), ("a", .jsonLines), ("a/", .jsonLines),
        ]
            as [(String, DataFormat?)]
        {
            let location = try ObjectStoreRegistry().resolve(folder.path(name))
            let error = await #expect(throws: DataSetError.self) {
                try await DataSetWriter(
                    to: location, schema: batch.schema, options: DataSetWriteOptions(format: format))
            }
            guard case .unwritable = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
        // The name of a folder says nothing of its files.
        let location = try ObjectStoreRegistry().resolve("memory://t/set.json/")
        let writer = try await DataSetWriter(to: location, schema: batch.schema)
        #expect(writer.format == .parquet)
        await writer.abort()
    }
}
