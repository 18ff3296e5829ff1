import Columnar
import Features
import Foundation
import JSONText
import Serving
import TestSupport
import Testing

/// Bodies of requests to models with a plan: read by the schema, refused in FastAPI's words.
@Suite struct RecordBodiesTests {
    private static func bodies(_ schema: TransactionSchema? = nil) throws -> RecordBodies {
        try RecordBodies(try FeatureEngine(RecordFixture.plan, schema: try schema ?? RecordFixture.schema()))
    }

    private static func problems<Body>(_ result: Result<Body, ValidationFailure>) -> [ValidationProblem] {
        if case .failure(let failure) = result { failure.problems } else { [] }
    }

    @Test func aBodyIsReadByTheSchema() throws {
        let bodies = try Self.bodies()
        let text = RecordFixture.body(
            RecordFixture.members() + [("result", "\"betrug\""), ("note", "{\"x\": 1}"), ("unknown", "[]")])
        let record = try bodies.readTransaction(Array(text.utf8)).get()
        let day = CivilDateTime(year: 2019, month: 8, day: 1, hour: 10).microsecondsSince1970
        #expect(
            record.values == [
                .text("r1"), .time(day), .number(1234.5), .text("c\u{FC}"), .integer(7), .text("fuel"), .number(41.5),
                .integer(3), .integer(-5), .boolean(true),
                .time(CivilDateTime(year: 2019, month: 1, day: 1, hour: 12).microsecondsSince1970), .time(day),
                // What is known later is no part of a transaction that is to be scored.
                .null, .null,
            ])
        #expect(try bodies.validatedTransaction(Array(text.utf8)).get() == record)
        // Names in any case and spelling; what is optional may be missing or null.
        let members = [
            ("REF", "5"), ("booked", "\"2019-08-01T10:00:00Z\""), ("Amount", "1"), ("card", "true"),
            ("Merchant", "-1"), ("kind", "\"N/A\""), ("age", "null"),
        ]
        let short = try bodies.readTransaction(Array(RecordFixture.body(members).utf8)).get()
        #expect(
            short.values == [.text("5"), .time(day), .number(1), .text("true")]
                + [TransactionValue](repeating: .null, count: 10))
    }

    static let problemCases: [(column: String, value: String?, type: String, message: String, context: String?)] = {
        let decimal = "Input should be a valid number"
        let whole = "Input should be a valid integer"
        let time = "Input should be a valid datetime"
        let format = "expected a time of the format dd.MM.yyyy HH:mm"
        let marker = "Value error, this value stands for a missing one"
        let none = #"{"error":{}}"#
        return [
            ("ref", nil, "missing", "Field required", nil),
            ("ref", "null", "string_type", "Input should be a valid string", nil),
            ("ref", "[1]", "string_type", "Input should be a valid string", nil),
            ("ref", "\"\"", "string_too_short", "String should have at least 1 character", #"{"min_length":1}"#),
            ("ref", "\" na \"", "value_error", marker, none),
            ("booked", "null", "datetime_type", time, nil), ("booked", "true", "datetime_type", time, nil),
            (
                "booked", "\"2019-08-22\"", "datetime_parsing", "\(time), \(format)",
                #"{"error":"expected a time of the format dd.MM.yyyy HH:mm"}"#
            ),
            (
                "booked", "5", "datetime_parsing", "\(time), \(format)",
                #"{"error":"expected a time of the format dd.MM.yyyy HH:mm"}"#
            ),
            ("amount", "null", "float_type", decimal, nil), ("amount", "{}", "float_type", decimal, nil),
            (
                "amount", "\"1.23,4\"", "float_parsing", "\(decimal), unable to parse string as a number", nil
            ),
            (
                "amount", "-0.5", "greater_than_equal", "Input should be greater than or equal to 0", #"{"ge":0.0}"#
            ),
            ("amount", "1e400", "finite_number", "Input should be a finite number", nil),
            ("amount", "NaN", "finite_number", "Input should be a finite number", nil),
            ("amount", "\"inf\"", "finite_number", "Input should be a finite number", nil),
            ("amount", "\"nan\"", "value_error", marker, none),
            ("shop", "\"x\"", "int_parsing", "\(whole), unable to parse string as an integer", nil),
            ("shop", "1.5", "int_from_float", "\(whole), got a number with a fractional part", nil),
            (
                "shop", "9223372036854775808", "int_parsing_size",
                "Unable to parse input string as an integer, exceeded maximum size", nil
            ),
            (
                "shop", "\"9223372036854775808\"", "int_parsing_size",
                "Unable to parse input string as an integer, exceeded maximum size", nil
            ),
            ("shop", "Infinity", "finite_number", "Input should be a finite number", nil),
            ("kind", "[]", "string_type", "Input should be a valid string", nil),
            (
                "age", "151", "less_than_equal", "Input should be less than or equal to 150.5", #"{"le":150.5}"#
            ),
            (
                "age", "\"-1\"", "greater_than_equal", "Input should be greater than or equal to 0", #"{"ge":0.0}"#
            ),
            (
                "items", "false", "greater_than_equal", "Input should be greater than or equal to 1", #"{"ge":1}"#
            ),
            (
                "items", "2147483648", "int_parsing_size",
                "Unable to parse input string as an integer, exceeded maximum size", nil
            ),
            ("points", "[]", "int_type", whole, nil),
            (
                "online", "\"true\"", "bool_parsing",
                "Input should be a valid boolean, unable to interpret input", nil
            ),
            ("online", "2", "bool_parsing", "Input should be a valid boolean, unable to interpret input", nil),
            ("online", "0.5", "bool_type", "Input should be a valid boolean", nil),
            ("online", "[]", "bool_type", "Input should be a valid boolean", nil),
            (
                "since", "\"x\"", "float_parsing", "\(decimal), unable to parse string as a number", nil
            ),
            (
                "since", "1e30", "datetime_parsing", "\(time), the time is out of range",
                #"{"error":"the time is out of range"}"#
            ),
            ("since", "[]", "float_type", decimal, nil),
            (
                "updated", "\"2019-13-01\"", "datetime_from_date_parsing",
                "\(time) or date, month value is outside expected range of 1-12",
                #"{"error":"month value is outside expected range of 1-12"}"#
            ),
        ]
    }()

    @Test(arguments: problemCases.indices) func problemsNameTheColumn(index: Int) throws {
        let (column, value, type, message, context) = Self.problemCases[index]
        let body = Array(RecordFixture.body(column, value).utf8)
        let problems = Self.problems(try Self.bodies().readTransaction(body))
        let problem = try #require(problems.first, "\(column): \(value ?? "missing") is accepted")
        #expect(problems.count == 1)
        #expect(problem.type == type && problem.message == message, "\(problem)")
        #expect(problem.location == [.name("body"), .name(column)])
        #expect(problem.context.map { JSONValue.object([$0]).text } == context)
    }

    @Test func allProblemsAreListedAtOnce() throws {
        let problems = Self.problems(try Self.bodies().readTransaction(Array(#"{"age": -1, "kind": {}}"#.utf8)))
        #expect(
            problems.map { [$0.type, "\($0.location[1])"] } == [
                ["missing", "name(\"ref\")"], ["missing", "name(\"booked\")"], ["missing", "name(\"amount\")"],
                ["string_type", "name(\"kind\")"],
                ["greater_than_equal", "name(\"age\")"],
            ])
    }

    static let values = [
        "null", "true", "false", "0", "1", "-1", "2", "1.0", "1.5", "-0.5", "150.5", "151", "1e3", "1e400", "1e30",
        "9223372036854775807", "9223372036854775808", "2147483648", "-2147483649", "0.1e1", "20190822", "\"\"",
        "\" \"", "\"NA\"", "\" na\\t\"", "\"n/a\"", "\"-1\"", "\"1\"", "\" 1 \"", "\"1.0\"", "\"1,5\"",
        "\"1.234,5\"", "\"1.23,4\"", "\"1e3\"", "\"nan\"", "\"inf\"", "\"-Infinity\"", "\"ja\"", "\"NEIN\"",
        "\"true\"", "\"01.08.2019 12:00\"", "\"31.02.2019 12:00\"", "\"2019-08-22 00:00:31\"",
        "\"2019-08-22T00:00:31.000Z\"", "\"2019-08-22 00:00:31+02:00\"", "\"2019-08-22\"", "\"1566432031\"",
        "\"\\u0031\"", "\"\\ud800\"", "\"\u{1F600}\"", "\"betrug\"", "\"ok\"", "[]", "[1]", "{}", "{\"ref\":1}",
        "NaN", "Infinity", "-Infinity", "\"1.234\"", "\"1.234.567,89\"", "\"1,5e-3\"", "\"150.0\"",
        "\"123456789012345678.0\"", "\"1_000\"", "\"+5\"", "\"0x10\"", "01", "tru", "\"x",
    ]

    /// What the fast reading accepts, the validation reads as the same values, and what it refuses is a list of problems.
    @Test func bothWaysOfReadingAgree() throws {
        let schema = try RecordFixture.schema()
        let bodies = try Self.bodies()
        let json = try RecordJSON(schema, ignored: [.label, .knownAt, .ignored])
        let names = schema.columns.map(\.name) + ["Merchant", "x", "AMOUNT"]
        var generator = SeededGenerator(seed: 13)
        var accepted = 0, refused = 0
        for _ in 0..<20_000 {
            var members = RecordFixture.members()
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let value = Self.values.randomElement(using: &generator) ?? "1"
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: members.remove(at: Int.random(in: members.indices, using: &generator))
                case 1: members.append((names.randomElement(using: &generator) ?? "x", value))
                case 2: members.shuffle(using: &generator)
                default: members[Int.random(in: members.indices, using: &generator)].1 = value
                }
            }
            let body = Array(RecordFixture.body(members).utf8)
            let validated = bodies.validatedTransaction(body)
            #expect(bodies.readTransaction(body) == validated)
            switch validated {
            case .success(let record):
                accepted += 1
                if let fast = try? json.decode(body) { #expect(fast == record) }
            case .failure(let failure):
                refused += 1
                if let fast = try? json.decode(body) {
                    guard case .number(let amount) = fast.values[2], !amount.isFinite else {
                        Issue.record("refused \(RecordFixture.body(members)): \(failure)")
                        continue
                    }
                }
                for problem in failure.problems where problem.type != "json_invalid" {
                    guard case .name(let name) = problem.location.last else {
                        Issue.record("\(problem) names no column")
                        continue
                    }
                    #expect(schema.columns.contains { $0.name == name })
                }
            }
        }
        #expect(accepted > 1_000 && refused > 1_000)
    }

    @Test func anyBytesAreReadOrRefused() throws {
        let bodies = try Self.bodies()
        var generator = SeededGenerator(seed: 3)
        let seed = Array(RecordFixture.body(RecordFixture.members()).utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0..<10, using: &generator))
            if case .failure(let failure) = bodies.readTransaction(bytes) { #expect(!failure.problems.isEmpty) }
        }
    }

    // MARK: Labels

    @Test func labelsNeedWhatFindsTheirTransactions() throws {
        let bodies = try Self.bodies()
        #expect(bodies.label.map(\.name) == ["ref", "booked", "shop", "result"])
        let list = "[\(RecordFixture.label(1)), \(RecordFixture.label(2, result: "OK"))]"
        let labels = try bodies.readLabels(Array(list.utf8)).get()
        #expect(labels.map { $0.values[12] } == [.text("betrug"), .text("OK")])
        #expect(labels.map { $0.values[3] } == [.null, .null])
        #expect(try bodies.readLabels(Array(RecordFixture.label().utf8)).get() == [labels[0]])
        let bad = "[\(RecordFixture.label(result: "no")), {\"result\": null}, 5]"
        let problems = Self.problems(bodies.readLabels(Array(bad.utf8)))
        #expect(
            problems.map(\.type) == [
                "literal_error", "missing", "missing", "missing", "literal_error", "model_attributes_type",
            ])
        #expect(problems[0].message == "Input should be 'betrug' or 'ok'")
        #expect(problems[0].location == [.name("body"), .position(0), .name("result")])
    }

    /// A condition on an optional column has to be told with the label, but may be null as in the transaction.
    @Test func columnsOfConditionsMayBeNullInLabels() throws {
        let share = WindowAggregate(
            .fraudShare, keys: ["card"], window: .days(7), delay: .days(1),
            filter: try RowExpression("kind == 'fuel'"))
        let plan = FeaturePlan(name: "", features: [FeatureDeclaration("share", .aggregate(share))])
        let bodies = try RecordBodies(FeatureEngine(plan, schema: RecordFixture.schema()))
        #expect(bodies.label.map(\.name) == ["ref", "booked", "card", "kind", "result"])
        func label(_ kind: String) -> [UInt8] {
            Array(#"{"ref":1,"booked":"01.08.2019 12:00","card":"c","result":"ok"\#(kind)}"#.utf8)
        }
        #expect(Self.problems(bodies.readLabels(label(""))).map(\.type) == ["missing"])
        #expect(Self.problems(bodies.readLabels(label(",\"kind\":null"))).isEmpty)
    }

    // MARK: FastAPI

    private static let fastAPI = """
        import json, sys
        from typing import Annotated, Literal, Optional
        from fastapi import FastAPI
        from fastapi.testclient import TestClient
        from pydantic import BaseModel, Field
        class Transaction(BaseModel):
            ref: Annotated[str, Field(min_length=1)]
            amount: Annotated[float, Field(ge=0)]
            age: Optional[Annotated[float, Field(ge=-5.5, le=150.5)]] = None
            items: Optional[Annotated[int, Field(ge=-3, le=100)]] = None
            online: Optional[bool] = None
            kind: Optional[str] = None
        class Label(BaseModel):
            ref: Annotated[str, Field(min_length=1)]
            result: Literal["betrug", "ok"]
        app = FastAPI()
        @app.post("/predict")
        def predict(transaction: Transaction): return 1
        @app.post("/labels")
        def labels(label: Label): return 1
        client = TestClient(app, raise_server_exceptions=False)
        results = []
        for path, body in json.load(open(sys.argv[1])):
            r = client.post(path, content=body.encode(), headers={"content-type": "application/json"})
            results.append({"status": r.status_code, "text": r.text})
        print(json.dumps(results))
        """

    /// Where a schema's column and a field of pydantic mean the same, the responses are the same.
    @Test(.needs(.python)) func problemsAreWordedAsFastAPIDoes() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("ref", .text, role: .id), SchemaColumn("amount", .float(), role: .amount, minimum: 0),
            SchemaColumn("age", .float(), minimum: -5.5, maximum: 150.5),
            SchemaColumn("items", .integer(), minimum: -3, maximum: 100), SchemaColumn("online", .boolean()),
            SchemaColumn("kind", .category),
            SchemaColumn("result", .category, role: .label(fraud: ["betrug"], genuine: ["ok"])),
        ])
        let plan = FeaturePlan(name: "", features: [FeatureDeclaration("amount", .column("amount"))])
        let bodies = try RecordBodies(FeatureEngine(plan, schema: schema))
        func body(_ column: String, _ value: String) -> [String] {
            ["/predict", "{\"ref\":\"r\",\"amount\":1,\"\(column)\":\(value)}"]
        }
        let numbers = [
            "null", "5", "-6", "1000", "1.5", "\"5\"", "\"-100\"", "\"200\"", "\"x\"", "\"1.5\"", "true", "[]", "{}",
            "1e30", "-1e30", "99999999999999999999", "2.0", "-2.5", "\"1e1\"",
        ]
        // An empty text is a missing value here.
        var requests = ["amount", "age", "items"].flatMap { column in numbers.map { body(column, $0) } }
        requests += [
            "null", "true", "0", "1", "2", "1.0", "2.0", "0.5", "\"yes\"", "\"N\"", "\"maybe\"", "[]", "{}", "1e30",
        ]
        .map { body("online", $0) }
        requests += ["null", "\"x\"", "[1]", "{}"].map { body("kind", $0) }
        requests += ["null", "\"\"", "[1]", "{}"].map { body("ref", $0) }
        requests += [
            ["/predict", "{}"], ["/predict", "[]"], ["/predict", ""], ["/predict", "{"],
            ["/predict", "{\"online\":\"x\",\"age\":\"y\"}"],
        ]
        requests += ["\"ok\"", "\"no\"", "null", "5", "true", "[]"].map {
            ["/labels", "{\"ref\":\"r\",\"result\":\($0)}"]
        }
        let folder = try TemporaryFolder()
        try JSONEncoder().encode(requests).write(to: folder.url.appending(path: "requests.json"))
        let responses = try Oracle.json(
            [TransactionBodyTests.Response].self, Self.fastAPI, [folder.path("requests.json")])
        try #require(responses.count == requests.count)
        for (request, response) in zip(requests, responses) {
            let bytes = Array(request[1].utf8)
            let problems =
                request[0] == "/predict"
                ? Self.problems(bodies.readTransaction(bytes)) : Self.problems(bodies.readLabels(bytes))
            try #require(response.status == (problems.isEmpty ? 200 : 422), "\(request) \(response.text) \(problems)")
            guard !problems.isEmpty else { continue }
            let text = ValidationProblem.json(problems).text
            let actual = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
            let expected = try JSONSerialization.jsonObject(with: Data(response.text.utf8)) as? NSDictionary
            #expect(actual == expected, "\(request)\n  ours \(text)\n  FastAPI \(response.text)")
        }
    }
}
