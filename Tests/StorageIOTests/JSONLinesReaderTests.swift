import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct JSONLinesReaderTests {
    static func read(
        _ text: String, _ options: JSONLinesReadOptions = JSONLinesReadOptions()
    ) async throws -> RecordBatch {
        try await read(Array(text.utf8), options)
    }

    static func read(
        _ bytes: [UInt8], _ options: JSONLinesReadOptions = JSONLinesReadOptions()
    ) async throws -> RecordBatch {
        let reader = try await JSONLinesReader.open(InMemoryInput(bytes, name: "t.jsonl"), options: options)
        var batches: [RecordBatch] = []
        for try await batch in reader.batches() { batches.append(batch) }
        let table = try RecordBatch.concatenating(batches, schema: reader.schema)
        if let rowCount = reader.rowCount { #expect(rowCount == table.rowCount) }
        return table
    }

    static func texts(_ batch: RecordBatch, _ name: String) throws -> [String?] {
        let column = try batch.column(name), values = try column.byteValues(field: name)
        return (0..<column.count).map { column.isNull($0) ? nil : values.string(at: $0) }
    }

    private func fault(_ text: String, _ options: JSONLinesReadOptions = JSONLinesReadOptions()) async
        -> JSONLinesError?
    {
        await fault(Array(text.utf8), options)
    }

    private func fault(_ bytes: [UInt8], _ options: JSONLinesReadOptions = JSONLinesReadOptions()) async
        -> JSONLinesError?
    {
        await #expect(throws: JSONLinesError.self) { try await Self.read(bytes, options) }
    }

    private static let time = DataType.timestamp(unit: .microseconds, isUTC: false)

    @Test func typesAreInferredFromAllRows() async throws {
        let batch = try await Self.read(
            """
            {"i":1,"f":2,"b":true,"day":"2019-08-22","t":"2019-08-22 00:00:31","s":"x","gap":null,"list":[1, 2]}
            {"i":-9223372036854775808,"f":2.5,"b":false,"day":null,"t":"2019-08-22T00:00:31.5Z","s":"","list":[]}
            {"late":1e3,"i":null}
            """)
        #expect(
            batch.schema.fields == [
                Field("i", .int64), Field("f", .float64), Field("b", .boolean), Field("day", .date),
                Field("t", Self.time), Field("s", .string), Field("gap", .string), Field("list", .string),
                Field("late", .float64),
            ])
        let present = Bitmap([true, true, false])
        #expect(try batch.column("i") == .int64([1, .min, 0], validity: present))
        #expect(try batch.column("f") == .float64([2, 2.5, 0], validity: present))
        #expect(try batch.column("b") == .boolean([true, false, false], validity: present))
        #expect(try batch.column("day") == .date([18_130, 0, 0], validity: Bitmap([true, false, false])))
        let midnight: Int64 = 1_566_432_000_000_000
        #expect(
            try batch.column("t") == .timestamp([midnight + 31_000_000, midnight + 31_500_000, 0], validity: present))
        #expect(try Self.texts(batch, "s") == ["x", "", nil])
        #expect(try Self.texts(batch, "gap") == [nil, nil, nil])
        #expect(try Self.texts(batch, "list") == ["[1, 2]", "[]", nil])
        #expect(try batch.column("late") == .float64([0, 0, 1000], validity: Bitmap([false, false, true])))
    }

    @Test func membersOfObjectsAreColumns() async throws {
        let batch = try await Self.read(
            """
            {"a":{"b":{"c":1}},"z":0}
            {"z":1,"a":{"d":"x","b":{}}}
            {"a":null}
            {"a":{"b":null,"d":null}}
            {}
            """)
        #expect(batch.schema.names == ["a.b.c", "a.d", "z"] && batch.rowCount == 5)
        #expect(
            try batch.column("a.b.c") == .int64([1, 0, 0, 0, 0], validity: Bitmap([true, false, false, false, false])))
        #expect(try Self.texts(batch, "a.d") == [nil, "x", nil, nil, nil])
    }

    @Test func whatIsNestedMoreDeeplyIsText() async throws {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"a":"#, count: depth) + "7" + String(repeating: "}", count: depth)
        }
        let eight = Array(repeating: "a", count: 8).joined(separator: ".")
        #expect(try await Self.read(nested(8)).column(eight) == .int64([7]))
        let deeper = try await Self.read(nested(9))
        #expect(deeper.schema.names == [eight])
        #expect(try Self.texts(deeper, eight) == [nested(1)])
        // A schema may name members at any depth.
        let nine = try Schema([Field(eight + ".a", .int32)])
        #expect(try await Self.read(nested(9), JSONLinesReadOptions(schema: nine)).column(eight + ".a") == .int32([7]))
        #expect(try await Self.read(nested(128)).rowCount == 1)
        #expect(
            await fault(nested(129))
                == .malformed(
                    file: "t.jsonl", line: 1, byte: 128 * 5 + 1, problem: "more than 128 levels"))
    }

    @Test func mixedTypesAreText() async throws {
        let batch = try await Self.read(
            """
            {"v":1.50,"o":{"x":1},"d":"2019-08-22"}
            {"v":true,"o":"text","d":"2019-08-22 00:00:31"}
            {"v":"a\\"b","o":{ "x" : [] }}
            {"v":[1, "\\u00e9"],"d":null}
            {"v":null}
            """)
        #expect(batch.schema.fields == [Field("v", .string), Field("o", .string), Field("d", .string)])
        #expect(try Self.texts(batch, "v") == ["1.50", "true", "a\"b", "[1, \"\\u00e9\"]", nil])
        #expect(try Self.texts(batch, "o") == [#"{"x":1}"#, "text", #"{ "x" : [] }"#, nil, nil])
        #expect(try Self.texts(batch, "d") == ["2019-08-22", "2019-08-22 00:00:31", nil, nil, nil])
    }

    /// A name with a dot is the path of a nested member, too.
    @Test func namesWithDotsArePaths() async throws {
        let one = try await Self.read(
            """
            {"a.b":1,"a":{"b":2,"c":3}}
            {"a":{"b":2.5},"a.b":1}
            """)
        #expect(one.schema.names == ["a.b", "a.c"])
        #expect(try one.column("a.b") == .float64([2, 1]))
        let mixed = try await Self.read(
            """
            {"a":{"b":"x","c":1}}
            {"a":1}
            {"a.b":2}
            {"a":{"b":{"d":1}}}
            """)
        #expect(mixed.schema.fields == [Field("a", .string), Field("a.b", .string)])
        #expect(try Self.texts(mixed, "a") == [#"{"b":"x","c":1}"#, "1", nil, #"{"b":{"d":1}}"#])
        #expect(try Self.texts(mixed, "a.b") == ["x", nil, "2", #"{"d":1}"#])
    }

    @Test func largeNumbers() async throws {
        let batch = try await Self.read(
            """
            {"wide":18446744073709551615,"huge":1e400,"f":-0.1e-5,"digits":9007199254740993}
            {"wide":1,"huge":1,"f":123456789012345678901234567890,"digits":9223372036854775807}
            """)
        #expect(batch.schema.fields.map(\.type) == [.float64, .string, .float64, .int64])
        let wide = try #require(Double("18446744073709551615"))
        #expect(try batch.column("wide") == .float64([wide, 1]))
        #expect(try Self.texts(batch, "huge") == ["1e400", "1"])
        let long = try #require(Double("123456789012345678901234567890"))
        #expect(try batch.column("f") == .float64([-0.1e-5, long]))
        #expect(try batch.column("digits") == .int64([9_007_199_254_740_993, .max]))
        let ids = try Schema([Field("wide", .string)])
        let kept = try await Self.read(#"{"wide":18446744073709551615}"#, JSONLinesReadOptions(schema: ids))
        #expect(try Self.texts(kept, "wide") == ["18446744073709551615"])
    }

    @Test func ofANameGivenTwiceTheLastCounts() async throws {
        let batch = try await Self.read(
            """
            {"a":"x","a":1,"o":{"p":1,"q":2},"o":{"q":3}}
            {"a":2,"a":null,"o":{"q":4,"q":5},"a.b":6}
            {"a":{"b":7},"a":8}
            """)
        #expect(batch.schema.names == ["a", "o.q", "a.b"])
        #expect(try batch.column("a") == .int64([1, 0, 8], validity: Bitmap([true, false, true])))
        #expect(try batch.column("o.q") == .int64([3, 5, 0], validity: Bitmap([true, true, false])))
        #expect(try batch.column("a.b") == .int64([0, 6, 0], validity: Bitmap([false, true, false])))
        // With a schema, a value that does not fit is no error where it does not count.
        let schema = try Schema([Field("a", .int64), Field("s", .string)])
        let rows = try await Self.read(
            #"{"a":"x","s":"long","a":3,"s":"é"}"# + "\n" + #"{"s":"y","s":null}"#, JSONLinesReadOptions(schema: schema)
        )
        #expect(try rows.column("a") == .int64([3, 0], validity: Bitmap([true, false])))
        #expect(try Self.texts(rows, "s") == ["é", nil])
    }

    @Test func escapesAndNames() async throws {
        let batch = try await Self.read(
            #"""
            {"żółć":"\u0041\n\"\\\/\u00e9\ud83d\ude00","caf\u00e9":"\ud83d \udc00x\ud800\u0041","":1,"t":"2019-08-22\u002000:00:31"}
            {"\u017c\u00f3\u0142\u0107":"日本","café":"y","":2}
            """#)
        #expect(batch.schema.names == ["żółć", "café", "", "t"])
        #expect(try Self.texts(batch, "żółć") == ["A\n\"\\/é😀", "日本"])
        #expect(try Self.texts(batch, "café") == ["\u{FFFD} \u{FFFD}x\u{FFFD}A", "y"])
        #expect(try batch.column("") == .int64([1, 2]))
        #expect(try batch.column("t").type == Self.time && batch.column("t").isNull(1))
    }

    @Test func linesMayEndAndBeginInManyWays() async throws {
        for text in [
            "\u{FEFF}{\"a\":1}\r\n\r\n  {\"a\":2} \t\r\n\n{\"a\":3}\r\n", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}",
            "\n\n{\"a\":1}\n \n{\"a\":2}\n{\"a\":3}\n\n\n",
        ] {
            for blockBytes in [1, 2, 7, 1 << 20] {
                let batch = try await Self.read(text, JSONLinesReadOptions(blockBytes: blockBytes))
                #expect(try batch.column("a") == .int64([1, 2, 3]), "\(text)")
            }
        }
    }

    @Test func aSchemaChoosesColumnsTypesAndOrder() async throws {
        let schema = try Schema([
            Field("c", .float32), Field("a", .int32), Field("t", .timestamp(unit: .milliseconds, isUTC: true)),
            Field("o", .string), Field("o.x", .int64), Field("b", .boolean), Field("day", .date), Field("f", .float64),
            Field("none", .int64),
        ])
        let batch = try await Self.read(
            """
            {"a":31.0,"zzz":[1],"c":"0.5","t":"1970-01-01T00:00:01.5Z","o":{"x":7},"b":"yes","day":"1970-01-02","f":true}
            {"a":true,"c":2,"o":5,"b":false,"f":"1e3"}
            """, JSONLinesReadOptions(schema: schema))
        #expect(batch.schema == schema)
        let first = Bitmap([true, false])
        #expect(try batch.column("c") == .float32([0.5, 2]) && batch.column("a") == .int32([31, 1]))
        #expect(
            try batch.column("t") == .timestamp([1500, 0], unit: .milliseconds, isUTC: true, validity: first))
        #expect(try Self.texts(batch, "o") == [#"{"x":7}"#, "5"])
        #expect(try batch.column("o.x") == .int64([7, 0], validity: first))
        #expect(try batch.column("b") == .boolean([true, false]) && batch.column("f") == .float64([1, 1000]))
        #expect(try batch.column("day") == .date([1, 0], validity: first))
        #expect(try batch.column("none").nullCount == 2)
    }

    @Test func errorsNameLineColumnAndValue() async throws {
        let rows = (0..<3_000).map { "{\"a\":\($0)}\n" }.joined()
        let options = JSONLinesReadOptions(schema: try Schema([Field("a", .int32)]), blockBytes: 1_000, threads: 3)
        for (value, text) in [
            ("3000000000", "3000000000"), ("1.5", "1.5"), ("\"x\"", "\"x\""), ("[1]", "[1]"),
            ("{\"b\":1}", "{\"b\":1}"),
            ("\"\"", "\"\""),
        ] {
            #expect(
                await fault(rows + "\n{\"a\":\(value)}\n{\"a\":0}\n", options)
                    == .invalidValue(file: "t.jsonl", line: 3002, column: "a", value: text, expected: .int32))
        }
        for type in [DataType.boolean, .date, Self.time] {
            let options = JSONLinesReadOptions(schema: try Schema([Field("a", type)]))
            #expect(
                await fault("{\"a\":1}", options)
                    == .invalidValue(file: "t.jsonl", line: 1, column: "a", value: "1", expected: type))
        }
        let cases: [(String, JSONLinesError)] = [
            ("[1, 2]", .notAnObject(file: "t.jsonl", line: 3001, value: "[1, 2]")),
            ("nonsense", .notAnObject(file: "t.jsonl", line: 3001, value: "nonsense")),
            ("{\"a\":1", .incompleteObject(file: "t.jsonl", line: 3001)),
            (
                "{\"a\":\"x\r",
                .malformed(
                    file: "t.jsonl", line: 3001, byte: 8, problem: "a control character in a string")
            ),
            ("{", .incompleteObject(file: "t.jsonl", line: 3001)),
            ("{\"a\":tru", .incompleteObject(file: "t.jsonl", line: 3001)),
            ("{\"a\":1},", .malformed(file: "t.jsonl", line: 3001, byte: 8, problem: "more follows the value")),
            (
                "{\"a\":01}",
                .malformed(
                    file: "t.jsonl", line: 3001, byte: 7, problem: "expected ',' or the end of the object or array")
            ),
            ("{\"a\":NaN}", .malformed(file: "t.jsonl", line: 3001, byte: 6, problem: "expected a value")),
            ("{a:1}", .malformed(file: "t.jsonl", line: 3001, byte: 2, problem: "expected a name in quotes")),
            ("{\"a\" 1}", .malformed(file: "t.jsonl", line: 3001, byte: 6, problem: "expected ':'")),
            ("{\"a\":\"\\x\"}", .malformed(file: "t.jsonl", line: 3001, byte: 7, problem: "an unknown escape")),
            (
                "{\"a\":\"\\u12G4\"}",
                .malformed(
                    file: "t.jsonl", line: 3001, byte: 7, problem: "\\u without four hexadecimal digits")
            ),
        ]
        for (line, error) in cases {
            for schema in [nil, options.schema] {
                var options = options
                options.schema = schema
                #expect(await fault(rows + line, options) == error, "\(line)")
                if case .incompleteObject = error { continue }
                #expect(await fault(rows + line + "\n{\"a\":0}\n", options) == error, "\(line)")
            }
        }
        #expect(
            await fault(Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}\n".utf8))
                == .malformed(file: "t.jsonl", line: 1, byte: 6, problem: "a string that is not UTF-8"))
        // A document that spans lines.
        #expect(await fault("{\n  \"a\": 1\n}\n") == .incompleteObject(file: "t.jsonl", line: 1))
    }

    @Test func limits() async throws {
        let long = "{\"a\":\"" + String(repeating: "x", count: 1_000) + "\"}\n"
        for blockBytes in [100, 1 << 20] {
            let options = JSONLinesReadOptions(blockBytes: blockBytes, maximumRecordBytes: 1_000)
            #expect(await fault("{\"a\":\"y\"}\n" + long, options) == .recordTooLong(file: "t.jsonl", limit: 1_000))
        }
        #expect(try await Self.read(long, JSONLinesReadOptions(maximumRecordBytes: 1_008)).rowCount == 1)
        let ids = (0..<12_000).map { "{\"n\":\($0),\"\($0)\":1}\n" }.joined()
        for blockBytes in [10_000, 1 << 24] {
            #expect(
                await fault(ids, JSONLinesReadOptions(blockBytes: blockBytes))
                    == .tooManyColumns(file: "t.jsonl", limit: 10_000))
        }
        let chosen = try await Self.read(ids, JSONLinesReadOptions(schema: try Schema([Field("n", .int64)])))
        #expect(try chosen.column("n") == .int64(Array(0..<12_000)))
        for text in ["", "\n\n", "{}\n{}\n"] { #expect(await fault(text) == .emptyInput(file: "t.jsonl")) }
        #expect(try await Self.read("", JSONLinesReadOptions(schema: chosen.schema)).rowCount == 0)
        let binary = try Schema([Field("a", .binary)])
        #expect(
            await fault("{}", JSONLinesReadOptions(schema: binary)) == .unsupportedType(column: "a", type: .binary))
    }

    /// Many columns over short rows make batches of bounded size.
    @Test func rowsThatLackMostColumnsAreCutIntoSmallerBatches() async throws {
        let names = (0..<2_000).map { "\"c\($0)\":\($0)" }.joined(separator: ",")
        let text = "{\(names)}\n" + String(repeating: "{}\n", count: 5_000) + "{\"c7\":8}\n"
        let reader = try await JSONLinesReader.open(InMemoryInput(Array(text.utf8)))
        var counts: [Int] = [], last: RecordBatch?
        for try await batch in reader.batches() {
            counts.append(batch.rowCount)
            last = batch
        }
        #expect(counts.reduce(0, +) == 5_002 && counts.allSatisfy { $0 <= (1 << 22) / 2_000 } && counts.count >= 3)
        let rest = try #require(last)
        #expect(try rest.column("c7").int64Values().last == 8 && !rest.column("c7").isNull(rest.rowCount - 1))
    }

    @Test func descriptionsSayWhatToDo() {
        #expect(
            "\(JSONLinesError.incompleteObject(file: "a.json", line: 1))"
                == "a.json, line 1: the object does not end in this line; the file is cut off, or its objects span lines "
                + "('jq -c .' writes one a line)")
        #expect(
            "\(JSONLinesError.invalidValue(file: "a", line: 2, column: "c", value: "\"x\n\"", expected: .int64))"
                == "a, line 2, column 'c': '\"x\\n\"' is not a valid int64; give a schema with another type")
        #expect(
            "\(JSONLinesError.malformed(file: "a", line: 2, byte: 3, problem: "expected ':'"))"
                == "a, line 2, byte 3: not JSON: expected ':'")
    }
}
