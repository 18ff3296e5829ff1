import Columnar
import Features
import Foundation
import TestSupport
import Testing

@Suite struct TransactionSchemaJSONTests {
    /// Version 1 with every member; this text has to keep loading.
    private static let everything = #"""
        {
          "version": 1,
          "name": "everything",
          "missing_markers": ["NA", "-"],
          "columns": [
            {"name": "id", "type": "text", "role": "id", "spellings": ["trans_num"]},
            {"name": "at", "type": "timestamp", "role": "time", "format": "dd.MM.yyyy HH:mm", "time_zone": "+03:00"},
            {"name": "amount", "type": "float", "role": "amount", "decimal_separator": ",", "thousands_separator": ".", "minimum": 0.01, "maximum": 100000},
            {"name": "fraud", "type": "category", "role": "label", "fraud": ["ja"], "genuine": ["nein"]},
            {"name": "card", "type": "integer", "role": "key", "missing_markers": ["Err"], "unknown_codes": ["-9999"]},
            {"name": "step", "type": "relative_time", "unit": "hours", "origin": "2019-01-01T00:00:00"},
            {"name": "days", "type": "integer", "bits": 32, "minimum": 0},
            {"name": "is_new", "type": "boolean", "true_values": ["neu"], "false_values": ["alt"]},
            {"name": "kind", "type": "category"},
            {"name": "lat", "type": "float", "role": "latitude", "point": "merchant"},
            {"name": "long", "type": "float", "role": "longitude", "point": "merchant"},
            {"name": "known", "type": "timestamp", "role": "known_at", "format": "unix_milliseconds"},
            {"name": "note", "role": "ignored"}
          ]
        }

