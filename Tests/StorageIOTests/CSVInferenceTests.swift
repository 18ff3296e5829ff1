import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// The types of columns without a schema.
@Suite struct CSVInferenceTests {
    private func read(_ text: String, blockBytes: Int = 2 << 20) async throws -> RecordBatch {
        try await CSVReaderTests.read(text, CSVReadOptions(blockBytes: blockBytes))
    }

    private func types(_ text: String, blockBytes: Int = 2 << 20) async throws -> [DataType] {
        try await read(text, blockBytes: blockBytes).schema.fields.map(\.type)
    }

    @Test func valuesFarDownCount() async throws {
        let whole = (0..<60_000).map { "\($0),\($0),\($0)\n" }.joined()
        for block in [3_000, 2 << 20] {
            let batch = try await read("a,b,c\n" + whole + "60000,0.25,x\n", blockBytes: block)
            #expect(batch.schema.fields.map(\.type) == [.int64, .float64, .string])
            #expect(try batch.column("b").float64Values()[60_000] == 0.25)
            #expect(try batch.column("b").float64Values()[59_999] == 59_999)
            #expect(try batch.column("c").byteValues().string(at: 60_000) == "x")
            #expect(try batch.column("c").byteValues().string(at: 7) == "7")
        }
    }

    @Test func idsAreNotRounded() async throws {
        let large = try await read("id,x\n18446744073709551615,1\n5,2\n")
        #expect(large.schema.fields.map(\.type) == [.string, .int64])
        #expect(try large.column("id").byteValues().string(at: 0) == "18446744073709551615")
        #expect(try await types("id\n9223372036854775807\n-9223372036854775808\n") == [.int64])
        // In a column with decimal numbers, an integer above 2^53 would be rounded.
        for text in [
            "id\n9007199254740993\n1.5\n", "id\n1.5\n9007199254740993\n", "id\n1.5\n99999999999999999999999\n",
            "id\n7\n-99999999999999999999999\n",
        ] {
            for block in [8, 1 << 20] { #expect(try await types(text, blockBytes: block) == [.string], "\(text)") }
        }
        #expect(try await types("id\n9007199254740992\n1.5\n") == [.float64])
        #expect(try await types("x\n0.1234567890123456789\n1e300\n123456789012345678.5\n") == [.float64])
    }

    @Test func quotesDoNotMatter() async throws {
        let batch = try await read(
            """
            "i","d","b","t","s","gap"
            "1","2.5","true","2019-08-22 00:00:31","x",""
            "-2","3","FALSE","2019-08-22 00:00:32","","7"

            """)
        #expect(
            batch.schema.fields.map(\.type) == [
                .int64, .float64, .boolean, .timestamp(unit: .microseconds, isUTC: false), .string, .int64,
            ])
        #expect(try batch.column("i").int64Values() == [1, -2])
        #expect(try batch.column("gap").isNull(0) && batch.column("gap").int64Values()[1] == 7)
        // An empty quoted field is text, too.
        #expect(try batch.column("s").nullCount == 0)
    }

    @Test(arguments: [";", "\t", "|", ","])
    func theDelimiterIsDetectedInTheFirstLine(delimiter: String) async throws {
        let rows = ["id;amount;note", "1;2.5;a", "2;3;\"b;c\""].map { $0.replacing(";", with: delimiter) }
        let batch = try await read(rows.joined(separator: "\n"))
        #expect(batch.schema.fields.map(\.type) == [.int64, .float64, .string])
        #expect(try batch.column("note").byteValues().string(at: 1) == "b\(delimiter)c")
    }

    @Test func booleansOfManyPrograms() async throws {
        for (yes, no) in [
            ("true", "false"), ("True", "False"), ("t", "f"), ("T", "F"), ("yes", "no"), ("Y", "N"), ("y", "n"),
        ] {
            let batch = try await read("x,flag\n1,\(yes)\n2,\(no)\n3,\n")
            #expect(
                batch.columns[1] == .boolean([true, false, false], validity: Bitmap([true, true, false])), "\(yes)")
        }
        #expect(try await types("flag\ntrue\nmaybe\n") == [.string])
        #expect(try await types("flag\nt\n1\n") == [.string])
    }

    @Test func wordsForWhatIsMissing() async throws {
        for word in ["NULL", "null", "None", "NA", "N/A", "\\N", " ", "\"\"", "\"NULL\""] {
            let batch = try await read("a,b,s\n1,2.5,x\n\(word),\(word),\(word)\n")
            #expect(batch.schema.fields.map(\.type) == [.int64, .float64, .string], "\(word)")
            #expect(batch.columns[0].isNull(1) && batch.columns[1].isNull(1) && !batch.columns[2].isNull(1), "\(word)")
        }
    }

    @Test func fieldsWithoutNamesAreNamedByPosition() async throws {
        #expect(try await read(",a,,\n0,1,,\n").schema.names == ["column0", "a", "column2", "column3"])
    }

    @Test func delimitersThatCloseEveryRow() async throws {
        for end in ["\n", "\r\n"] {
            let batch = try await read(["a,b", "1,2.5,", "3,4,", ""].joined(separator: end))
            #expect(batch.schema.names == ["a", "b"])
            #expect(try batch.column("b").float64Values() == [2.5, 4])
        }
        await #expect(throws: CSVError.wrongFieldCount(file: "t.csv", line: 3, expected: 2, actual: 3)) {
            try await read("a,b\n1,2,\n1,2,3\n")
        }
    }

    @Test func carriageReturnsAloneEndLines() async throws {
        let rows = "id,note\r1,x\r2,\"a\nb\"\r\r3,z"
        for text in [rows, rows + "\r"] {
            for block in [1, 5, 1 << 20] {
                let batch = try await read(text, blockBytes: block)
                #expect(try batch.column("id").int64Values() == [1, 2, 3])
                let notes = try batch.column("note").byteValues()
                #expect((0..<3).map { notes.string(at: $0) } == ["x", "a\nb", "z"])
            }
        }
        // Some programs write one too many before the line feed.
        let twice = try await read("id,f\r\r\n1,2\r\r\n3,4\r\r\n")
        #expect(try twice.column("f").int64Values() == [2, 4])
        #expect(try await read("id,f\r").rowCount == 0)
    }

    @Test func messagesShowNoMoreThanAValue() async throws {
        let long = String(repeating: "4111111111111111\u{1B}", count: 5_000)
        let schema = try Schema([Field("a", .int64)])
        for text in ["a,b\n\(long),1\n", "a,b\n\"\(long)\"x,1\n", "a,b\n1,2,\(long)\n", "\(long),c\n1,2\n"] {
            let error = await #expect(throws: CSVError.self) {
                try await CSVReaderTests.read(text, CSVReadOptions(schema: schema))
            }
            let message = "\(try #require(error))"
            #expect(message.utf8.count < 600 && !message.contains("\u{1B}"), "\(message)")
        }
        let twice = CSVError.duplicateColumn(file: "t.csv", name: "0")
        #expect("\(twice)" == "t.csv: two columns are named '0': is the header line missing?")
        // A row in the position of the header is not shown.
        let error = await #expect(throws: CSVError.self) {
            try await CSVReaderTests.read("0,2019-08-22 00:00:31,596\n", CSVReadOptions(schema: schema))
        }
        #expect("\(try #require(error))".contains("596") == false)
    }
}
