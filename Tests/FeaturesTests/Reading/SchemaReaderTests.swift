import Columnar
import Features
import Testing

@Suite struct SchemaReaderTests {
    /// What is read of texts in one column; `nil` for missing values, `!` for invalid ones.
    private func read(
        _ column: SchemaColumn, _ texts: [String?], missingMarkers: [String] = []
    ) throws -> [String?] {
        try read(column, .string(texts.map { $0 ?? "" }, validity: Bitmap(texts.map { $0 != nil })), missingMarkers)
    }

    private func read(_ column: SchemaColumn, _ stored: Column, _ missingMarkers: [String] = []) throws -> [String?] {
        let schema = TransactionSchema(columns: [column], missingMarkers: missingMarkers)
        let batch = try RecordBatch([(column.name, stored)])
        let rows = try SchemaReader(schema, table: batch.schema).read(batch)
        #expect(rows.batch.schema == (try schema.tableSchema()))
        return (0..<batch.rowCount).map { row in
            if rows.invalid[0]?[row] == true {
                #expect(rows.batch.columns[0].isNull(row))
                return "!"
            }
            return rows.batch.columns[0].isNull(row) ? nil : rows.batch.columns[0].text(ofRow: row, limit: 100)
        }
    }

    @Test func integersAreRead() throws {
        let texts = [
            "5", " -7\t", "+9", "5.0", "5.5", "1e3", "x", "", "nan", nil, "9223372036854775807", "-9223372036854775808",
            "9223372036854775808", "00012", "-", "12345678901234567",
        ]
        let values = [
            "5", "-7", "9", "5", "!", "!", "!", nil, nil, nil, "9223372036854775807", "-9223372036854775808",
            "!", "12", "!", "12345678901234567",
        ]
        #expect(try read(SchemaColumn("a", .integer()), texts) == values)
        #expect(
            try read(SchemaColumn("a", .integer(width: .bits32)), ["2147483647", "2147483648", "-2147483648"])
                == ["2147483647", "!", "-2147483648"])
    }

    @Test func numbersAreRead() throws {
        let texts = [
            "57.16", "-0.5", "1e3", ".5", "5.", "1,5", "inf", "NaN", "0.1234567890123456789", "1e400", "--1", " 2 ",
        ]
        let values = [
            "57.16", "-0.5", "1000.0", "0.5", "5.0", "!", "inf", nil, "0.12345678901234568", "inf", "!", "2.0",
        ]
        #expect(try read(SchemaColumn("a", .float()), texts) == values)
    }

    @Test func numbersWithOtherSeparatorsAreRead() throws {
        let comma = SchemaColumnType.float(separators: NumberSeparators(decimal: ",", thousands: "."))
        #expect(
            try read(
                SchemaColumn("a", comma),
                ["1.234,5", "1234,5", "-12.345.678", "1.23,4", "1.2345", "1,5e2", "1,2,3", ".5"])
                == ["1234.5", "1234.5", "-12345678.0", "!", "!", "150.0", "!", "!"])
        let space = SchemaColumnType.integer(separators: NumberSeparators(decimal: ",", thousands: "\u{202F}"))
        #expect(
            try read(SchemaColumn("a", space), ["1\u{202F}234", "12\u{202F}34", "7,0", "7"]) == ["1234", "!", "7", "7"])
        // A point is none of the separators.
        let onlyComma = SchemaColumnType.float(separators: NumberSeparators(decimal: ","))
        #expect(try read(SchemaColumn("a", onlyComma), ["1234.5", "1234,5"]) == ["!", "1234.5"])
    }

    @Test func rangesAndMissingMarkersAreKept() throws {
        let column = SchemaColumn("a", .integer(), missingMarkers: ["-1", "unbekannt"], minimum: 0, maximum: 10.5)
        #expect(
            try read(column, ["0", "10", "11", "-2", "-1", "UNBEKANNT ", "n/a", "-1.0"], missingMarkers: ["N/A"])
                == ["0", "10", "!", "!", nil, nil, nil, nil])
        #expect(try read(column, .int64([0, 11, -1])) == ["0", "!", nil])
        #expect(try read(column, .float64([0.5, 3, .nan])) == ["!", "3", nil])
        // Case is not only a matter of ASCII.
        #expect(
            try read(SchemaColumn("a", .text, missingMarkers: ["ÖDE"]), ["öde", "Öde ", "ode"]) == [nil, nil, "ode"])
    }

    @Test func textsAreKeptAsTheyAre() throws {
        #expect(try read(SchemaColumn("a", .text), [" a ", "Müller, 😀", "", "  "]) == [" a ", "Müller, 😀", nil, nil])
        #expect(try read(SchemaColumn("a", .category), .int64([5, -7])) == ["5", "-7"])
        #expect(try read(SchemaColumn("a", .text), .float64([100, 0.5, .nan])) == ["100.0", "0.5", nil])
        #expect(try read(SchemaColumn("a", .text), .date([0])) == ["1970-01-01"])
        #expect(try read(SchemaColumn("a", .text), .timestamp([1_500_000])) == ["1970-01-01 00:00:01.500000"])
        #expect(try read(SchemaColumn("a", .text), .boolean([true, false])) == ["true", "false"])
    }

    @Test func textThatIsNotUTF8IsInvalid() throws {
        let texts: [[UInt8]] = [
            [0xC3, 0x28], [0xC3, 0xBC], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xC0, 0x80],
            [0x61, 0x80], [0xF0, 0x9F, 0x98, 0x80], Array("plain text of more than eight bytes \u{FC}".utf8) + [0xFF],
        ]
        var values = ByteArrays()
        for text in texts { values.append(text) }
        let column = try Column(type: .binary, storage: .bytes(values))
        let found = try read(SchemaColumn("a", .text), column)
        #expect(found == texts.map { String(validating: $0, as: UTF8.self) ?? "!" })
    }

    @Test func booleansAndLabelsAreRead() throws {
        let boolean = SchemaColumnType.boolean(trueValues: ["ja", "1"], falseValues: ["nein", "0"])
        #expect(
            try read(SchemaColumn("a", boolean), ["JA", " nein", "0", "x", ""]) == ["true", "false", "false", "!", nil])
        #expect(try read(SchemaColumn("a", boolean), .int64([1, 0, 2])) == ["true", "false", "!"])
        #expect(try read(SchemaColumn("a", boolean), .float64([1, 0.5, .nan])) == ["true", "!", nil])

        let words = SchemaColumn("a", .category, role: .label(fraud: ["T"], genuine: ["F"]))
        #expect(try read(words, ["t", "F", "x", ""]) == ["t", "F", "!", nil])
        // The Handbook's labels may be words, and its integers floating-point numbers.
        let number = SchemaColumn("a", .integer(), role: .label(fraud: ["1", "true"], genuine: ["0", "false"]))
        #expect(try read(number, ["1", "0.0", "True", "false", "2", "x"]) == ["1", "0", "1", "0", "!", "!"])
        #expect(try read(number, .boolean([true, false])) == ["1", "0"])
        #expect(try read(number, .int32([1, 0, 2])) == ["1", "0", "!"])
    }

    @Test func timesAreRead() throws {
        let german = SchemaColumnType.timestamp(format: try TimeFormat("dd.MM.yyyy HH:mm"))
        #expect(
            try read(SchemaColumn("a", german), ["22.08.2019 00:31", "8/22/2019 00:31", "30.02.2019 00:00", " "])
                == ["2019-08-22 00:31:00", "!", "!", nil])
        let zoned = SchemaColumnType.timestamp(timeZone: UTCOffset("+02:00"))
        // A text's own offset counts more than the column's zone.
        #expect(
            try read(
                SchemaColumn("a", zoned),
                ["2019-08-22 02:00:00", "2019-08-22T00:00:00Z", "2019-08-22 02:00:00.5-01:00"])
                == ["2019-08-22 00:00:00", "2019-08-22 00:00:00", "2019-08-22 03:00:00.500000"])
        let midnight = CivilDateTime(year: 2019, month: 8, day: 22).microsecondsSince1970
        for isUTC in [false, true] {
            let hour = isUTC ? "2019-08-22 00:00:00" : "2019-08-21 22:00:00"
            #expect(try read(SchemaColumn("a", zoned), .timestamp([midnight], isUTC: isUTC)) == [hour])
            let stored = Column.timestamp([midnight * 1000 + 999], unit: .nanoseconds, isUTC: isUTC)
            #expect(try read(SchemaColumn("a", zoned), stored) == [hour])
        }
        #expect(
            try read(SchemaColumn("a", .timestamp()), .timestamp([midnight / 1000, .max], unit: .milliseconds))
                == ["2019-08-22 00:00:00", "!"])
        #expect(try read(SchemaColumn("a", .timestamp()), .date([1])) == ["1970-01-02 00:00:00"])
        let unix = SchemaColumnType.timestamp(format: .unixSeconds)
        #expect(try read(SchemaColumn("a", unix), .int64([86_400])) == ["1970-01-02 00:00:00"])
        #expect(try read(SchemaColumn("a", unix), .float64([86_400.25, .nan])) == ["1970-01-02 00:00:00.250000", nil])
        let compact = SchemaColumnType.timestamp(format: try TimeFormat("yyyyMMdd"))
        #expect(
            try read(SchemaColumn("a", compact), .int32([20_190_822, 20_190_230])) == ["2019-08-22 00:00:00", "!"])
    }

    @Test func relativeTimesAreRead() throws {
        let origin = CivilDateTime(year: 2019, month: 1, day: 1)
        let hours = SchemaColumnType.relativeTime(unit: .hours, origin: origin)
        #expect(
            try read(SchemaColumn("a", hours), ["1", "1.5", "nan", "x", "-24"])
                == ["2019-01-01 01:00:00", "2019-01-01 01:30:00", nil, "!", "2018-12-31 00:00:00"])
        #expect(try read(SchemaColumn("a", hours), .int64([.max, 0])) == ["!", "2019-01-01 00:00:00"])
        // A table that was written with this schema has times already.
        #expect(try read(SchemaColumn("a", hours), .timestamp([0])) == ["1970-01-01 00:00:00"])
    }

    @Test func otherOrderAndSpellingsAreFound() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("id", .integer(), role: .id),
            SchemaColumn("amount", .float(), role: .amount, spellings: ["amt"]),
            SchemaColumn("fraud", .integer(), role: .label()),
        ])
        let batch = try RecordBatch([("x", .int32([9])), ("AMT", .string(["1.5"])), ("ID", .int32([7]))])
        let reader = try SchemaReader(schema, table: batch.schema)
        let rows = try reader.read(batch)
        #expect(rows.batch.columns[0] == .int64([7]))
        #expect(rows.batch.columns[1] == .float64([1.5]))
        // The label is not there.
        #expect(rows.batch.columns[2].nullCount == 1 && rows.invalid == [nil, nil, nil])
        #expect(reader.match.others == [0])
        let other = try RecordBatch([("y", .int32([9]))])
        #expect(throws: ColumnarError.schemaMismatch(expected: batch.schema, actual: other.schema)) {
            try reader.read(other)
        }
    }

    @Test func columnsThatCannotBeReadAreRefused() throws {
        let schema = TransactionSchema(columns: [SchemaColumn("amount", .float(), role: .amount)])
        #expect(
            throws: SchemaError.unreadableColumn(
                column: "amount", type: "float", stored: .timestamp(unit: .microseconds, isUTC: false))
        ) {
            try SchemaReader(schema, table: Schema([Field("amount", .timestamp(unit: .microseconds, isUTC: false))]))
        }
        let error = #expect(throws: SchemaError.self) {
            try SchemaReader(schema, table: Schema([Field("amont", .float64)]))
        }
        #expect(try #require(error).description.contains("there is no column 'amount' (did you mean 'amont'?)"))
    }

    @Test func completeRowsAreRequired() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("amount", .float(), role: .amount), SchemaColumn("shop", .text, role: .key),
            SchemaColumn("note", .text),
            SchemaColumn("fraud", .text, role: .label(fraud: ["ja"], genuine: ["nein"])),
        ])
        func require(_ amount: String, _ shop: String, _ fraud: String) throws -> RecordBatch {
            let batch = try RecordBatch([
                ("amount", .string(["1", amount])), ("shop", .string(["a", shop])), ("note", .string(["", ""])),
                ("fraud", .string(["ja", fraud])),
            ])
            return try SchemaReader(schema, table: batch.schema).require(batch)
        }
        // Attributes and labels may be missing.
        #expect(try require("2", "b", "").columns[0] == .float64([1, 2]))
        #expect(
            throws: TransactionError.invalidValue(column: "amount", row: 1, value: "1,5", expected: "a number")
        ) { try require("1,5", "b", "ja") }
        #expect(throws: TransactionError.missingValue(column: "shop", row: 1)) { try require("2", "", "ja") }
        #expect(
            throws: TransactionError.invalidValue(column: "fraud", row: 1, value: "j", expected: "one of 'ja', 'nein'")
        ) { try require("2", "b", "j") }
    }

    @Test func canonicalSchemaReadsWhatWasWritten() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn(
                "t", .timestamp(format: try TimeFormat("dd.MM.yyyy"), timeZone: UTCOffset("+01:00")), role: .time),
            SchemaColumn("a", .float(separators: NumberSeparators(decimal: ",", thousands: ".")), role: .amount),
            SchemaColumn("b", .boolean(trueValues: ["ja"], falseValues: ["nein"])),
            SchemaColumn("s", .relativeTime(unit: .seconds, origin: CivilDateTime(year: 2020, month: 1, day: 1))),
        ])
        let batch = try RecordBatch([
            ("t", .string(["22.08.2019"])), ("a", .string(["1.234,5"])), ("b", .string(["Ja"])), ("s", .string(["60"])),
        ])
        let first = try SchemaReader(schema, table: batch.schema).require(batch)
        let texts = try RecordBatch(
            first.schema.names.map { ($0, .string([try first.column($0).text(ofRow: 0, limit: 100)])) })
        let second = try SchemaReader(schema.canonical, table: texts.schema).require(texts)
        #expect(second == first)
        #expect(try SchemaReader(schema, table: first.schema).require(first) == first)
        #expect(schema.canonical.canonical == schema.canonical)
    }

    @Test func fraudsAndUnknownCodesAreFound() throws {
        let label = SchemaColumn("f", .text, role: .label(fraud: ["ja", "Betrug"], genuine: ["nein"]))
        let values = try #require(LabelValues(label))
        #expect(values.frauds(in: .string(["Ja ", "nein", "BETRUG", ""])).trueIndices == [0, 2])
        let reversed = SchemaColumn("f", .boolean(), role: .label(fraud: ["false"], genuine: ["true"]))
        let bits = Column.boolean([true, false, false], validity: Bitmap([true, true, false]))
        #expect(try #require(LabelValues(reversed)).frauds(in: bits).trueIndices == [1])
        #expect(LabelValues(SchemaColumn("a", .text)) == nil)

        let codes = SchemaColumn("k", .integer(), role: .key, unknownCodes: ["-9999", "0"])
        #expect(try #require(UnknownCodes(codes)).rows(in: .int64([1, -9999, 0])) == [1, 2])
        let words = SchemaColumn("k", .text, role: .key, unknownCodes: ["unknown"])
        #expect(try #require(UnknownCodes(words)).rows(in: .string(["a", "Unknown", "unknown2"])) == [1])
        #expect(UnknownCodes(SchemaColumn("a", .text)) == nil)
    }
}
