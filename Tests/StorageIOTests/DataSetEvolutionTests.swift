import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Files of one data set that other programs wrote at different times, and columns from folder names.
@Suite struct DataSetEvolutionTests {
    private let folder: TemporaryFolder
    private let stores = ObjectStoreRegistry()

    init() throws { folder = try TemporaryFolder() }

    private func open(_ name: String) async throws -> DataSet {
        try await DataSet.open(folder.path(name), stores: stores)
    }

    private func table(_ dataSet: DataSet, _ columns: [String]? = nil) async throws -> RecordBatch {
        var batches: [RecordBatch] = []
        for try await batch in dataSet.batches(columns: columns, threads: 2) { batches.append(batch) }
        return try RecordBatch.concatenating(batches, schema: dataSet.schema(selecting: columns))
    }

    private func write(_ script: String) throws {
        try Oracle.run(
            """
            import sys, os, json, datetime, decimal, pyarrow as pa, pyarrow.parquet as pq
            root = sys.argv[1]
            def write(name, columns, **options):
                os.makedirs(os.path.dirname(root + name), exist_ok=True)
                pq.write_table(pa.table(columns), root + name, **options)
            \(script)
            """, [folder.path("")])
    }

    private func text(_ text: String, _ name: String) throws {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func failure(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "succeeded"
        } catch {
            return "\(error)"
        }
    }

