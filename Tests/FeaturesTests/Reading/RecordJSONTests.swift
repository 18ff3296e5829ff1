import Columnar
import Features
import TestSupport
import Testing

@Suite struct RecordJSONTests {
    private static let schema = TransactionSchema(
        columns: [
            SchemaColumn("id", .text, role: .id), SchemaColumn("card", .integer(), role: .key, spellings: ["cc_num"]),
            SchemaColumn("time", .timestamp(format: .unixSeconds), role: .time),
            SchemaColumn("amount", .float(), role: .amount, minimum: 0),
            SchemaColumn("online", .boolean()), SchemaColumn("kind", .category, missingMarkers: ["n/a"]),
            SchemaColumn(
                "hour", .relativeTime(unit: .hours, origin: CivilDateTime(year: 2019, month: 1, day: 1))),
            SchemaColumn("fraud", .integer(width: .bits32), role: .label()),
        ])

    private func decode(_ text: String) throws(RecordJSONError) -> [TransactionValue] {
        let json: RecordJSON
        do { json = try RecordJSON(Self.schema) } catch { preconditionFailure("\(error)") }
        return try json.decode(Array(text.utf8)).values
    }

    @Test func membersAreReadByTheSchema() throws {
        #expect(
            try decode(
                #"{"id":"a\u00fc","card":"4.0","time":1.5,"amount":"57.16","online":"yes","kind":"x","hour":1.5,"fraud":0}"#
            )
                == [
                    .text("aü"), .integer(4), .time(1_500_000), .number(57.16), .boolean(true), .text("x"),
                    .time(CivilDateTime(year: 2019, month: 1, day: 1, hour: 1, minute: 30).microsecondsSince1970),
                    .integer(0),
                ])
        // Any order and case; unknown members are skipped, and the last of two counts.
        #expect(
            try decode(
                #" {"x":[{"id":1}], "AMOUNT":1,"amount":2e0,"CC_NUM":17e1,"Id":12,"time":"7","kind":" N/A ","online":0} "#
            )
                == [.text("12"), .integer(170), .time(7_000_000), .number(2), .boolean(false), .null, .null, .null])
    }

    @Test(
        arguments: [
            ("", 0, nil, "no JSON object"), ("[1]", 0, nil, ""), (#"{"id":1"#, 7, nil, ""),
            (#"{"id":"\x"}"#, 7, nil, ""),
            (#"{"id":"1","card":1,"time":1,"amount":1}}"#, 39, nil, "more follows"),
            (#"{"id":"1","card":1.5,"time":1,"amount":1}"#, 17, "card", "'1.5', expected an integer"),
            (#"{"id":"1","card":[1],"time":1,"amount":1}"#, 17, "card", "'[1]'"),
            (#"{"id":"1","card":1,"time":1,"amount":-1}"#, 37, "amount", "expected a number of at least 0.0"),
            (#"{"id":"1","card":1,"time":true,"amount":1}"#, 26, "time", "a time of the format unix_seconds"),
            (#"{"id":"1","card":1,"time":1,"amount":1,"fraud":2}"#, 47, "fraud", "one of '1', '0'"),
            (#"{"id":"1","card":1,"time":1,"amount":1,"online":"x"}"#, 48, "online", "'\"x\"'"),
            (#"{"id":"1","card":1,"time":1,"amuont":1}"#, 39, "amount", "did you mean 'amuont'?"),
            (#"{"id":"1","card":1,"time":null,"amount":1}"#, 42, "time", "missing"),
        ])
    func problemsNameColumnAndPosition(text: String, byteOffset: Int, column: String?, message: String) throws {
        let error = #expect(throws: RecordJSONError.self) { try decode(text) }
        #expect(error?.byteOffset == byteOffset)
        #expect(error?.column == column)
        if column != nil || message.hasPrefix("more") { #expect("\(try #require(error))".contains(message)) }
    }

    @Test func recordsReadBackEqual() throws {
        let json = try RecordJSON(Self.schema)
        let record = TransactionRecord([
            .text("a\"\n\u{1F600}"), .integer(.min), .time(1_566_432_031_250_000), .number(0.1), .boolean(false),
            .text("b"),
            .time(-1), .integer(1),
        ])
        var text: [UInt8] = []
        json.append(record, to: &text)
        #expect(try json.decode(text) == record)
        text = []
        json.append(
            TransactionRecord([.text("a"), .integer(1), .time(0), .number(.infinity), .null, .null, .null, .null]),
            to: &text)
        #expect(
            String(decoding: text, as: UTF8.self) == #"{"id":"a","card":1,"time":"1970-01-01T00:00:00.000Z"}"#)
    }

    @Test func membersOfIgnoredRolesAreSkipped() throws {
        let json = try RecordJSON(Self.schema, required: [.id], ignored: [.label, .time])
        let record = try json.decode(Array(#"{"Fraud":{"x":[7]},"id":"a","time":"never","card":1}"#.utf8))
        #expect(record.values == [.text("a"), .integer(1), .null, .null, .null, .null, .null, .null])
    }

    @Test func anyBytesAreReadOrRefused() throws {
        let json = try RecordJSON(Self.schema)
        let text = Array(
            #"{"id":"a\u00fc","card":"4.0","time":1.5,"amount":57.16,"online":true,"kind":"x","hour":1e1,"fraud":0}"#
                .utf8)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var mutated = text
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                mutated[Int.random(in: 0..<mutated.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                mutated.removeLast(Int.random(in: 0..<mutated.count, using: &generator))
            }
            _ = try Self.isRead(mutated, json)
        }
    }

    /// Objects whose members are right and whose values are of any kind.
    @Test func anyValuesAreReadOrRefused() throws {
        let json = try RecordJSON(Self.schema)
        let names = Self.schema.columns.map(\.name) + ["cc_num", "ID", "i\\u0064", "x", ""]
        let values = [
            "null", "true", "false", "0", "1", "-1", "-0", "1.5", "1e3", "1e400", "-1e-400", "9223372036854775807",
            "9223372036854775808", "1e18", "0.1e1", "1E+2", "\"\"", "\" \"", "\"1\"", "\"1.0\"",
            "\"-9223372036854775808\"",
            "\"9223372036854775808\"", "\"NaN\"", "\"inf\"", "\"n/a\"", "\"yes\"", "\"2019-08-22T00:00:31Z\"",
            "\"2019-08-22T00:00:31.123456+05:30\"", "\"9999-12-31T23:59:59Z\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"",
            "\"\\u0000\"",
            "\"a\\\"b\"", "[]", "[1,{\"a\":[]}]", "{}", "{\"id\":\"1\"}", "tru", "01", ".5", "1.", "\"", "\"\\", "[",
            "{\"a\"",
        ]
        let valid = ["\"1\"", "1", "1", "1", "0", "\"x\"", "1", "0"]
        var generator = SeededGenerator(seed: 8)
        var accepted = 0
        for _ in 0..<20_000 {
            var members = zip(Self.schema.columns, valid).map { "\"\($0.name)\":\($1)" }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let name = names.randomElement(using: &generator) ?? ""
                let value = values.randomElement(using: &generator) ?? ""
                let member = "\"\(name)\":\(value)"
                let index = Int.random(in: members.indices, using: &generator)
                if Bool.random(using: &generator) { members[index] = member } else { members.insert(member, at: index) }
            }
            let blank = ["", " ", "\t\r\n"].randomElement(using: &generator) ?? ""
            let text = "\(blank){\(blank)\(members.joined(separator: "\(blank),\(blank)"))\(blank)}\(blank)"
            if try Self.isRead(Array(text.utf8), json) { accepted += 1 }
        }
        #expect(accepted > 2000)
    }

    /// Whether a text is a transaction; what is read is also read from its own JSON, and errors are in the text.
    private static func isRead(_ text: [UInt8], _ json: RecordJSON) throws -> Bool {
        let record: TransactionRecord
        do {
            record = try json.decode(text)
        } catch {
            #expect((0...text.count).contains(error.byteOffset), "\(String(decoding: text, as: UTF8.self))")
            return false
        }
        #expect(record.values.count == schema.columns.count)
        // JSON has no infinite numbers.
        let isFinite = record.values.allSatisfy { if case .number(let number) = $0 { number.isFinite } else { true } }
        guard isFinite else { return true }
        var written: [UInt8] = []
        json.append(record, to: &written)
        #expect(
            try json.decode(written) == record,
            "\(String(decoding: text, as: UTF8.self)) as \(String(decoding: written, as: UTF8.self))")
        return true
    }
}
