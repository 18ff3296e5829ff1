import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import TestSupport
import Testing

/// Parquet files of pyarrow in many types, and what becomes of columns beside the schema.
@Suite(.needs(.python)) struct TableCleanerParquetTests {
    private static let schema = TransactionSchema(
        columns: [
            SchemaColumn("id", .integer(), role: .id),
            SchemaColumn("time", .timestamp(timeZone: UTCOffset("+02:00")), role: .time),
            SchemaColumn("shop", .category, role: .key), SchemaColumn("amount", .float(), role: .amount),
            SchemaColumn("card", .text, role: .key), SchemaColumn("online", .boolean()),
            SchemaColumn(
                "fraud", .integer(width: .bits32), role: .label(fraud: ["1", "true"], genuine: ["0", "false"])),
        ])

    private func clean(_ script: String, _ location: String = "in") async throws -> (
        report: CleaningReport, rows: RecordBatch
    ) {
        let folder = try TemporaryFolder()
        try Oracle.run(
            """
            import sys, os, datetime as dt, decimal, pyarrow as pa, pyarrow.parquet as pq
            root = sys.argv[1]
            D = lambda values, scale: pa.array([None if v is None else decimal.Decimal(v) for v in values], pa.decimal128(20, scale))
            noon = dt.datetime(2019, 8, 22, 12)
            columns = {
                'id': pa.array([1, 2, 2, 4, 5], pa.uint16()),
                'time': pa.array([noon] * 5, pa.timestamp('ns')),
                'shop': pa.array(['a', 'b', 'b', None, 'ä']).dictionary_encode(),
                'amount': D(['1.50', '2.25', '9.99', '3.00', '1000000.01'], 2),
                'card': D([10 ** 17, 2, 3, 4, 5], 0),
                'online': pa.array([1, 0, 1, None, 2], pa.int8()),
                'fraud': pa.array([True, False, True, True, False]),
                'day': pa.array([dt.date(2019, 8, 22)] * 5),
                'small': pa.array([.5, None, 1.5, 2.5, 3.5], pa.float32()),
                'flag': pa.array([True, None, False, True, False]),
                'raw': pa.array([b'x', b'y', b'', None, b'z']),
                'seen': pa.array([noon] * 5, pa.timestamp('ms', 'UTC')),
            }
            def write(name, columns):
                os.makedirs(os.path.dirname(root + name), exist_ok=True)
                pq.write_table(pa.table(columns), root + name)
            \(script)
            """, [folder.path("")])
        let stores = ObjectStoreRegistry()
        let store = try LocalObjectStore(folder: folder.url.path(percentEncoded: false))
        var plan = TableCleaningPlan(for: Self.schema)
        plan.setOutliers(.none)
        var options = CleaningOptions()
        options.waitingBudget = 0
        let report = try await TableCleaner(schema: Self.schema, plan: plan, options: options).clean(
            DataFiles.find(stores.resolve(folder.path(location))), to: .file(ObjectKey("out.parquet"), in: store))
        let reader = try await ParquetReader.open(StoredObjectInput(store: store, key: ObjectKey("out.parquet")))
        return (report, try await reader.read(rowGroup: 0))
    }

    @Test func storedValuesAreConverted() async throws {
        let (report, rows) = try await clean("write('in/a.parquet', columns)")
        #expect(
            report[.missing].rows == 1 && report[.missing].frauds == 1 && report[.missing].samples[0].column == "shop")
        #expect(report[.invalid].rows == 1 && report[.invalid].samples[0].value == "2")
        #expect(report[.duplicate].rows == 1 && report[.duplicate].frauds == 1 && report.fraudsKept == 1)
        #expect(try rows.column("id") == .int64([1, 2]))
        // Noon two hours east of Greenwich.
        let time = CivilDateTime(year: 2019, month: 8, day: 22, hour: 10).microsecondsSince1970
        #expect(try rows.column("time") == .timestamp([time, time], isUTC: true))
        #expect(try rows.column("shop") == .string(["a", "b"]))
        #expect(try rows.column("amount") == .float64([1.5, 2.25]))
        #expect(try rows.column("card") == .string(["100000000000000000", "2"]))
        #expect(try rows.column("online") == .boolean([true, false]))
        #expect(try rows.column("fraud") == .int32([1, 0]))
        #expect(report.spilledBytes > 0)
    }

    @Test func columnsBesideTheSchemaKeepTheirTypes() async throws {
        let (_, rows) = try await clean("write('in/a.parquet', columns)")
        #expect(rows.schema.names.suffix(5) == ["day", "small", "flag", "raw", "seen"])
        #expect(try rows.column("day") == .date([18_130, 18_130]))
        #expect(try rows.column("small") == .float32([0.5, 0], validity: Bitmap([true, false])))
        #expect(try rows.column("flag") == .boolean([true, false], validity: Bitmap([true, false])))
        #expect(try rows.column("seen").type == .timestamp(unit: .milliseconds, isUTC: true))
    }

    @Test func filesMayHaveDifferentColumns() async throws {
        let (report, rows) = try await clean(
            """
            write('in/region=north/a.parquet', columns)
            columns['id'] = pa.array([11, 12, 13, 14, 15]); columns['small'] = pa.array([1.25] * 5)
            columns['new'] = pa.array(range(5)); del columns['flag']; del columns['fraud']
            write('in/region=south/b.parquet', columns)
            """)
        #expect(report.rowsRead == 10 && report.rowsKept == 5)
        #expect(try rows.column("region") == .string(["north", "north", "south", "south", "south"]))
        #expect(try rows.column("small").float64Values() == [0.5, 0, 1.25, 1.25, 1.25])
        #expect(try rows.column("new").nullCount == 2 && rows.column("flag").nullCount == 4)
        // The second file has no labels.
        #expect(try rows.column("fraud").nullCount == 3)
        await #expect(throws: SchemaError.self) {
            try await clean("columns['amount'] = columns['day']; write('in/a.parquet', columns)")
        }
        await #expect(throws: CleaningError.self) {
            try await clean(
                "write('in/a.parquet', columns); columns['day'] = columns['raw']; write('in/b.parquet', columns)")
        }
    }
}
