import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Unusual files of other programs, which others read.
@Suite struct ParquetForeignHabitsTests {
    private func int64s(_ values: [Int64]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian, Array.init) }
    }
    private func int32s(_ values: [Int32]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian, Array.init) }
    }

    private func failure(_ body: () async throws -> Void) async -> ParquetError? {
        do {
            try await body()
            return nil
        } catch { return error as? ParquetError }
    }

    @Test func anEmptyListHasElementsOfNoType() async throws {
        for list: [UInt8] in [[0x00], [0x0C], [0xF0, 0x00]] {
            let file = HandmadeParquet(
                rowCount: 2, columns: [.init(name: "x", values: int64s([7, -8]))], keyValueMetadata: list)
            #expect(try await ParquetBytes.read(file.bytes).column("x").int64Values() == [7, -8])
        }
        let file = HandmadeParquet(
            rowCount: 1, columns: [.init(name: "x", values: int64s([7]))], keyValueMetadata: [0x10])
        #expect(await failure { _ = try await ParquetBytes.open(file.bytes) }?.code == .corrupt)
    }

    @Test func aChecksumOfZeroIsNone() async throws {
        func file(_ checksum: Int64) -> [UInt8] {
            HandmadeParquet(
                rowCount: 1, columns: [.init(name: "x", values: int64s([7]), checksum: checksum)]
            ).bytes
        }
        #expect(try await ParquetBytes.read(file(0)).column("x").int64Values() == [7])
        #expect(await failure { _ = try await ParquetBytes.read(file(1)) }?.code == .checksumMismatch)
    }

    @Test func theBitsAboveANarrowTypeDoNotCount() async throws {
        let stored: [Int32] = [-1, 255, 7, -56]
        let file = HandmadeParquet(
            rowCount: 4,
            columns: [(11, "u8"), (12, "u16"), (15, "i8"), (16, "i16")].map { converted, name in
                .init(name: name, type: 1, convertedType: converted, values: int32s(stored))
            })
        let batch = try await ParquetBytes.read(file.bytes)
        #expect(try batch.column("u8").int32Values() == [255, 255, 7, 200])
        #expect(try batch.column("u16").int32Values() == [65_535, 255, 7, 65_480])
        #expect(try batch.column("i8").int32Values() == [-1, -1, 7, -56])
        #expect(try batch.column("i16").int32Values() == [-1, 255, 7, -56])
    }

    @Test func onlyTheAffectedColumnIsRefused() async throws {
        let columns: [HandmadeParquet.Column] = [
            .init(name: "twice", values: int64s([1])), .init(name: "x", values: int64s([2])),
            .init(name: "twice", values: int64s([3])),
            .init(name: "secret", values: int64s([4]), hasCryptoMetadata: true),
        ]
        let file = HandmadeParquet(rowCount: 1, columns: columns, isSigned: true).bytes
        let reader = try await ParquetBytes.open(file)
        #expect(reader.schema.names == ["x"])
        #expect(
            reader.unreadableColumns
                == ["twice": "more than one column has this name", "secret": "the column is encrypted"])
        #expect(try await ParquetBytes.read(file, columns: ["x"]).column("x").int64Values() == [2])
        for name in ["twice", "secret"] {
            let error = await failure { _ = try await ParquetBytes.read(file, columns: [name]) }
            #expect(error?.code == .unsupported && error?.column == name)
        }
    }

    @Test(.needs(.python)) func brotliIsRead() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try Oracle.run(
            """
            import sys, pyarrow as pa, pyarrow.parquet as pq
            for version in ['1.0', '2.0']:
                pq.write_table(pa.table({'n': list(range(50000)), 's': [f'word {i % 97}' for i in range(50000)]}),
                    sys.argv[1] + version, compression='brotli', data_page_version=version, use_dictionary=False)
            """, [path])
        for version in ["1.0", "2.0"] {
            var bytes = try ParquetBytes.load(path + version)
            let batch = try await ParquetBytes.read(bytes)
            #expect(try batch.column("n").int64Values() == (0..<50_000).map { Int64($0) })
            #expect(try batch.column("s").byteValues().string(at: 49_999) == "word \(49_999 % 97)")
            for position in 40..<80 { bytes[position] = 0xFF }
            #expect(await failure { _ = try await ParquetBytes.read(bytes, columns: ["n"]) } != nil)
        }
    }

    @Test(.needs(.python)) func decimalsAreTheNearestDoubles() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        let texts = try Oracle.json(
            [String].self,
            """
            import sys, json, random, decimal, pyarrow as pa, pyarrow.parquet as pq
            decimal.getcontext().prec = 80
            r = random.Random(7)
            texts, columns = [], {}
            for precision, scale, kind in [(18, 2, pa.decimal128), (38, 10, pa.decimal128), (38, 37, pa.decimal128),
                                           (18, 17, pa.decimal128), (76, 30, pa.decimal256)]:
                values = [decimal.Decimal(r.choice([-1, 1]) * r.randrange(10 ** r.randrange(1, precision))).scaleb(-scale)
                          for _ in range(200)]
                values[0] = decimal.Decimal(10 ** precision - 1).scaleb(-scale)
                values[1] = -values[0]
                columns[f'd{precision}_{scale}'] = pa.array(values, kind(precision, scale))
                texts += [repr(float(v)) for v in values]
            pq.write_table(pa.table(columns), sys.argv[1])
            pq.write_table(pa.table(columns), sys.argv[1] + '.int', store_decimal_as_integer=True)
            print(json.dumps(texts))
            """, [path])
        for suffix in ["", ".int"] {
            let batch = try await ParquetBytes.read(ParquetBytes.load(path + suffix))
            #expect(try batch.columns.flatMap { try $0.float64Values() } == texts.map { Double($0) })
        }
    }

    @Test(.needs(.python)) func wholeDecimalsAreIntegers() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try Oracle.run(
            """
            import sys, decimal, pyarrow as pa, pyarrow.parquet as pq
            D = decimal.Decimal
            d = [D(2**53 + 1), D(-2**63), None, D(2**63 - 1)]
            small = [D(999999999999999999), D(-7), None, D(0)]
            def write(suffix, columns, **options):
                pq.write_table(pa.table(columns), sys.argv[1] + suffix, **options)
            columns = {'d38': pa.array(d, pa.decimal128(38, 0)), 'd18': pa.array(small, pa.decimal128(18, 0))}
            write('.bytes', columns)
            write('.int', columns, store_decimal_as_integer=True)
            beyond = {'d': pa.array([D(1), None, D(2**63)], pa.decimal128(38, 0)), 'u': pa.array([1, None, 2**63], pa.uint64())}
            write('.beyond', beyond)
            write('.unknown', beyond, write_statistics=False)
            """, [path])
        for suffix in [".bytes", ".int"] {
            let batch = try await ParquetBytes.read(ParquetBytes.load(path + suffix))
            let known = Bitmap([true, true, false, true])
            #expect(try batch.column("d38") == .int64([(1 << 53) + 1, .min, 0, .max], validity: known))
            #expect(try batch.column("d18") == .int64([999_999_999_999_999_999, -7, 0, 0], validity: known))
        }
        let beyond = try await ParquetBytes.read(ParquetBytes.load(path + ".beyond"))
        let known = Bitmap([true, false, true])
        for name in ["d", "u"] { #expect(try beyond.column(name) == .float64([1, 0, 0x1p63], validity: known)) }
        let unknown = try ParquetBytes.load(path + ".unknown")
        let unsigned = try await ParquetBytes.read(unknown, columns: ["u"]).column("u")
        #expect(unsigned == .float64([1, 0, 0x1p63], validity: known))
        let error = await failure { _ = try await ParquetBytes.read(unknown, columns: ["d"]) }
        #expect(error?.code == .outOfRange && error?.column == "d")
        #expect(error?.message == "9223372036854775808 in row 2 of the row group does not fit int64")
    }
}