    @Test(.needs(.python)) func typesMeetInTheWiderOne() async throws {
        try write(
            """
            t = datetime.datetime(2024, 1, 2, 3, 4, 5)
            write('set/a.parquet', {'i': pa.array([1, None], pa.int32()), 'f': pa.array([1.5, 2], pa.float32()),
                'n': pa.array([7, 8], pa.int64()), 't': pa.array([t, t], pa.timestamp('ms')), 'b': pa.array([True, None]),
                'null': pa.nulls(2), 'd': pa.array([datetime.date(2024, 1, 2)] * 2), 'only': pa.array([1, 2])})
            write('set/b.parquet', {'n': pa.array([0.5, None], pa.float64()), 'i': pa.array([2**40, 4], pa.int64()),
                'f': pa.array([0.1, 2], pa.float64()), 't': pa.array([t, None], pa.timestamp('us', tz='UTC')),
                'b': pa.array([1, 0], pa.int32()), 'null': pa.array(['x', 'y']),
                'd': pa.array([t, t], pa.timestamp('us')), 'other': pa.array([{'x': 1}] * 2)})
            """)
        let dataSet = try await open("set")
        #expect(dataSet.rowCount == 4 && dataSet.schema.names == ["i", "f", "n", "t", "b", "null", "d"])
        #expect(dataSet.unavailableColumns.keys.sorted() == ["only", "other"])
        let table = try await table(dataSet, dataSet.schema.names)
        #expect(
            try table.column("i")
                == .int64([1, 0, 1 << 40, 4], validity: Bitmap([true, false, true, true])))
        #expect(try table.column("f") == .float64([1.5, 2, 0.1, 2]))
        #expect(try table.column("n") == .float64([7, 8, 0.5, 0], validity: Bitmap([true, true, true, false])))
        let time: Int64 = 1_704_164_645_000_000
        #expect(
            try table.column("t") == .timestamp([time, time, time, 0], validity: Bitmap([true, true, true, false])))
        #expect(try table.column("b") == .int32([1, 0, 1, 0], validity: Bitmap([true, false, true, true])))
        #expect(try table.column("null") == .string(["", "", "x", "y"], validity: Bitmap([false, false, true, true])))
        let midnight: Int64 = 1_704_153_600_000_000
        #expect(try table.column("d") == .timestamp([midnight, midnight, time, time]))
        #expect(
            await failure { _ = try await self.table(dataSet, ["other"]) }.hasSuffix(
                "a.parquet"))
        #expect(await failure { _ = try await self.table(dataSet) }.contains("column 'only' cannot be read"))
    }

    @Test(.needs(.python)) func aValueThatTheWiderTypeDoesNotHoldIsNamed() async throws {
        try write(
            """
            write('set/a.parquet', {'id': pa.array([1, 2**53 + 1])})
            write('set/b.parquet', {'id': pa.array([1.0, None])})
            """)
        #expect(
            await failure { _ = try await table(open("set")) }.hasSuffix(
                "set/a.parquet: column 'id' holds 9007199254740993 in row 1, which float64 cannot hold exactly"))
    }

    @Test(.needs(.python)) func folderNamesAreColumns() async throws {
        try write(
            """
            for day, place in [('0', 'a%20b'), ('1', '__HIVE_DEFAULT_PARTITION__')]:
                write(f'set/_day={day}/place={place}/p.parquet', {'v': pa.array([int(day), 5])})
            write('set/_other/p.parquet', {'w': pa.array([1])})
            write('set/.hidden=1/p.parquet', {'w': pa.array([1])})
            """)
        let dataSet = try await open("set")
        #expect(dataSet.schema.fields.map(\.type) == [.int64, .int32, .string])
        let table = try await table(dataSet)
        #expect(try table.column("v").int64Values() == [0, 5, 1, 5])
        #expect(try table.column("_day").int32Values() == [0, 0, 1, 1])
        #expect(
            try table.column("place")
                == .string(["a b", "a b", "", ""], validity: Bitmap([true, true, false, false])))
        #expect(try await self.table(dataSet, ["_day"]).column("_day").int32Values() == [0, 0, 1, 1])
        for location in [
            "set/_day=1", "set/_day=1/place=*/p.parquet", "set/_day=1/place=__HIVE_DEFAULT_PARTITION__/p.parquet",
        ] {
            #expect(
                try await self.table(open(location), ["v", "_day"]).column("_day").int32Values() == [1, 1],
                "\(location)")
        }
    }

    @Test(.needs(.python)) func typesOfFoldersAreThoseOfAllValues() async throws {
        try write(
            """
            for name, values in {'wide': ['1', '3000000000'], 'text': ['1', 'x'], 'plus': ['+5'], 'both': ['7', '08']}.items():
                for value in values:
                    write(f'{name}/k={value}/p.parquet', {'v': pa.array([1]), 'k': pa.array(['own'])})
            """)
        #expect(try await table(open("wide")).column("k") == .int64([1, 3_000_000_000]))
        #expect(try await table(open("text")).column("k") == .string(["1", "x"]))
        #expect(try await table(open("plus")).column("k") == .string(["+5"]))
        #expect(try await table(open("both")).column("k") == .int32([8, 7]))
    }

    @Test func folderNamesAreColumnsOfTextFilesToo() async throws {
        try text("id\n1\n2\n", "set/day=7/a.csv")
        try text("id\n3\n", "set/day=8/a.csv")
        let dataSet = try await open("set")
        #expect(try await table(dataSet).column("day").int32Values() == [7, 7, 8])
        #expect(try await table(dataSet, ["day"]).column("day").int32Values() == [7, 7, 8])
    }

    private static let log = """
        {"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
        {"metaData":{"id":"x","format":{"provider":"parquet"},"configuration":{},"partitionColumns":["day"]}}

        """

    private func commit(_ version: Int, _ lines: String, table: String = "delta") throws {
        try text(lines, "\(table)/_delta_log/\(String(repeating: "0", count: 19))\(version).json")
    }

    @Test(.needs(.python)) func aDeltaTableIsWhatItsLogSays() async throws {
        try write(
            """
            for n in range(3):
                write(f'delta/day={n} x/p{n}.parquet', {'v': pa.array([n])})
            """)
        try commit(
            0,
            Self.log + #"""
                {"add":{"path":"day=0%20x/p0.parquet","partitionValues":{"day":"10"},"size":1,"deletionVector":null}}
                {"add":{"path":"day=1%20x/p1.parquet","partitionValues":{"day":"11"},"size":1}}
                """#)
        try commit(
            1,
            #"""
            {"commitInfo":{"operation":"OVERWRITE"}}
            {"add":{"path":"day=2%20x/p2.parquet","partitionValues":{"day":"12"},"size":1}}
            {"remove":{"path":"day=0%20x/p0.parquet"}}
            """#)
        for location in ["delta", "delt*"] {
            let table = try await table(open(location))
            #expect(try table.column("v").int64Values() == [1, 2])
            #expect(try table.column("day").int32Values() == [11, 12])
        }
        for location in ["delta/day=0 x", "delta/day=0 x/*.parquet", "delta/*/*.parquet"] {
            #expect(
                await failure { _ = try await open(location) }.contains("this is a table of Delta Lake: a part of it"),
                "\(location)")
        }
        #expect(try await table(open("delta/day=0 x/p0.parquet"), ["v"]).rowCount == 1)
    }

    @Test(.needs(.python)) func unsupportedDeltaFeaturesAreNamed() async throws {
        try write("write('delta/p.parquet', {'v': pa.array([1])})")
        func refusal(_ lines: String) async throws -> String {
            try commit(0, Self.log + lines)
            return await failure { _ = try await open("delta") }
        }
        let add = #"{"add":{"path":"p.parquet","partitionValues":{},"size":1"#
        #expect(try await refusal(add + "}}") == "succeeded")
        #expect(try await refusal(add + #","deletionVector":{"storageType":"u"}}}"#).contains("deletion vector"))
        #expect(try await refusal(#"{"add":{"path":"s3://b/p.parquet"}}"#).contains("outside its folder"))
        let gone = try await refusal(#"{"add":{"path":"gone.parquet"}}"#)
        #expect(gone.contains("gone.parquet is missing") && !gone.contains("_SUCCESS"), "\(gone)")
        #expect(
            try await refusal(#"{"metaData":{"configuration":{"delta.columnMapping.mode":"name"}}}"#)
                .contains("column mapping"))
        #expect(
            try await refusal(#"{"protocol":{"minReaderVersion":3,"readerFeatures":["new"]}}"#).contains("'new'"))
        #expect(try await refusal("{").contains("not readable JSON"))
        try FileManager.default.removeItem(at: folder.url.appending(path: "delta/_delta_log"))
        try commit(4, add + "}}")
        #expect(await failure { _ = try await open("delta") }.contains("version 0 of its log is only in a checkpoint"))
    }

    @Test(.needs(.python)) func tablesOfIcebergAndHudiAreRefused() async throws {
        try write(
            """
            for name in ['ice/data/day=1/p.parquet', 'hudi/p.parquet']:
                write(name, {'v': pa.array([1])})
            """)
        try text("{}", "ice/metadata/v1.metadata.json")
        try text("", "hudi/.hoodie/hoodie.properties")
        for (location, name) in [
            ("ice", "Iceberg"), ("ice/data", "Iceberg"), ("ice/data/day=1", "Iceberg"), ("hudi", "Hudi"),
            ("hudi/*.parquet", "Hudi"),
        ] {
            #expect(
                await failure { _ = try await open(location) }.contains("this is a table of \(name)"), "\(location)")
        }
    }
}
