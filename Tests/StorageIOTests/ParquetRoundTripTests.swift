import Columnar
import StorageIO
import TestSupport
import Testing

/// Tables of random shape are read back as written.
@Suite struct ParquetRoundTripTests {
    /// A random table: few or many distinct values, runs or noise, few or many nulls.
    static func randomBatch(_ schema: Schema, rows: Int, _ generator: inout SeededGenerator) throws -> RecordBatch {
        var columns: [Column] = []
        for field in schema.fields {
            let distinct = [1, 2, 5, 300, 100_000].randomElement(using: &generator) ?? 1
            let runLength = [1, 1, 9, 200].randomElement(using: &generator) ?? 1
            var numbers: [Int] = []
            while numbers.count < rows {
                let number = Int.random(in: 0..<distinct, using: &generator)
                let run = min(rows - numbers.count, Int.random(in: 1...runLength, using: &generator))
                numbers.append(contentsOf: repeatElement(number, count: run))
            }
            var validity: Bitmap?
            if field.isNullable {
                let shares: [Double] = [0, 0.001, 0.5, 1]
                let share = shares.randomElement(using: &generator) ?? 0
                validity = Bitmap((0..<rows).map { _ in Double.random(in: 0..<1, using: &generator) >= share })
            }
            // Null rows hold zero, as the reader makes them, so that batches can be compared.
            let kept = numbers.enumerated().map { validity?[$0.offset] ?? true ? $0.element : 0 }
            switch field.type.physicalType {
            case .boolean: columns.append(.boolean(kept.map { $0 % 2 == 1 }, validity: validity))
            case .int32:
                let values = kept.map { Int32(truncatingIfNeeded: $0 &* 2_654_435_761) }
                columns.append(try Column(type: field.type, storage: .int32(values), validity: validity))
            case .int64:
                let values = kept.map { Int64($0) &* 3_935_559_000_370_003_845 }
                columns.append(try Column(type: field.type, storage: .int64(values), validity: validity))
            case .float32: columns.append(.float32(kept.map { Float($0) / 3 }, validity: validity))
            case .float64: columns.append(.float64(kept.map { Double($0) * 0.01 }, validity: validity))
            case .bytes:
                let texts = kept.map { $0 == 0 ? "" : String(repeating: "v\($0)", count: 1 + $0 % 6) }
                columns.append(
                    try Column(type: field.type, storage: .bytes(ByteArrays(texts)), validity: validity))
            }
        }
        return try RecordBatch(schema: schema, columns: columns)
    }

    @Test(arguments: 0..<24)
    func tablesOfRandomShape(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let types: [DataType] = [
            .boolean, .int32, .int64, .float32, .float64, .string, .binary, .date,
            .timestamp(unit: .nanoseconds, isUTC: true),
        ]
        let schema = try Schema(
            types.flatMap { [Field("\($0)", $0, isNullable: false), Field("\($0) or null", $0)] })
        let batches = try (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            try Self.randomBatch(schema, rows: Int.random(in: 0...20_000, using: &generator), &generator)
        }
        let codecs: [ParquetWriteOptions.Compression] = [.uncompressed, .snappy, .gzip, .zstd(level: 1)]
        let options = ParquetWriteOptions(
            compression: codecs[Int(seed) % codecs.count],
            rowGroupRows: Int.random(in: 1...40_000, using: &generator) + (seed % 3 == 0 ? 0 : 1_000),
            dataPageVersion: seed % 2 == 0 ? .v1 : .v2, useDictionary: seed % 5 != 0, useDelta: seed % 4 < 2,
            writeStatistics: seed % 7 != 0, writeChecksums: seed % 3 == 0, threads: 2)
        let expected = try RecordBatch.concatenating(batches, schema: schema)
        guard expected.rowCount / options.rowGroupRows < 2_000 else { return }
        let bytes = try await ParquetBytes.write(batches, schema: schema, options: options)
        let actual = try await ParquetBytes.read(bytes)
        #expect(actual.schema == schema)
        #expect(actual.rowCount == expected.rowCount)
        for (index, field) in schema.fields.enumerated() {
            #expect(actual.columns[index] == expected.columns[index], "\(field.name)")
        }
        let wanted = ["string or null", "int32", "boolean or null"]
        #expect(try await ParquetBytes.read(bytes, columns: wanted) == expected.selecting(wanted))
    }

    @Test func rowGroupsHaveTheRequestedLength() async throws {
        let batch = try RecordBatch([("x", .int64(Array(0..<1_000)))])
        let parts = stride(from: 0, to: 1_000, by: 7).map { batch.slice($0..<min(1_000, $0 + 7)) }
        let options = ParquetWriteOptions(rowGroupRows: 300, threads: 1)
        let bytes = try await ParquetBytes.write(parts, schema: batch.schema, options: options)
        let reader = try await ParquetBytes.open(bytes)
        #expect(reader.rowGroups.map(\.rowCount) == [300, 300, 300, 100])
        #expect(reader.rowCount == 1_000)
        #expect(try await reader.read(rowGroup: 2).column("x").int64Values() == Array(600..<900))
        #expect(try await ParquetBytes.read(bytes) == batch)
        let ranges = reader.rowGroups.map { $0.statistics["x"] }
        #expect(ranges.map { $0?.minimum } == [0, 300, 600, 900].map { .int64($0) })
        #expect(ranges.map { $0?.maximum } == [299, 599, 899, 999].map { .int64($0) })
        #expect(ranges.allSatisfy { $0?.nullCount == 0 })
    }

