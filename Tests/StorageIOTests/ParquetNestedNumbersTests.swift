import Foundation
import StorageIO
import TestSupport
import Testing

/// Numbers within groups and lists, as pyarrow wrote them.
@Suite struct ParquetNestedNumbersTests {
    private static let write = """
        import sys, json, pyarrow as pa, pyarrow.parquet as pq
        n = 700
        table = pa.table({
            "flat": pa.array(range(n), pa.int32()),
            "group": pa.array([None if i % 7 == 0 else dict(
                id=i, share=i / 3, flag=i % 2 == 0,
                values=None if i % 5 == 0 else [float(j * i % 4) for j in range(i % 4)],
                inner=None if i % 11 == 0 else dict(big=i * 10**9, list=[i, i + 1])) for i in range(n)],
                pa.struct([("id", pa.int32()), ("share", pa.float64()), ("flag", pa.bool_()),
                           ("values", pa.list_(pa.float64())),
                           ("inner", pa.struct([("big", pa.int64()), ("list", pa.list_(pa.int32()))]))])),
            "text": pa.array([dict(name="x")] * n),
            "lists": pa.array([[[1.0], [2.0]]] * n),
        })
        rows = table.to_pylist()
        def leaf(row, names):
            for name in names.split('.'):
                row = None if row is None else row[name]
            return [] if row is None else [float(v) for v in row] if isinstance(row, list) else [float(row)]
        names = ["flat", "group.id", "group.share", "group.flag", "group.values", "group.inner.big", "group.inner.list"]
        for number, options in enumerate([{}, dict(use_dictionary=False), dict(data_page_version="2.0"),
                                          dict(row_group_size=100, data_page_size=64), dict(compression="zstd")]):
            pq.write_table(table, f"{sys.argv[1]}/{number}.parquet", **options)
        print(json.dumps({name: [leaf(row, name) for row in rows] for name in names}))
        """

    @Test(.needs(.python)) func everyFormGivesWhatWasWritten() async throws {
        let folder = try TemporaryFolder()
        let expected = try Oracle.json([String: [[Double]]].self, Self.write, [folder.path("")])
        for number in 0..<5 {
            let reader = try await ParquetBytes.open(ParquetBytes.load(folder.path("\(number).parquet")))
            for (name, rows) in expected {
                #expect(try await reader.numbers(ofLeaf: name) == rows, "\(number): \(name)")
            }
            #expect(reader.hasLeaf("group.values.list") && reader.hasLeaf("group") && !reader.hasLeaf("group.none"))
            for (name, code) in [
                ("none", ParquetError.Code.invalidRequest), ("text.name", .unsupported), ("lists", .unsupported),
            ] {
                let error = await #expect(throws: ParquetError.self) { try await reader.numbers(ofLeaf: name) }
                #expect(error?.code == code && error?.column == name)
            }
        }
    }

    @Test(.needs(.python)) func noChangeOfTheBytesMakesReadingCrash() async throws {
        let folder = try TemporaryFolder()
        let expected = try Oracle.json([String: [[Double]]].self, Self.write, [folder.path("")])
        var generator = SeededGenerator(seed: 99)
        for number in [0, 1, 2] {
            let original = try ParquetBytes.load(folder.path("\(number).parquet"))
            for _ in 0..<200 {
                var bytes = original
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                do {
                    let reader = try await ParquetBytes.open(bytes)
                    for name in expected.keys { _ = try await reader.numbers(ofLeaf: name) }
                } catch {
                    #expect(error is ParquetError, "\(error)")
                }
            }
        }
    }
}
