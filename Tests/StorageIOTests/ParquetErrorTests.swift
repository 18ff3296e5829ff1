import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Errors name what cannot be read.
@Suite struct ParquetErrorTests {
    private struct NoError: Error {}

    private func error(_ body: () async throws -> Void) async throws -> ParquetError {
        do {
            try await body()
        } catch let error as ParquetError {
            return error
        }
        throw NoError()
    }

    @Test func filesThatAreNotParquet() async throws {
        for text in ["", "short", "a,b,c\n1,2,3\n4,5,6\n"] {
            let error = try await error { _ = try await ParquetBytes.open(Array(text.utf8)) }
            #expect(error.code == .notParquet && error.file == "test.parquet")
        }
        let encrypted = try await error {
            _ = try await ParquetBytes.open(Array("PARE, and more bytes than 12, PARE".utf8))
        }
        #expect(encrypted.code == .unsupported)
    }

    @Test func columnsThatDoNotExist() async throws {
        let batch = try RecordBatch([("x", .int64([1])), ("y", .int64([2]))])
        let bytes = try await ParquetBytes.write([batch], schema: batch.schema)
        let missing = try await error { _ = try await ParquetBytes.read(bytes, columns: ["x", "z"]) }
        #expect(missing.code == .invalidRequest && missing.column == "z")
        #expect("\(missing)" == "test.parquet: column 'z': there is no such column (columns: x, y) (invalid request)")
        let reader = try await ParquetBytes.open(bytes)
        let group = try await error { _ = try await reader.read(rowGroup: 1) }
        #expect(group.code == .invalidRequest)
        let twice = try await error { _ = try await reader.read(rowGroup: 0, columns: ["x", "x"]) }
        #expect(twice.code == .invalidRequest)
        let empty = try await ParquetBytes.write([], schema: batch.schema)
        let none = try await error { for try await _ in try await ParquetBytes.open(empty).batches(columns: ["z"]) {} }
        #expect(none.column == "z")
    }

    @Test(.needs(.python)) func nestedColumnsAreNamedAndTheOthersRead() async throws {
        let folder = try TemporaryFolder()
        try Oracle.run(
            """
            import sys, pyarrow as pa, pyarrow.parquet as pq
            pq.write_table(pa.table({
                "before": [1, 2], "list": [[1, 2], []], "struct": [{"a": 1, "b": {"c": "x"}}, None],
                "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())), "after": ["a", None],
            }), sys.argv[1])
            """, [folder.path("file")])
        let bytes = try ParquetBytes.load(folder.path("file"))
        let reader = try await ParquetBytes.open(bytes)
        #expect(reader.schema.names == ["before", "after"])
        #expect(reader.unreadableColumns.keys.sorted() == ["list", "map", "struct"])
        let all = try await error { _ = try await ParquetBytes.read(bytes) }
        #expect(all.code == .unsupported && all.column == "list")
        let one = try await error { _ = try await ParquetBytes.read(bytes, columns: ["before", "struct"]) }
        #expect(one.code == .unsupported && one.column == "struct")
        let flat = try await ParquetBytes.read(bytes, columns: ["after", "before"])
        #expect(try flat.column("before").int64Values() == [1, 2])
        #expect(try flat.column("after").byteValues().string(at: 0) == "a" && flat.column("after").isNull(1))
    }

    @Test(.needs(.python)) func lessUsualTypes() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try Oracle.run(
            """
            import sys, decimal, datetime, pyarrow as pa, pyarrow.parquet as pq
            d = [decimal.Decimal("12345678.90"), decimal.Decimal("-0.01"), None]
            t = pa.table({
                "u8": pa.array([0, 255, None], pa.uint8()), "u16": pa.array([0, 65535, None], pa.uint16()),
                "u32": pa.array([0, 2**32 - 1, None], pa.uint32()), "u64": pa.array([0, 2**63 - 1, None], pa.uint64()),
                "i8": pa.array([-128, 127, None], pa.int8()), "i16": pa.array([-32768, 32767, None], pa.int16()),
                "f16": pa.array([1.5, -0.0, None], pa.float32()).cast(pa.float16()),
                "decimal32": pa.array(d, pa.decimal128(10, 2)), "decimal64": pa.array(d, pa.decimal128(18, 2)),
                "decimal128": pa.array(d, pa.decimal128(38, 2)), "fixed": pa.array([b"abc", b"xyz", None], pa.binary(3)),
                "time": pa.array([1, 2, None], pa.time64("us")),
            })
            pq.write_table(t, sys.argv[1], store_decimal_as_integer=True)
            pq.write_table(t, sys.argv[1] + ".bytes", use_dictionary=False)
            when = pa.array([datetime.datetime(2019, 8, 22, 0, 0, 31, 5), datetime.datetime(1, 1, 1), None])
            pq.write_table(pa.table({"when": when}), sys.argv[1] + ".96", use_deprecated_int96_timestamps=True)
            """, [path])
        for suffix in ["", ".bytes"] {
            let bytes = try ParquetBytes.load(path + suffix)
            let batch = try await ParquetBytes.read(bytes)
            #expect(batch.columns.allSatisfy { $0.nullCount == 1 && $0.isNull(2) })
            func first<Value>(_ values: [Value]) -> [Value] { Array(values.prefix(2)) }
            #expect(first(try batch.column("u8").int32Values()) == [0, 255])
            #expect(first(try batch.column("u16").int32Values()) == [0, 65_535])
            #expect(first(try batch.column("u32").int64Values()) == [0, 4_294_967_295])
            #expect(first(try batch.column("u64").int64Values()) == [0, .max])
            #expect(first(try batch.column("i8").int32Values()) == [-128, 127])
            #expect(first(try batch.column("i16").int32Values()) == [-32_768, 32_767])
            #expect(
                try batch.column("f16").floatValues().prefix(2).map(\.bitPattern)
                    == [1.5, -0.0].map { Float($0).bitPattern })
            for name in ["decimal32", "decimal64", "decimal128"] {
                #expect(first(try batch.column(name).float64Values()) == [12_345_678.90, -0.01])
            }
            #expect(try batch.column("fixed").byteValues().string(at: 1) == "xyz")
            #expect(try batch.column("fixed").type == .binary)
            #expect(first(try batch.column("time").int64Values()) == [1, 2])
        }
        let when = try await ParquetBytes.read(ParquetBytes.load(path + ".96")).column("when")
        #expect(when.type == .timestamp(unit: .microseconds, isUTC: true))
        #expect(try when.int64Values().prefix(2) == [1_566_432_031_000_005, -62_135_596_800_000_000])
    }
}