        """#

    private static var everythingAsValue: TransactionSchema {
        get throws {
            TransactionSchema(
                name: "everything",
                columns: [
                    SchemaColumn("id", .text, role: .id, spellings: ["trans_num"]),
                    SchemaColumn(
                        "at", .timestamp(format: try TimeFormat("dd.MM.yyyy HH:mm"), timeZone: UTCOffset("+03")),
                        role: .time),
                    SchemaColumn(
                        "amount", .float(separators: NumberSeparators(decimal: ",", thousands: ".")), role: .amount,
                        minimum: 0.01, maximum: 100_000),
                    SchemaColumn("fraud", .category, role: .label(fraud: ["ja"], genuine: ["nein"])),
                    SchemaColumn("card", .integer(), role: .key, missingMarkers: ["Err"], unknownCodes: ["-9999"]),
                    SchemaColumn(
                        "step", .relativeTime(unit: .hours, origin: CivilDateTime(year: 2019, month: 1, day: 1))),
                    SchemaColumn("days", .integer(width: .bits32), minimum: 0),
                    SchemaColumn("is_new", .boolean(trueValues: ["neu"], falseValues: ["alt"])),
                    SchemaColumn("kind", .category),
                    SchemaColumn("lat", .float(), role: .latitude(point: "merchant")),
                    SchemaColumn("long", .float(), role: .longitude(point: "merchant")),
                    SchemaColumn("known", .timestamp(format: .unixMilliseconds), role: .knownAt),
                    SchemaColumn("note", .text, role: .ignored),
                ], missingMarkers: ["NA", "-"])
        }
    }

    private func schema(_ text: String) throws -> TransactionSchema { try TransactionSchema(json: Array(text.utf8)) }

    /// A schema of these columns.
    private func schema(columns: String) throws -> TransactionSchema {
        try schema(#"{"version": 1, "columns": [\#(columns)]}"#)
    }

    @Test func everyMemberIsReadAndWritten() throws {
        let read = try schema(Self.everything)
        #expect(try read == Self.everythingAsValue)
        #expect(String(decoding: read.json, as: UTF8.self) == Self.everything)
    }

    @Test func schemasArePartsOfOtherDocuments() throws {
        for value in try [Self.everythingAsValue, .handbook] {
            let json = try JSONEncoder().encode(["schema": value])
            #expect(try JSONDecoder().decode([String: TransactionSchema].self, from: json) == ["schema": value])
        }
        #expect(throws: SchemaError.unsupportedVersion("2")) {
            try JSONDecoder().decode([TransactionSchema].self, from: Data(#"[{"version": 2}]"#.utf8))
        }
    }

    @Test func defaultsMayBeLeftOut() throws {
        let columns = try schema(
            columns: """
                {"name": "t", "type": "timestamp"}, {"name": "n", "type": "integer"}, {"name": "x", "type": "float"},
                {"name": "b", "type": "boolean"}, {"name": "y", "type": "integer", "role": "label"}, {"name": "i", "role": "ignored"}
                """
        ).columns
        #expect(
            columns == [
                SchemaColumn("t", .timestamp(format: .iso8601, timeZone: nil), role: .attribute),
                SchemaColumn("n", .integer(width: .bits64, separators: .standard)),
                SchemaColumn("x", .float(separators: NumberSeparators(decimal: ".", thousands: nil))),
                SchemaColumn(
                    "b",
                    .boolean(trueValues: ["true", "t", "yes", "y", "1"], falseValues: ["false", "f", "no", "n", "0"])),
                SchemaColumn("y", .integer(), role: .label(fraud: ["1"], genuine: ["0"])),
                SchemaColumn("i", .text, role: .ignored),
            ])
        #expect(!String(decoding: TransactionSchema(columns: columns).json, as: UTF8.self).contains("separator"))
    }

    @Test func theLabelOfABooleanHasItsValues() throws {
        let text = #"{"name": "b", "type": "boolean", "role": "label", "true_values": ["T"], "false_values": ["F"]}"#
        let read = try schema(columns: text)
        #expect(read.columns[0].role == .label(fraud: ["T"], genuine: ["F"]))
        #expect(String(decoding: read.json, as: UTF8.self).contains(#""role": "label", "true_values": ["T"]"#))
        #expect(try TransactionSchema(json: read.json) == read)
    }

    @Test func aByteOrderMarkIsSkipped() throws {
        #expect(try schema("\u{FEFF}" + Self.everything) == Self.everythingAsValue)
    }

    @Test(
        arguments: [
            (#"{"name": "a", "type": "text", "rolle": "key"}"#, "rolle", "role"),
            (#"{"name": "a", "type": "integer", "unit": "hours"}"#, "unit", nil),
            (#"{"name": "a", "type": "timestamp", "formt": "iso8601"}"#, "formt", "format"),
            (#"{"name": "a", "type": "text", "role": "key", "point": "home"}"#, "point", nil),
            (#"{"name": "a", "type": "text", "fraud": ["1"]}"#, "fraud", nil),
        ])
    func unknownMembersAreNamedWithTheirPath(column: String, name: String, nearest: String?) throws {
        let error = #expect(throws: SchemaError.self) {
            try schema(columns: #"{"name": "first", "type": "text"}, "# + column)
        }
        guard case .unknownMember("columns[1].\(name)", let known) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(known.contains("name") && known.contains("role"))
        let question = nearest.map { "did you mean '\($0)'?" } ?? ""
        #expect(nearest == nil || error?.description.contains(question) == true)
    }

    @Test func unknownMembersOfTheSchemaAreNamed() {
        #expect(
            throws: SchemaError.unknownMember(
                path: "colums", known: ["version", "name", "missing_markers", "columns"])
        ) { try schema(#"{"version": 1, "colums": [], "columns": []}"#) }
    }

    @Test(
        arguments: [
            (#"{"version": 2, "anything": 1}"#, SchemaError.unsupportedVersion("2")),
            (#"{"version": 0}"#, .unsupportedVersion("0")),
            (#"{"version": 99999999999999999999}"#, .unsupportedVersion("99999999999999999999")),
            (#"{"version": "1"}"#, .invalidMember(path: "version", value: "'1'", expected: "a whole number")),
            (#"{"columns": []}"#, .missingMember(path: "version")),
            (#"{"version": 1}"#, .missingMember(path: "columns")),
            (#"{"version": 1, "version": 1}"#, .repeatedMember(path: "version")),
            (
                #"{"version": 1, "columns": {}}"#,
                .invalidMember(path: "columns", value: "an object", expected: "a list in brackets")
            ),
            (
                #"{"version": 1, "columns": [1]}"#,
                .invalidMember(path: "columns[0]", value: "'1'", expected: "an object in braces")
            ),
            ("[]", .invalidMember(path: "the schema", value: "a list", expected: "an object in braces")),
            (#"{"version": 1, "columns": []}"#, .noColumns),
        ])
    func documentsThatAreNoSchemas(text: String, error: SchemaError) {
        #expect(throws: error) { try schema(text) }
    }

    @Test(
        arguments: [
            (#"{"type": "text"}"#, "'columns[0].name' is missing"),
            (#"{"name": "a"}"#, "'columns[0].type' is missing"),
            (#"{"name": 1, "type": "text"}"#, "columns[0].name is '1', expected a text in quotes"),
            (#"{"name": "a", "type": "txet"}"#, "did you mean 'text'?"),
            (#"{"name": "a", "type": "text", "role": "labl"}"#, "did you mean 'label'?"),
            (
                #"{"name": "a", "type": "text", "spellings": "b"}"#,
                "columns[0].spellings is 'b', expected a list of texts"
            ),
            (#"{"name": "a", "type": "text", "missing_markers": [null]}"#, "columns[0].missing_markers[0] is null"),
            (#"{"name": "a", "type": "text", "name": "b"}"#, "'columns[0].name' is given twice"),
            (#"{"name": "a", "type": "integer", "bits": 16}"#, "expected 32 or 64"),
            (#"{"name": "a", "type": "integer", "minimum": "0"}"#, "columns[0].minimum is '0', expected a number"),
            (#"{"name": "a", "type": "integer", "minimum": 1e999}"#, "expected a number that is finite"),
            (#"{"name": "a", "type": "float", "decimal_separator": ",,"}"#, "expected one character"),
            (
                #"{"name": "a", "type": "timestamp", "format": "yyyy-mm-dd"}"#,
                "columns[0].format is 'yyyy-mm-dd', expected a time format: it has no month"
            ),
            (#"{"name": "a", "type": "timestamp", "time_zone": "Europe/Berlin"}"#, "expected UTC or an offset"),
            (
                #"{"name": "a", "type": "relative_time", "unit": "hour", "origin": "2019-01-01"}"#,
                "did you mean 'hours'?"
            ),
            (#"{"name": "a", "type": "relative_time", "unit": "hours"}"#, "'columns[0].origin' is missing"),
            (#"{"name": "a", "type": "relative_time", "origin": "2019-01-01"}"#, "'columns[0].unit' is missing"),
            (
                #"{"name": "a", "type": "relative_time", "unit": "hours", "origin": "2019-02-29"}"#,
                "expected a date and time"
            ),
            (
                #"{"name": "a", "type": "relative_time", "unit": "hours", "origin": "2019-01-01T00:00:00Z"}"#,
                "without an offset"
            ),
            (#"{"name": "a", "type": "float", "role": "latitude"}"#, "'columns[0].point' is missing"),
        ])
    func columnsWithWrongMembersSayWhatIsExpected(column: String, message: String) {
        let error = #expect(throws: SchemaError.self) { try schema(columns: column) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test func errorsNameTheFile() {
        let error = #expect(throws: SchemaError.self) { try TransactionSchema(json: Array("{".utf8), file: "a.json") }
        #expect(error == .inFile("a.json", .notJSON(message: "no JSON: expected a name in quotes (byte 1)")))
        #expect(error?.description == "a.json: no JSON: expected a name in quotes (byte 1)")
        #expect(throws: SchemaError.inFile("a.json", .noColumns)) {
            try TransactionSchema(json: Array(#"{"version": 1, "columns": []}"#.utf8), file: "a.json")
        }
    }

    @Test func damagedDocumentsAreReadOrRefused() {
        var generator = SeededGenerator(seed: 5)
        let bytes = Array(Self.everything.utf8)
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: damaged.indices, using: &generator)
                if Bool.random(using: &generator) {
                    damaged[index] = bytes.randomElement(using: &generator) ?? 0
                } else {
                    damaged.remove(at: index)
                }
            }
            do {
                let schema = try TransactionSchema(json: damaged)
                #expect(try TransactionSchema(json: schema.json) == schema)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    /// The published JSON Schema accepts what is written, and refuses what is refused.
    @Test(.needs(.python)) func thePublishedJSONSchemaAgrees() throws {
        let valid =
            try [Self.everything] + Self.guideExamples() + [
                String(decoding: TransactionSchema.handbook.json, as: UTF8.self)
            ]
        let invalid = [
            #"{"version": 2, "columns": []}"#, #"{"columns": []}"#, #"{"version": 1, "columns": []}"#,
            #"{"version": 1, "columns": [{"name": "a"}]}"#,
            #"{"version": 1, "columns": [{"name": "", "type": "text"}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "text", "unit": "hours"}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "text", "minimum": 1}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "text", "fraud": ["1"]}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "text", "role": "time"}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "timestamp", "role": "amount"}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "relative_time", "unit": "hours"}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "float", "role": "latitude"}]}"#,
            #"{"version": 1, "columns": [{"name": "a", "type": "integer", "role": "label", "fraud": []}]}"#,
        ]
        for text in valid { _ = try schema(text) }
        for text in invalid { #expect(throws: SchemaError.self) { try schema(text) } }
        let path = Oracle.packageRoot.appending(path: "Documentation/Schemas/transaction-schema.json")
        let accepted = try Oracle.json(
            [Bool].self,
            """
            import sys, json, jsonschema
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            print(json.dumps([jsonschema.Draft202012Validator(schema).is_valid(json.loads(text)) for text in sys.argv[2:]]))
            """, [path.path(percentEncoded: false)] + valid + invalid)
        #expect(accepted == valid.map { _ in true } + invalid.map { _ in false })
    }

    /// The JSON in Documentation/YourData.md.
    static func guideExamples() throws -> [String] {
        let guide = try String(
            contentsOf: Oracle.packageRoot.appending(path: "Documentation/YourData.md"), encoding: .utf8)
        return guide.components(separatedBy: "```json\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    @Test func theExamplesOfTheGuideMatchTheirData() throws {
        let headers = [
            ",trans_date_trans_time,cc_num,merchant,category,amt,gender,city,state,zip,lat,long,city_pop,job,dob,trans_num,unix_time,"
                + "merch_lat,merch_long,is_fraud",
            "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,isFraud,isFlaggedFraud",
            "Time,\((1...28).map { "V\($0)" }.joined(separator: ",")),Amount,Class",
            "TransactionID,isFraud,TransactionDT,TransactionAmt,ProductCD,card1,card2,card3,card4,card5,card6,addr1,addr2,dist1,"
                + "dist2,P_emaildomain,R_emaildomain,C1,D1,M1",
        ]
        let examples = try Self.guideExamples()
        #expect(examples.count == headers.count)
        for (example, header) in zip(examples, headers) {
            let schema = try TransactionSchema(json: Array(example.utf8))
            let names = header.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let match = try schema.match(Schema(names.map { Field($0, .string) }), optional: [])
            #expect(schema.column(.time) != nil && schema.column(.amount) != nil && schema.column(.label) != nil)
            #expect(match.positions.allSatisfy { $0 != nil })
        }
    }
}
