import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct CSVReaderTests {
    static func read(
        _ text: String, _ options: CSVReadOptions = CSVReadOptions(), file: String = "t.csv"
    ) async throws -> RecordBatch {
        try await read(Array(text.utf8), options, file: file)
    }

    static func read(
        _ bytes: [UInt8], _ options: CSVReadOptions = CSVReadOptions(), file: String = "t.csv"
    ) async throws -> RecordBatch {
        let reader = try await CSVReader.open(InMemoryInput(bytes, name: file), options: options)
        var batches: [RecordBatch] = []
        for try await batch in reader.batches() { batches.append(batch) }
        return try RecordBatch.concatenating(batches, schema: reader.schema)
    }

    @Test func typesAreInferred() async throws {
        let batch = try await Self.read(
            "i,d,b,day,t,s,empty,q\n1,2.5,true,2019-08-22,2019-08-22 00:00:31,x,,\"1\"\n-2,3,FALSE,,,,,\"2\"\n")
        #expect(
            batch.schema.fields.map(\.type) == [
                .int64, .float64, .boolean, .date, .timestamp(unit: .microseconds, isUTC: false), .string, .string,
                .int64,
            ])
        #expect(try batch.column("d").float64Values() == [2.5, 3])
        #expect(try batch.column("day").isNull(1) && batch.column("t").isNull(1) && batch.column("s").isNull(1))
        #expect(try batch.column("empty").nullCount == 2)
        #expect(try batch.column("q").int64Values() == [1, 2])
    }

    @Test func theMalformedHeaderOfTheSourceFilesIsUnderstood() async throws {
        let batch = try await Self.read(
            "# tranaction_id | tx_datetime | tx_amount\n0,2019-08-22 00:00:31,57.16\n1,2019-08-22 00:00:32,3.00\n")
        #expect(batch.schema.names == ["transaction_id", "tx_datetime", "tx_amount"])
        #expect(try batch.column("tx_amount").float64Values() == [57.16, 3])
    }

    @Test func quotesLineBreaksAndBlankLines() async throws {
        let text = "\u{FEFF}a;b\r\n\"x;\"\"y\"\"\r\nz\";1\r\n\r\nplain\"quote;2\r\n\"\";3"
        let batch = try await Self.read(text, CSVReadOptions(delimiter: ";"))
        let names = try batch.column("a").byteValues()
        #expect((0..<3).map { names.string(at: $0) } == ["x;\"y\"\r\nz", "plain\"quote", ""])
        #expect(try batch.column("a").nullCount == 0)
        #expect(try batch.column("b").int64Values() == [1, 2, 3])
    }

    @Test func aSchemaChoosesColumnsTypesAndOrder() async throws {
        let schema = try Schema([
            Field("c", .float32), Field("a", .int32), Field("t", .timestamp(unit: .milliseconds, isUTC: true)),
        ])
        let batch = try await Self.read(
            "a,b,c,t\n1,zzz,0.5,1970-01-01T00:00:01.5Z\nNA,zzz, NA ,na\n",
            CSVReadOptions(schema: schema, nullTokens: ["", "NA", "na"]))
        #expect(batch.schema == schema)
        #expect(batch.columns[0] == .float32([0.5, 0], validity: Bitmap([true, false])))
        #expect(batch.columns[1] == .int32([1, 0], validity: Bitmap([true, false])))
        #expect(try batch.columns[2].int64Values()[0] == 1500)
        let headless = try await Self.read("1\n\n3\n", CSVReadOptions(hasHeader: false))
        #expect(headless.columns[0] == .int64([1, 0, 3], validity: Bitmap([true, false, true])))
    }

    @Test func faultsNameFileLineColumnAndValue() async throws {
        let schema = try Schema([Field("a", .int64)])
        func fault(_ text: String, _ options: CSVReadOptions = CSVReadOptions()) async -> CSVError? {
            do {
                _ = try await Self.read(text, options)
                return nil
            } catch {
                return error as? CSVError
            }
        }
        // Far down, past quoted line breaks, in another block than the first.
        let many = String(repeating: "\"1\n\",2\n", count: 3000)
        let typed = CSVReadOptions(schema: try Schema([Field("b", .int32)]), blockBytes: 4096)
        #expect(
            await fault("a,b\n" + many + "x,3000000000\n", typed)
                == .invalidValue(file: "t.csv", line: 6002, column: "b", value: "3000000000", expected: .int32))
        #expect(
            await fault("a,b\n" + many + "\n1,2,3\n", typed)
                == .wrongFieldCount(file: "t.csv", line: 6003, expected: 2, actual: 3))
        #expect(
            await fault("a,b\n1,\"2\"x\n", CSVReadOptions(schema: typed.schema))
                == .textAfterQuote(file: "t.csv", line: 2, column: "b", value: "\"2\"x"))
        #expect(await fault("a,b\n1,\"2\n") == .unclosedQuote(file: "t.csv"))
        #expect(await fault("") == .emptyInput(file: "t.csv"))
        #expect(await fault("a,a\n") == .duplicateColumn(file: "t.csv", name: "a"))
        #expect(
            await fault("x,y\n1,2\n", CSVReadOptions(schema: schema))
                == .missingColumn(file: "t.csv", name: "a", available: ["x", "y"]))
        #expect(
            await fault("a\n" + String(repeating: "x", count: 5000), CSVReadOptions(maximumRecordBytes: 1000))
                == .recordTooLong(file: "t.csv", limit: 1000))
        #expect(try await Self.read("a,b\n").rowCount == 0)
    }

    @Test(.needs(.python), arguments: ["gzip", "zstd"])
    func compressedFilesAreReadAndTruncatedOnesRefused(codec: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("rows.csv")
        let text = "id,amount\n" + (0..<200_000).map { "\($0),\(Double($0 % 977) / 100)\n" }.joined()
        try Data(text.utf8).write(to: URL(filePath: path))
        let packed = folder.path("packed")
        try Oracle.run(
            """
            import sys, pyarrow as pa
            data = open(sys.argv[1], 'rb').read()
            half = len(data) // 2
            with open(sys.argv[2], 'wb') as f:  # two members after one another
                for part in (data[:half], data[half:]):
                    buffer = pa.BufferOutputStream()
                    with pa.CompressedOutputStream(buffer, sys.argv[3]) as stream: stream.write(part)
                    f.write(buffer.getvalue())
            """, [path, packed, codec])
        let bytes = Array(try Data(contentsOf: URL(filePath: packed)))
        let plain = try await Self.read(text)
        #expect(plain.rowCount == 200_000)
        let options = CSVReadOptions(blockBytes: 100_000)
        #expect(try await Self.read(bytes, options) == plain)
        for count in [bytes.count - 1, bytes.count - 9, bytes.count * 2 / 3, 20] {
            await #expect(throws: CSVError.compression(file: "t.csv", error: .truncated(codec: codec))) {
                try await Self.read(Array(bytes[..<count]), options)
            }
        }
        var damaged = bytes
        for index in 2000..<2040 { damaged[index] ^= 0x5A }
        await #expect(throws: CSVError.self) { try await Self.read(damaged, options) }
    }

    @Test func whatIsWrittenIsReadBackEqual() async throws {
        var random = SeededGenerator(seed: 11)
        let chunks = ["", "a", ",", "\"", "\n", "\r", "ż", " ", "NULL", "#", "|", "1"]
        func texts(_ count: Int) -> [String] {
            (0..<count).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).map { _ in chunks.randomElement(using: &random) ?? "" }
                    .joined()
            }
        }
        func mask(_ count: Int) -> Bitmap { Bitmap((0..<count).map { _ in Int.random(in: 0..<5, using: &random) > 0 }) }
        for count in [0, 1, 3, 40_000] {
            let batch = try RecordBatch([
                (
                    "i",
                    .int64((0..<count).map { _ in .random(in: .min ... .max, using: &random) }, validity: mask(count))
                ),
                ("s,\"", .string(texts(count), validity: mask(count))),
                (
                    "f",
                    .float64((0..<count).map { _ in Double(bitPattern: .random(in: 0..<0x7FF0 << 48, using: &random)) })
                ),
                ("g", .float32((0..<count).map { _ in .random(in: -1...1, using: &random) })),
                ("d", .date((0..<count).map { _ in .random(in: -100_000...1_000_000, using: &random) })),
                (
                    "t",
                    .timestamp(
                        (0..<count).map { _ in .random(in: -1 << 50...1 << 55, using: &random) }, validity: mask(count))
                ),
                ("b", .boolean((0..<count).map { _ in .random(using: &random) }, validity: mask(count))),
            ])
            let collected = CollectingWriter()
            let writer = try CSVWriter(to: collected, schema: batch.schema, options: CSVWriteOptions(delimiter: "\t"))
            try await writer.write(batch)
            try await writer.finish()
            let options = CSVReadOptions(delimiter: "\t", schema: batch.schema, blockBytes: 10_000)
            let again = try await Self.read(await collected.bytes, options)
            #expect(normal(again) == normal(batch))
        }
    }

    /// Without what is stored for missing values.
    private func normal(_ batch: RecordBatch) -> [[String]] {
        batch.columns.map { column in
            (0..<column.count).map { row in
                if column.isNull(row) { return "null" }
                switch column.storage {
                case .boolean(let values): return "\(values[row])"
                case .int32(let values): return "\(values[row])"
                case .int64(let values): return "\(values[row])"
                case .float32(let values): return "\(values[row])"
                case .float64(let values): return "\(values[row])"
                case .bytes(let values): return "'\(values[row])"
                }
            }
        }
    }

    @Test(.needs(.python)) func pandasReadsWhatIsWrittenAndTheReverse() async throws {
        let folder = try TemporaryFolder()
        let theirs = folder.path("theirs.csv"), ours = folder.path("ours.csv")
        try Oracle.run(
            """
            import sys, numpy as np, pandas as pd
            r = np.random.default_rng(5); n = 20000
            frame = pd.DataFrame({'i': r.integers(-2**63, 2**63 - 1, n), 'f': r.normal(size=n) * 10.0 ** r.integers(-300, 300, n),
                's': r.choice(['a', 'b,c', 'd"e', 'x\\ny', 'ł'], n), 't': pd.to_datetime('2019-08-22') + pd.to_timedelta(r.integers(0, 10**8, n), unit='s')})
            frame.to_csv(sys.argv[1], index=False); frame.to_pickle(sys.argv[1] + '.pickle')
            """, [theirs])
        let batch = try await Self.read(
            Array(try Data(contentsOf: URL(filePath: theirs))), CSVReadOptions(blockBytes: 30_000))
        let collected = CollectingWriter()
        let writer = try CSVWriter(to: collected, schema: batch.schema)
        try await writer.write(batch)
        try await writer.finish()
        try Data(await collected.bytes).write(to: URL(filePath: ours))
        let response = try Oracle.run(
            """
            import sys, pandas as pd
            a = pd.read_pickle(sys.argv[1] + '.pickle')
            b = pd.read_csv(sys.argv[2], parse_dates=['t'], float_precision='round_trip')
            print(all(bool((a[c].to_numpy() == b[c].to_numpy()).all()) for c in a.columns), len(b))
            """, [theirs, ours])
        #expect(response == "True 20000\n")
    }

    @Test func noInputCrashesAndChunksDoNotMatter() async throws {
        var random = SeededGenerator(seed: 12)
        let alphabet = Array("01,,,\n\n\r\"\"a;-.e \t#|".utf8) + [0, 0xFF, 0xEF, 0xC5]
        for _ in 0..<400 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            var outcomes: Set<String> = []
            for block in [1, 7, 64, 1 << 20] {
                do {
                    let schema = try Schema([Field("column0", .string), Field("column1", .string)])
                    let batch = try await Self.read(
                        bytes, CSVReadOptions(hasHeader: false, schema: schema, blockBytes: block, threads: 1))
                    outcomes.insert("\(normal(batch))")
                } catch is CSVError {
                    // Which of several faults is found first depends on the chunks.
                    outcomes.insert("fault")
                }
            }
            #expect(outcomes.count == 1, "\(bytes): \(outcomes)")
        }
    }
}

/// Keeps what is written.
actor CollectingWriter: ObjectWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
    func finish() async throws {}
    func abort() async {}
}
