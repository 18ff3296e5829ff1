import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct DataSetReadingTests {
    private let folder: TemporaryFolder
    private let stores = ObjectStoreRegistry()

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String) throws {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func open(_ name: String, options: DataSetReadOptions = DataSetReadOptions()) async throws -> DataSet {
        try await DataSet.open(folder.path(name), stores: stores, options: options)
    }

    private func table(_ dataSet: DataSet, _ columns: [String]? = nil) async throws -> RecordBatch {
        var batches: [RecordBatch] = []
        for try await batch in dataSet.batches(columns: columns, threads: 2) { batches.append(batch) }
        return try RecordBatch.concatenating(
            batches, schema: columns.map { try dataSet.schema.selecting($0) } ?? dataSet.schema)
    }

    private func names(_ dataSet: DataSet) -> [String] { dataSet.files.files.map(\.key.name) }

    /// Runs a body that must fail and returns the error's one line.
    private func failure(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "succeeded"
        } catch {
            return "\(error)"
        }
    }

    @Test func filesOfAFolderFollowOneAnother() async throws {
        try write("id,amount\n1,1.5\n2,2.5\n", "set/b.csv")
        try write("id,amount\n3,3.5\n", "set/a/z.csv")
        try write("amount,id\n4.5,4\n", "set/c.csv")
        try write("", "set/d.csv")
        try write("nothing of value", "set/_SUCCESS")
        try write("nothing of value", "set/.hidden.csv")
        try write("{}", "set/truth.json")
        try write("nothing of value", "set/_temporary/0/e.csv")
        for location in ["set", "set/", "set/**/*.csv"] {
            let dataSet = try await open(location)
            #expect(names(dataSet) == ["z.csv", "b.csv", "c.csv"], "\(location)")
            #expect(dataSet.files.format == .csv && dataSet.rowCount == nil)
            let table = try await table(dataSet)
            #expect(try table.column("id").int64Values() == [3, 1, 2, 4])
            #expect(try table.column("amount").float64Values() == [3.5, 1.5, 2.5, 4.5])
        }
        #expect(try await names(open("set/[ab]*")) == ["z.csv", "b.csv"])
        #expect(try await names(open("s?t")) == ["z.csv", "b.csv", "c.csv"])
        #expect(try await names(open("set/{b,c}.csv")) == ["b.csv", "c.csv"])
        let url = folder.url.appending(path: "set/b.csv").absoluteString
        #expect(try await names(DataSet.open(url, stores: stores)) == ["b.csv"])
    }

    @Test func aFileWithANameLikeAPatternIsThatFile() async throws {
        try write("id\n1\n", "data[1].csv")
        try write("id\n2\n", "data1.csv")
        #expect(try await table(open("data[1].csv")).column("id").int64Values() == [1])
        #expect(try await table(open("data?.csv")).column("id").int64Values() == [2])
        #expect(try await table(open("data\\[1\\].csv")).column("id").int64Values() == [1])
    }

    @Test func columnsAreChosenByName() async throws {
        try write("a,b,c\n1,x,2.5\n", "1.csv")
        try write("c,a,b\n3.5,2,y\n", "2.csv")
        let dataSet = try await open("*.csv")
        let chosen = try await table(dataSet, ["c", "a"])
        #expect(chosen.schema.names == ["c", "a"])
        #expect(try chosen.column("c").float64Values() == [2.5, 3.5])
        #expect(try chosen.column("a").int64Values() == [1, 2])
        await #expect(throws: ColumnarError.missingField(name: "d", available: ["a", "b", "c"])) {
            _ = try await table(dataSet, ["a", "d"])
        }
        var options = DataSetReadOptions()
        options.csv.hasHeader = false
        try write("1,x\n2,y\n", "bare.txt")
        let bare = try await open("bare.txt", options: options)
        #expect(try await table(bare, ["column1"]).column("column1").byteValues().string(at: 1) == "y")
    }

    @Test func inferredNumbersOfAllFilesMakeOneType() async throws {
        try write("id,amount\n1,2\n", "1.csv")
        try write("id,amount\n2,2.5\n", "2.csv")
        try write("id,amount\n3,3\n", "3.csv")
        let dataSet = try await open("*.csv")
        #expect(dataSet.schema.fields.map(\.type) == [.int64, .float64])
        #expect(try await table(dataSet).column("amount").float64Values() == [2, 2.5, 3])
    }

    @Test func filesWithoutValuesDoNotDetermineTypes() async throws {
        try write("a,b,c\n", "set/part-0.csv")
        try write("a,b,c\n1,2.5,\n", "set/part-1.csv")
        try write("a,b,c\n2,,\n", "set/part-2.csv")
        let nothing = try StreamDecompressorTests.compressed(.gzip, [])
        try Data(nothing).write(to: folder.url.appending(path: "set/part-3.csv.gz"))
        let dataSet = try await open("set")
        #expect(dataSet.schema.fields.map(\.type) == [.int64, .float64, .string])
        let table = try await table(dataSet)
        #expect(try table.column("a").int64Values() == [1, 2])
        #expect(table.columns[1] == .float64([2.5, 0], validity: Bitmap([true, false])))
        try Data(nothing).write(to: folder.url.appending(path: "alone.csv.gz"))
        #expect(await failure { _ = try await open("alone.csv.gz") }.hasSuffix("the file is empty"))
    }

    @Test func wordsThatMayBeTextAreTextWhereOthersAre() async throws {
        try write("flag,s\ny,n\n", "1.csv")
        try write("flag,s\nn,x\n", "2.csv")
        let dataSet = try await open("*.csv")
        #expect(dataSet.schema.fields.map(\.type) == [.boolean, .string])
        let texts = try await table(dataSet).column("s").byteValues()
        #expect((0..<2).map { texts.string(at: $0) } == ["n", "x"])
    }

    @Test func idsOfAllFilesAreKeptExactly() async throws {
        try write("id\n9007199254740993\n", "1.csv")
        try write("id\n1.5\n", "2.csv")
        let mixed = try await table(open("[12].csv"))
        #expect(try mixed.column("id").byteValues().string(at: 0) == "9007199254740993")
        try write("id\n18446744073709551615\n", "3.csv")
        let large = try await table(open("[13].csv")).column("id").byteValues()
        #expect((0..<2).map { large.string(at: $0) } == ["9007199254740993", "18446744073709551615"])
    }

    @Test func theFileThatDiffersIsNamedWhenTheColumnIsRequested() async throws {
        try write("id,amount\n1,2.5\n", "set/1.csv")
        try write("id,amount\n2,2.5\n", "set/2.csv")
        try write("id,amount\nx,2.5\n", "set/3.csv")
        let first = "file://\(folder.path("set/1.csv"))", third = "file://\(folder.path("set/3.csv"))"
        #expect(
            await failure { _ = try await table(open("set")) }
                == "column 'id' cannot be read: it is string in \(third), but int64 in \(first)")
        #expect(try await table(open("set"), ["amount"]).column("amount").float64Values() == [2.5, 2.5, 2.5])
        try write("id\n3\n", "set/3.csv")
        #expect(
            await failure { _ = try await table(open("set"), ["amount"]) }
                == "column 'amount' cannot be read: it is missing in \(third)")
        try write("id,amount,more\n3,2.5,3\n", "set/3.csv")
        let dataSet = try await open("set")
        #expect(dataSet.unavailableColumns == ["more": "it is missing in \(first)"])
        #expect(await failure { _ = try await table(dataSet) }.contains("column 'more' cannot be read"))
        #expect(try await table(dataSet, ["amount", "id"]).column("id").int64Values() == [1, 2, 3])
    }

    @Test func locationsWithoutDataAreNamed() async throws {
        let root = folder.path("")
        #expect(
            await failure { _ = try await open("nothing") }
                == "\(root)nothing: there is no such file, and no folder with data files")
        #expect(
            await failure { _ = try await open("nothing/*.csv") }
                == "\(root)nothing/*.csv: no file or folder matches the pattern")
        try write("", "hidden/_SUCCESS")
        #expect(
            await failure { _ = try await open("hidden") }
                == "\(root)hidden: the folder holds no data files, only 1 skipped because of their names "
                + "(such as _SUCCESS, .hidden, x.json)")
        try write("", "empty/a.csv")
        #expect(
            await failure { _ = try await open("empty") }
                == "\(root)empty: none of the 1 files found has content")
        #expect(await failure { _ = try await open("empty/a.csv") }.contains("empty/a.csv"))
        #expect(await failure { _ = try await DataSet.open("s3://b/x", stores: stores) }.contains("s3://"))
    }

    @Test(.needs(.python)) func formatsAreDetectedByContent() async throws {
        try write("id\n1\n", "mixed/a.csv")
        try Oracle.run(
            """
            import sys, pyarrow as pa, pyarrow.parquet as pq, pyarrow.feather as feather, gzip, zipfile
            root = sys.argv[1]
            pq.write_table(pa.table({'id': [1, 2]}), root + 'mixed/b.bin')
            feather.write_feather(pa.table({'id': [1]}), root + 'x.feather')
            open(root + 'text.parquet', 'w').write('id\\n1\\n')
            whole = open(root + 'mixed/b.bin', 'rb').read()
            open(root + 'cut.parquet', 'wb').write(whole[:-7])
            gzip.open(root + 'packed', 'wb').write(b'id,name\\n7,\\xc5\\xbc\\n')
            zipfile.ZipFile(root + 'x.csv', 'w').writestr('a', 'b')
            open(root + 'noise.csv', 'wb').write(bytes(range(256)))
            """, [folder.path("")])
        #expect(try await open("mixed/b.bin").rowCount == 2)
        #expect(try await table(open("packed")).column("id").int64Values() == [7])
        let mixed = await failure { _ = try await open("mixed") }
        #expect(mixed.contains("mixed/b.bin is Parquet, but") && mixed.contains("mixed/a.csv is CSV"))
        #expect(await failure { _ = try await open("x.feather") }.contains("Arrow IPC"))
        #expect(await failure { _ = try await open("x.csv") }.contains("ZIP"))
        try write("[{\"id\": 1}]\n", "x.json")
        #expect(await failure { _ = try await open("x.json") }.contains("one JSON array"))
        #expect(await failure { _ = try await open("noise.csv") }.contains("neither text nor a known format"))
        #expect(await failure { _ = try await open("text.parquet") }.contains("text.parquet"))
        #expect(await failure { _ = try await open("cut.parquet") }.contains("cut.parquet"))
    }

    @Test(.needs(.python)) func compressedTextAndParquetOfOthersAreRead() async throws {
        try Oracle.run(
            """
            import sys, pandas as pd, pyarrow as pa, pyarrow.parquet as pq
            root = sys.argv[1]
            import os; os.makedirs(root + 'text'); os.makedirs(root + 'parquet')
            for k, ending in enumerate(['csv', 'csv.gz', 'csv.zst']):
                rows = pd.DataFrame({'id': range(k * 1000, (k + 1) * 1000), 'name': ['ż%d' % i for i in range(1000)]})
                with pa.output_stream(root + 'text/%d.%s' % (k, ending), compression={'gz': 'gzip', 'zst': 'zstd'}.get(ending[4:])) as out:
                    out.write(rows.to_csv(index=False).encode())
                schema = pa.schema([pa.field('id', pa.int64(), nullable=k != 0), pa.field('name', pa.string())])
                pq.write_table(pa.Table.from_pandas(rows, schema=schema), root + 'parquet/%d.parquet' % k, row_group_size=300)
            """, [folder.path("")])
        let text = try await table(open("text")), parquet = try await open("parquet")
        #expect(parquet.rowCount == 3_000)
        #expect(parquet.schema.fields[0].isNullable)
        let read = try await table(parquet)
        #expect(try read.column("id").int64Values() == (0..<3_000).map { Int64($0) })
        #expect(try text.column("id").int64Values() == (0..<3_000).map { Int64($0) })
        #expect(try text.column("name").byteValues() == read.column("name").byteValues())
        #expect(try await table(parquet, ["name"]).columns.count == 1)
    }
}
