import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Broken files end in a `ParquetError` or in other values, never in a crash.
@Suite struct ParquetFuzzTests {
    /// Small files that use every encoding and codec that is written here.
    static func seeds() async throws -> [[UInt8]] {
        let batch = try ParquetWritingOracleTests.table(150)
        var files: [[UInt8]] = []
        for (_, options) in ParquetWritingOracleTests.variants {
            files.append(try await ParquetBytes.write([batch], schema: batch.schema, options: options))
        }
        return files
    }

    /// Small files of another writer, for the encodings that are only read here.
    static func foreignSeeds() throws -> [[UInt8]] {
        let folder = try TemporaryFolder()
        let names = try Oracle.json(
            [String].self,
            """
            import sys, json, numpy as np, pyarrow as pa, pyarrow.parquet as pq
            n = np.arange(300)
            t = pa.table({
                "i": pa.array(n * n % 97, pa.int64(), mask=n % 5 == 0), "j": pa.array(n * 31 % 1000, pa.int32()),
                "f": pa.array(n / 7), "g": pa.array((n / 3).astype("float32"), mask=n % 9 == 0),
                "s": pa.array([f"text {i // 3}" for i in n], mask=n % 4 == 0), "b": pa.array(n % 3 == 0),
                "fixed": pa.array([bytes([i % 256] * 5) for i in n], pa.binary(5)),
                "decimal": pa.array(n.astype("int64"), pa.int64()).cast(pa.decimal128(25, 3)),
                "list": pa.array([[int(i)] for i in n]),
            })
            encodings = [
                {"i": "DELTA_BINARY_PACKED", "j": "DELTA_BINARY_PACKED", "s": "DELTA_LENGTH_BYTE_ARRAY", "b": "RLE"},
                {"i": "BYTE_STREAM_SPLIT", "f": "BYTE_STREAM_SPLIT", "g": "BYTE_STREAM_SPLIT", "s": "DELTA_BYTE_ARRAY",
                 "fixed": "BYTE_STREAM_SPLIT"}, {},
            ]
            names = []
            for k, encoding in enumerate(encodings):
                for codec in ("none", "lz4", "snappy"):
                    for version in ("1.0", "2.0"):
                        names.append(f"{k}-{codec}-{version}")
                        pq.write_table(t, f"{sys.argv[1]}/{names[-1]}", column_encoding=encoding or None,
                                       use_dictionary=not encoding, compression=codec, data_page_version=version,
                                       data_page_size=500, use_deprecated_int96_timestamps=True)
            print(json.dumps(names))
            """, [folder.url.path(percentEncoded: false)])
        return try names.map { try ParquetBytes.load(folder.path($0)) }
    }

    /// Reads each column by itself, so that an error in one does not hide the others; returns the errors.
    static func readEverything(_ bytes: [UInt8]) async -> [any Error] {
        var errors: [any Error] = []
        do {
            let reader = try await ParquetBytes.open(bytes)
            for group in reader.rowGroups.indices {
                for name in reader.schema.names {
                    do { _ = try await reader.read(rowGroup: group, columns: [name]) } catch { errors.append(error) }
                }
            }
        } catch { errors.append(error) }
        return errors
    }

    static func mutate(_ file: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = file
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
        case 1:
            // A part is removed, the footer stays.
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            bytes.removeSubrange(start..<min(bytes.count, start + Int.random(in: 1...40, using: &generator)))
        case 2:
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            bytes.insert(contentsOf: (0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }, at: start)
        case 3:
            // Bytes of the footer.
            let footer = max(0, bytes.count - 3_000)..<bytes.count
            for _ in 0..<3 {
                bytes[Int.random(in: footer, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
        default:
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[position] =
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: 0xFF
                    case 1: 0
                    case 2: bytes[position] ^ (1 << UInt8.random(in: 0..<8, using: &generator))
                    default: UInt8.random(in: 0...255, using: &generator)
                    }
            }
        }
        return bytes
    }

    static func fuzz(_ files: [[UInt8]], rounds: Int, seed: UInt64) async {
        var generator = SeededGenerator(seed: seed)
        var failures = 0
        for _ in 0..<rounds {
            guard let file = files.randomElement(using: &generator) else { return }
            let errors = await readEverything(mutate(file, &generator))
            failures += errors.count
            for error in errors where !(error is ParquetError) { Issue.record("\(error)") }
        }
        #expect(failures > rounds / 10)
    }

    @Test func mutationsOfOurFiles() async throws { await Self.fuzz(try await Self.seeds(), rounds: 600, seed: 1) }

    @Test(.needs(.python)) func mutationsOfOtherFiles() async throws {
        await Self.fuzz(try Self.foreignSeeds(), rounds: 600, seed: 2)
    }

    @Test func everyTruncationIsNoticed() async throws {
        let batch = try ParquetWritingOracleTests.table(20)
        let bytes = try await ParquetBytes.write([batch], schema: batch.schema)
        for count in 0..<bytes.count {
            await #expect(throws: ParquetError.self) { try await ParquetBytes.open(Array(bytes[..<count])) }
        }
    }

    @Test func everyFlippedBitUnderAChecksumIsNoticed() async throws {
        let batch = try RecordBatch([("x", .int64((0..<100).map { $0 * $0 }))])
        let bytes = try await ParquetBytes.write(
            [batch], schema: batch.schema,
            options: ParquetWriteOptions(useDictionary: false, useDelta: false, writeChecksums: true, threads: 1))
        var isChecked = false
        for position in 40..<140 {
            var broken = bytes
            broken[position] ^= 0x10
            do {
                _ = try await ParquetBytes.read(broken)
                Issue.record("byte \(position) went unnoticed")
            } catch let error as ParquetError {
                isChecked = isChecked || error.code == .checksumMismatch
                #expect(error.column == "x" && error.rowGroup == 0 && error.page == 0 && error.offset == 4)
            }
        }
        #expect(isChecked)
    }
}
