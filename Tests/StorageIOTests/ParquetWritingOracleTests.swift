import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Files written here are compared by pyarrow, DuckDB and Polars with tables that they make themselves, by the same
/// formulas.
@Suite(.needs(.python)) struct ParquetWritingOracleTests {
    /// Row `i` of each column; every third row of the columns that end in `_null` is null.
    static func table(_ rows: Int) throws -> RecordBatch {
        let numbers = 0..<rows
        let third = Bitmap(numbers.lazy.map { $0 % 3 != 1 })
        let doubles = numbers.map { row -> Double in
            switch row % 11 {
            case 0: .nan
            case 1: .infinity
            case 2: -.infinity
            case 3: -0.0
            case 4: 0.0
            default: Double(row * 7919 % 1_000_003) / 8 - 1_000
            }
        }
        let strings = numbers.map { row in row % 5 == 0 ? "" : String(repeating: "ż\(row % 13)", count: row % 9) }
        let schema = try Schema([
            Field("boolean", .boolean, isNullable: false), Field("boolean_null", .boolean),
            Field("int32", .int32, isNullable: false), Field("int32_null", .int32),
            Field("int64", .int64, isNullable: false), Field("int64_null", .int64),
            Field("float32", .float32, isNullable: false), Field("float64", .float64, isNullable: false),
            Field("float64_null", .float64), Field("few", .float64, isNullable: false),
            Field("string", .string, isNullable: false), Field("string_null", .string),
            Field("unique", .string, isNullable: false), Field("binary_null", .binary),
            Field("date_null", .date), Field("all_null", .int64), Field("all_null_string", .string),
            Field("ms", .timestamp(unit: .milliseconds, isUTC: false)),
            Field("us_null", .timestamp(unit: .microseconds, isUTC: false)),
            Field("us_utc", .timestamp(unit: .microseconds, isUTC: true)),
            Field("ns", .timestamp(unit: .nanoseconds, isUTC: false)),
        ])
        let wide = numbers.map { Int64($0) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
        let narrow = numbers.map { Int32(truncatingIfNeeded: $0 * 48_271 % 2_147_483_647 - 1_073_741_823) }
        let none = Bitmap(repeating: false, count: rows)
        let ticks = numbers.map { Int64($0 * 997 - 500_000) }
        return try RecordBatch(
            schema: schema,
            columns: [
                .boolean(numbers.map { $0 % 7 < 3 }), .boolean(numbers.map { $0 % 4 == 0 }, validity: third),
                .int32(narrow), .int32(numbers.map { Int32($0 % 10) }, validity: third),
                .int64(wide), .int64(numbers.map { Int64($0 / 50) }, validity: third),
                .float32(doubles.map { Float($0) }), .float64(doubles), .float64(doubles, validity: third),
                .float64(numbers.map { Double($0 % 100) / 4 }),
                .string(strings), .string(strings, validity: third), .string(numbers.map { "row \($0)" }),
                Column(
                    type: .binary, storage: .bytes(ByteArrays(numbers.map { String(repeating: "b", count: $0 % 4) })),
                    validity: third),
                .date(numbers.map { Int32($0 - 1_000) }, validity: third), .int64(wide, validity: none),
                .string(strings, validity: none), .timestamp(ticks, unit: .milliseconds),
                .timestamp(ticks, validity: third), .timestamp(ticks, isUTC: true),
                .timestamp(ticks, unit: .nanoseconds),
            ])
    }

    /// The same table in Python, and comparison by bits.
    static let checkProgram = """
        import sys, json, numpy as np, pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc
        def table(rows):
            n = np.arange(rows, dtype="int64")
            mask = n % 3 == 1
            every = np.ones(rows, dtype=bool)
            with np.errstate(over="ignore"):
                wide = n * np.int64(6364136223846793005) + np.int64(1442695040888963407)
            doubles = (n * 7919 % 1000003) / 8 - 1000
            for k, v in enumerate([np.nan, np.inf, -np.inf, -0.0, 0.0]): doubles[n % 11 == k] = v
            strings = np.array(["" if i % 5 == 0 else f"ż{i % 13}" * (i % 9) for i in range(rows)], dtype=object)
            ticks = n * 997 - 500000
            a = pa.array
            return pa.table({
                "boolean": a(n % 7 < 3), "boolean_null": a(n % 4 == 0, mask=mask),
                "int32": a((n * 48271 % 2147483647 - 1073741823).astype("int32")),
                "int32_null": a((n % 10).astype("int32"), mask=mask),
                "int64": a(wide), "int64_null": a(n // 50, mask=mask),
                "float32": a(doubles.astype("float32")), "float64": a(doubles), "float64_null": a(doubles, mask=mask),
                "few": a((n % 100) / 4),
                "string": a(strings, pa.string()), "string_null": a(strings, pa.string(), mask=mask),
                "unique": a([f"row {i}" for i in range(rows)], pa.string()),
                "binary_null": a(np.array([b"b" * (i % 4) for i in range(rows)], dtype=object), pa.binary(), mask=mask),
                "date_null": a((n - 1000).astype("int32"), pa.date32(), mask=mask),
                "all_null": a(wide, mask=every), "all_null_string": a(strings, pa.string(), mask=every),
                "ms": a(ticks, pa.timestamp("ms")), "us_null": a(ticks, pa.timestamp("us"), mask=mask),
                "us_utc": a(ticks, pa.timestamp("us", "UTC")), "ns": a(ticks, pa.timestamp("ns")),
            })
        def same(left, right):
            if left.type != right.type: return False
            left, right = left.combine_chunks(), right.combine_chunks()
            if not pa.types.is_floating(left.type): return left == right
            view = "u4" if left.type == pa.float32() else "u8"
            bits = [pc.fill_null(c, 0).to_numpy(zero_copy_only=False).view(view).tolist() for c in (left, right)]
            # pyarrow's own NaN may carry another sign; any NaN will do.
            nan = [pc.fill_null(c, 0).to_numpy(zero_copy_only=False) for c in (left, right)]
            equal = (np.array(bits[0]) == np.array(bits[1])) | (np.isnan(nan[0]) & np.isnan(nan[1]))
            return bool(equal.all()) and left.is_null() == right.is_null()
        problems = []

        """

    static let variants: [(String, ParquetWriteOptions)] = {
        var variants: [(String, ParquetWriteOptions)] = []
        let codecs: [ParquetWriteOptions.Compression] = [.uncompressed, .snappy, .gzip, .zstd(level: 3)]
        for codec in codecs {
            for version in [ParquetWriteOptions.DataPageVersion.v1, .v2] {
                for useDictionary in [true, false] {
                    let options = ParquetWriteOptions(
                        compression: codec, rowGroupRows: 40_000, dataPageVersion: version,
                        useDictionary: useDictionary, useDelta: useDictionary == (version == .v1),
                        writeChecksums: useDictionary, threads: 2)
                    variants.append(("\(codec)-\(version)-\(useDictionary)", options))
                }
            }
        }
        return variants
    }()

    @Test func pyarrowReadsEveryVariant() async throws {
        let folder = try TemporaryFolder()
        let rows = 70_001
        let batch = try Self.table(rows)
        var names: [String] = []
        for (name, options) in Self.variants {
            let bytes = try await ParquetBytes.write([batch], schema: batch.schema, options: options)
            try ParquetBytes.save(bytes, folder.path(name))
            names.append(name)
        }
        let problems = try Oracle.json(
            [String].self,
            Self.checkProgram + """
                expected = table(int(sys.argv[2]))
                for name in sys.argv[3:]:
                    file = pq.ParquetFile(f"{sys.argv[1]}/{name}", page_checksum_verification=True)
                    actual = file.read()
                    if file.metadata.num_row_groups != 2: problems.append(f"{name}: {file.metadata.num_row_groups} row groups")
                    if actual.column_names != expected.column_names: problems.append(f"{name}: {actual.column_names}")
                    for column in expected.column_names:
                        if not same(expected[column], actual[column]): problems.append(f"{name}: {column} differs")
                        if actual.schema.field(column).nullable != (column.endswith("_null") or column in
                            ("all_null", "all_null_string", "ms", "us_utc", "ns")): problems.append(f"{name}: {column} nullable")
                print(json.dumps(problems))
                """, [folder.url.path(percentEncoded: false), String(rows)] + names)
        #expect(problems == [])
    }

    @Test func pyarrowReadsEveryLength() async throws {
        let folder = try TemporaryFolder()
        let lengths = [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100, 32_767, 32_768, 32_769]
        for length in lengths {
            let batch = try Self.table(length)
            for version in [ParquetWriteOptions.DataPageVersion.v1, .v2] {
                let bytes = try await ParquetBytes.write(
                    [batch], schema: batch.schema, options: ParquetWriteOptions(dataPageVersion: version, threads: 1))
                try ParquetBytes.save(bytes, folder.path("\(length)-\(version)"))
                let back = try await ParquetBytes.read(bytes)
                #expect(back.schema == batch.schema)
                #expect(back.rowCount == length)
            }
        }
        let problems = try Oracle.json(
            [String].self,
            Self.checkProgram + """
                for length in sys.argv[2:]:
                    expected = table(int(length))
                    for version in ("v1", "v2"):
                        actual = pq.read_table(f"{sys.argv[1]}/{length}-{version}")
                        problems += [f"{length}-{version}: {c} differs" for c in expected.column_names
                                     if not same(expected[c], actual[c])]
                print(json.dumps(problems))
                """, [folder.url.path(percentEncoded: false)] + lengths.map(String.init))
        #expect(problems == [])
    }

    @Test func duckDBAndPolarsReadTheSame() async throws {
        let folder = try TemporaryFolder()
        let rows = 10_000
        let batch = try Self.table(rows)
        for (name, options) in Self.variants {
            let bytes = try await ParquetBytes.write([batch], schema: batch.schema, options: options)
            try ParquetBytes.save(bytes, folder.path(name + ".parquet"))
        }
        let problems = try Oracle.json(
            [String].self,
            Self.checkProgram + """
                import duckdb, polars
                expected = table(int(sys.argv[2]))
                duckdb.sql("SET TimeZone = 'UTC'")
                for name in sys.argv[3:]:
                    path = f"{sys.argv[1]}/{name}.parquet"
                    for reader, actual in (("DuckDB", duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table()),
                                           ("Polars", polars.read_parquet(path, glob=False).to_arrow())):
                        for column in expected.column_names:
                            mine = actual[column]
                            wanted = expected[column]
                            if mine.type != wanted.type: mine = mine.cast(wanted.type)
                            if not same(wanted, mine): problems.append(f"{reader} {name}: {column} differs")
                print(json.dumps(problems))
                """, [folder.url.path(percentEncoded: false), String(rows)] + Self.variants.map(\.0))
        #expect(problems == [])
    }

    @Test func statisticsAreWhatPyarrowComputes() async throws {
        let folder = try TemporaryFolder()
        let rows = 5_000
        let batch = try Self.table(rows)
        let bytes = try await ParquetBytes.write(
            [batch], schema: batch.schema, options: ParquetWriteOptions(rowGroupRows: 1_300, threads: 1))
        try ParquetBytes.save(bytes, folder.path("ours"))
        let problems = try Oracle.json(
            [String].self,
            Self.checkProgram + """
                expected = table(int(sys.argv[2]))
                pq.write_table(expected, f"{sys.argv[1]}/theirs", row_group_size=1300)
                ours, theirs = (pq.ParquetFile(f"{sys.argv[1]}/{n}").metadata for n in ("ours", "theirs"))
                for group in range(theirs.num_row_groups):
                    for column in range(theirs.num_columns):
                        a, b = (m.row_group(group).column(column).statistics for m in (ours, theirs))
                        name = expected.column_names[column]
                        key = lambda s: (s.has_min_max, repr(s.min_raw) if s.has_min_max else None,
                                         repr(s.max_raw) if s.has_min_max else None, s.null_count)
                        if key(a) != key(b): problems.append(f"{name} {group}: {key(a)} {key(b)}")
                # Row groups that a predicate on the statistics must not lose.
                for name, value in (("float64", 0.0), ("few", 3.25), ("int64_null", 7), ("unique", "row 4999")):
                    count = pq.read_table(f"{sys.argv[1]}/ours", filters=[(name, "==", value)]).num_rows
                    if count != pc.sum(pc.equal(expected[name], value)).as_py(): problems.append(f"filter {name}: {count}")
                print(json.dumps(problems))
                """, [folder.url.path(percentEncoded: false), String(rows)])
        #expect(problems == [])
    }

    @Test func metadataAreRecorded() async throws {
        let folder = try TemporaryFolder()
        let batch = try RecordBatch([("x", .int64([1, 2]))])
        let options = ParquetWriteOptions(keyValueMetadata: ["plan": "{\"k\": 1}", "": ""], threads: 1)
        let bytes = try await ParquetBytes.write([batch], schema: batch.schema, options: options)
        try ParquetBytes.save(bytes, folder.path("file"))
        let metadata = try Oracle.json(
            [String: String].self,
            """
            import sys, json, pyarrow.parquet as pq
            m = pq.ParquetFile(sys.argv[1]).metadata
            pairs = {k.decode(): v.decode() for k, v in m.metadata.items()}
            print(json.dumps({**pairs, "created_by": m.created_by, "codec": m.row_group(0).column(0).compression}))
            """, [folder.path("file")])
        #expect(metadata == ["plan": "{\"k\": 1}", "": "", "created_by": "antifraud", "codec": "SNAPPY"])
        let reader = try await ParquetBytes.open(bytes)
        #expect(reader.keyValueMetadata == ["plan": "{\"k\": 1}", "": ""])
        #expect(reader.createdBy == "antifraud")
    }
}
