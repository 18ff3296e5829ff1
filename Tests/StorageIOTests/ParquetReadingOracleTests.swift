import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Files of other writers are read here and written again in plain encoding; pyarrow compares them with their original
/// tables.
@Suite(.needs(.python)) struct ParquetReadingOracleTests {
    /// Makes the table that the files hold: all types, with and without nulls, `rows` long.
    static let makeTable = """
        import sys, os, json, datetime, decimal
        import numpy as np, pyarrow as pa, pyarrow.parquet as pq
        folder = sys.argv[1]
        def table(rows, seed=0):
            r = np.random.default_rng(seed)
            def nullable(values, type=None, share=0.3):
                mask = r.random(rows) < share
                return pa.array(values, type=type, mask=mask)
            words = ["", "a", "żółw", "long " * 40, "x" * 3000] + [f"word {i}" for i in range(50)]
            doubles = r.normal(size=rows)
            if rows >= 4: doubles[:4] = [np.nan, np.inf, -np.inf, -0.0]
            columns = {
                "boolean": pa.array(r.random(rows) < 0.5),
                "boolean_null": nullable(r.random(rows) < 0.01),
                "int32": pa.array(r.integers(-2**31, 2**31, rows), pa.int32()),
                "int32_null": nullable(r.integers(0, 7, rows).astype("int32")),
                "int64": pa.array(r.integers(-2**63, 2**63 - 1, rows), pa.int64()),
                "int64_null": nullable(r.integers(0, 3000, rows)),
                "ascending": pa.array(np.arange(rows) * 3 + 10**12),
                "constant": pa.array(np.full(rows, 42)),
                "float32": pa.array(doubles.astype("float32")),
                "float32_null": nullable(doubles.astype("float32")),
                "float64": pa.array(doubles),
                "float64_null": nullable(np.round(np.abs(doubles), 2)),
                "string": pa.array([words[i] for i in r.integers(0, len(words), rows)], pa.string()),
                "string_null": nullable(np.array([f"{i}" * (i % 17) for i in range(rows)], dtype=object), pa.string()),
                "binary_null": nullable(np.array([bytes([i % 256]) * (i % 5) for i in range(rows)], dtype=object), pa.binary()),
                "date": pa.array(r.integers(-100000, 100000, rows).astype("int32"), pa.date32()),
                "date_null": nullable(r.integers(0, 30, rows).astype("int32"), pa.date32()),
                "seldom_null": nullable(r.integers(0, 10**9, rows), share=0.001),
                "all_null": pa.array([None] * rows, pa.int64()),
                "all_null_string": pa.array([None] * rows, pa.string()),
            }
            for unit in ("ms", "us", "ns"):
                ticks = r.integers(-10**15, 10**15, rows)
                columns["timestamp_" + unit] = pa.array(ticks, pa.timestamp(unit))
                columns["timestamp_utc_null_" + unit] = nullable(ticks, pa.timestamp(unit, "UTC"))
            return pa.table(columns)

        """

    /// Reads each file of the folder and writes it again under the same name with `.again`.
    static func readAndWriteAgain(_ folder: TemporaryFolder, _ names: [String]) async throws {
        for name in names {
            let bytes = try ParquetBytes.load(folder.path(name))
            do {
                let batch = try await ParquetBytes.read(bytes)
                let options = ParquetWriteOptions(
                    compression: .uncompressed, useDictionary: false, useDelta: false, threads: 2)
                let again = try await ParquetBytes.write([batch], schema: batch.schema, options: options)
                try ParquetBytes.save(again, folder.path(name + ".again"))
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
    }

    /// Compares by bits, so that NaN is NaN and -0 is -0.
    static let compare = """
        import sys, json, pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc
        folder = sys.argv[1]
        def bits(column):
            column = column.combine_chunks()
            null = column.is_null()
            kind = column.type
            if pa.types.is_floating(kind):
                plain = pc.fill_null(column, 0)
                data = plain.to_numpy(zero_copy_only=False).view("u4" if kind == pa.float32() else "u8")
                return [null.to_pylist(), data.tolist()]
            return column
        problems = []
        for name in sys.argv[2:]:
            expected, actual = pq.read_table(f"{folder}/{name}"), pq.read_table(f"{folder}/{name}.again")
            if expected.num_rows != actual.num_rows: problems.append(f"{name}: {actual.num_rows} rows of {expected.num_rows}")
            for field in expected.schema:
                # Polars says large_string where others say string.
                plain = str(field.type).replace("large_", "")
                if str(field.type) != plain:
                    field = pa.field(field.name, plain)
                    expected = expected.set_column(expected.schema.get_field_index(field.name), field, expected[field.name].cast(plain))
                if actual.schema.field(field.name).type != field.type:
                    problems.append(f"{name}: {field} became {actual.schema.field(field.name)}")
                elif bits(expected[field.name]) != bits(actual[field.name]):
                    problems.append(f"{name}: {field.name} differs")
        print(json.dumps(problems))
        """

    static func check(_ folder: TemporaryFolder, _ names: [String]) throws {
        let problems = try Oracle.json([String].self, compare, [folder.url.path(percentEncoded: false)] + names)
        #expect(problems == [])
    }

    @Test func filesOfPyarrowInAllCodecsPageVersionsAndSizes() async throws {
        let folder = try TemporaryFolder()
        let names = try Oracle.json(
            [String].self,
            Self.makeTable + """
                names = []
                def write(name, table, **options):
                    names.append(name)
                    pq.write_table(table, f"{folder}/{name}", **options)
                big = table(30_000)
                for codec in ("none", "snappy", "gzip", "zstd", "lz4"):
                    for version in ("1.0", "2.0"):
                        for dictionary in (True, False):
                            write(f"{codec}-{version}-{dictionary}", big, compression=codec, data_page_version=version,
                                  use_dictionary=dictionary, row_group_size=11_000, data_page_size=20_000)
                for rows in (0, 1, 2, 7, 8, 9, 63, 64, 65, 1000):
                    for version in ("1.0", "2.0"):
                        write(f"rows-{rows}-{version}", table(rows, rows), data_page_version=version)
                write("many-groups", big.slice(0, 1000), row_group_size=10)
                write("checksums", big, write_page_checksum=True, compression="snappy")
                write("checksums-v2", big, write_page_checksum=True, data_page_version="2.0")
                write("one-page", big, data_page_size=10**8, dictionary_pagesize_limit=1000)
                with pq.ParquetWriter(f"{folder}/empty-groups", big.schema) as writer:
                    for part in (big.slice(0, 0), big.slice(0, 5), big.slice(5, 0), big.slice(5, 20)): writer.write_table(part)
                names.append("empty-groups")
                print(json.dumps(names))
                """, [folder.url.path(percentEncoded: false)])
        try await Self.readAndWriteAgain(folder, names)
        try Self.check(folder, names)
    }

    @Test func allEncodingsOfPyarrow() async throws {
        let folder = try TemporaryFolder()
        let names = try Oracle.json(
            [String].self,
            Self.makeTable + """
                names = []
                kinds = {
                    "DELTA_BINARY_PACKED": ("int", "date", "time", "ascending", "constant", "seldom", "all_null"),
                    "BYTE_STREAM_SPLIT": ("int", "float", "ascending", "timestamp"),
                    "DELTA_LENGTH_BYTE_ARRAY": ("string", "binary"), "DELTA_BYTE_ARRAY": ("string", "binary"),
                    "RLE": ("boolean",), "PLAIN": ("",),
                }
                for rows in (1, 33, 129, 5_000):
                    for version in ("1.0", "2.0"):
                        all = table(rows, 7)
                        for encoding, prefixes in kinds.items():
                            part = all.select([n for n in all.column_names if n.startswith(prefixes) and
                                               not (n == "all_null_string" and encoding.startswith(("DELTA_BIN", "BYTE")))])
                            name = f"{encoding}-{rows}-{version}"
                            names.append(name)
                            pq.write_table(part, f"{folder}/{name}", use_dictionary=False, data_page_version=version,
                                           column_encoding={n: encoding for n in part.column_names}, data_page_size=3000)
                print(json.dumps(names))
                """, [folder.url.path(percentEncoded: false)])
        try await Self.readAndWriteAgain(folder, names)
        try Self.check(folder, names)
    }

    @Test func filesOfDuckDBAndPolars() async throws {
        let folder = try TemporaryFolder()
        let names = try Oracle.json(
            [String].self,
            Self.makeTable + """
                import duckdb, polars
                names = []
                big = table(20_000, 3)
                # DuckDB writes differences of the whole range in 33 bits, which pyarrow cannot read.
                wide = big.select(["int32"])
                small = pa.array(np.arange(big.num_rows) * 7919 % 1000003, pa.int32())
                big = big.set_column(big.column_names.index("int32"), "int32", small)
                duckdb.sql(f"COPY (SELECT * FROM wide) TO '{folder}/wide' (FORMAT parquet, PARQUET_VERSION V2)")
                pq.write_table(wide, f"{folder}/wide-plain", use_dictionary=False)
                for codec in ("uncompressed", "snappy", "gzip", "zstd", "lz4_raw"):
                    for version in ("V1", "V2"):
                        name = f"duckdb-{codec}-{version}"
                        names.append(name)
                        duckdb.sql("SET TimeZone = 'UTC'")
                        duckdb.sql("SELECT * FROM big").write_parquet(f"{folder}/{name}", compression=codec, row_group_size=6000) \\
                            if version == "V1" else duckdb.sql(
                                f"COPY (SELECT * FROM big) TO '{folder}/{name}' (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION {codec})")
                for codec in ("uncompressed", "snappy", "gzip", "zstd"):
                    name = f"polars-{codec}"
                    names.append(name)
                    polars.from_arrow(big).write_parquet(f"{folder}/{name}", compression=codec, row_group_size=7000, data_page_size=30_000)
                print(json.dumps(names))
                """, [folder.url.path(percentEncoded: false)])
        try await Self.readAndWriteAgain(folder, names)
        try Self.check(folder, names)
        let wide = try await ParquetBytes.read(ParquetBytes.load(folder.path("wide")))
        let plain = try await ParquetBytes.read(ParquetBytes.load(folder.path("wide-plain")))
        #expect(wide.columns == plain.columns)
    }
}