    @Test func zerosAndNaNInStatistics() async throws {
        let columns: [(String, [Double])] = [
            ("zeros", [0, 0]), ("negative zeros", [-0.0, -0.0]), ("numbers", [.nan, 3, -2]), ("nan", [.nan, .nan]),
            ("infinite", [.infinity, -.infinity]),
        ]
        for (name, values) in columns {
            let batch = try RecordBatch([(name, .float64(values))])
            let reader = try await ParquetBytes.open(ParquetBytes.write([batch], schema: batch.schema))
            let statistics = try #require(reader.rowGroups.first?.statistics[name])
            switch name {
            case "numbers":
                #expect(statistics.minimum == .float64(-2) && statistics.maximum == .float64(3))
            case "nan":
                #expect(statistics.minimum == nil && statistics.maximum == nil)
            case "infinite":
                #expect(statistics.minimum == .float64(-.infinity) && statistics.maximum == .float64(.infinity))
            default:
                guard case .float64(let low) = statistics.minimum, case .float64(let high) = statistics.maximum else {
                    Issue.record("\(name): \(statistics)")
                    continue
                }
                #expect(low.sign == .minus && low == 0 && high.sign == .plus && high == 0)
            }
        }
    }

    @Test(arguments: [(entries: 1, length: 0), (3, 4), (300, 9), (1500, 30), (600, 4000)])
    func codedTextsAreWrittenAsOthers(kind: (entries: Int, length: Int)) async throws {
        var random = SeededGenerator(seed: UInt64(kind.entries))
        let schema = try Schema([Field("n", .int64), Field("t", .string)])
        var coded: [CodedBatch] = [], plain: [RecordBatch] = []
        for rows in [0, 700, 1, 1300, 250] {
            // Not all are used.
            let entries = (0..<kind.entries).map { String(repeating: "é", count: kind.length / 2) + "\($0)" }.shuffled(
                using: &random)
            let codes = (0..<rows).map { _ in UInt32.random(in: 0..<UInt32(kind.entries), using: &random) }
            let bits = Bitmap((0..<rows).map { _ in Int.random(in: 0..<9, using: &random) > 0 })
            let texts = CodedTexts(
                codes: codes, validity: rows == 250 ? nil : bits, entries: ByteArrays(entries))
            coded.append(
                CodedBatch(
                    schema: schema, columns: [.plain(.int64(codes.map(Int64.init))), .coded(texts)], rowCount: rows))
            plain.append(try #require(coded.last).plain())
        }
        for rowGroupRows in [10_000, 400] {
            let options = ParquetWriteOptions(rowGroupRows: rowGroupRows, threads: 2)
            let target = FileBytesWriter()
            let writer = ParquetWriter(to: target, schema: schema, options: options)
            for batch in coded { try await writer.write(batch) }
            try await writer.finish()
            let expected = try await ParquetBytes.write(plain, schema: schema, options: options)
            #expect(target.bytes == expected)
        }
    }

    @Test func nearlyFullRowGroupsEndWithTheirBatch() async throws {
        let schema = try Schema([Field("n", .int64)])
        let batches = try [990, 930, 50, 1010, 20].map { rows in
            try RecordBatch(schema: schema, columns: [.int64((0..<Int64(rows)).map { $0 })])
        }
        var options = ParquetWriteOptions(rowGroupRows: 1000, threads: 1)
        options.endsGroupsWithBatches = true
        let bytes = try await ParquetBytes.write(batches, schema: schema, options: options)
        let rows = try await ParquetBytes.open(bytes).rowGroups.map(\.rowCount)
        #expect(rows == [990, 980, 1000, 30])
        #expect(try await ParquetBytes.read(bytes) == RecordBatch.concatenating(batches, schema: schema))
    }

    @Test func whatDoesNotFitTheFileIsRefused() async throws {
        let schema = try Schema([Field("x", .int64, isNullable: false), Field("y", .string)])
        let writer = ParquetWriter(to: FileBytesWriter(), schema: schema)
        let other = try RecordBatch([("x", .int64([1])), ("z", .string(["a"]))])
        await #expect(throws: ColumnarError.schemaMismatch(expected: schema, actual: other.schema)) {
            try await writer.write(other)
        }
        let null = try RecordBatch([
            ("x", .int64([1, 0], validity: Bitmap([true, false]))), ("y", .string(["a", "b"])),
        ])
        await #expect(throws: ColumnarError.unexpectedNull(field: "x", row: 1)) { try await writer.write(null) }
        try await writer.finish()
        await #expect(throws: ParquetError.self) { try await writer.finish() }
    }

    @Test func aFailingStoreEndsTheFile() async throws {
        struct Full: Error {}
        struct FailingWriter: ObjectWriter {
            func write(_ bytes: [UInt8]) async throws { if bytes.count > 4 { throw Full() } }
            func finish() async throws { Issue.record("finished after a failure") }
            func abort() async {}
        }
        let batch = try RecordBatch([("x", .int64(Array(0..<100)))])
        let writer = ParquetWriter(
            to: FailingWriter(), schema: batch.schema, options: ParquetWriteOptions(rowGroupRows: 10, threads: 1))
        await #expect(throws: Full.self) { try await writer.write(batch) }
        await #expect(throws: ParquetError.self) { try await writer.finish() }
        await writer.abort()
    }
}
