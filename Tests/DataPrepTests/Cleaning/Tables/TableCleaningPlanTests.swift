import Columnar
import DataPrep
import Features
import StorageIO
import TestSupport
import Testing

@Suite struct TableCleaningPlanTests {
    private static let schema = TransactionSchema(
        columns: [
            SchemaColumn("id", .text, role: .id), SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("card", .integer(), role: .key, unknownCodes: ["-1"]),
            SchemaColumn("amount", .float(), role: .amount),
            SchemaColumn("note", .text), SchemaColumn("fraud", .boolean(), role: .label(fraud: ["1"], genuine: ["0"])),
        ])
    private static let header = "id,time,card,amount,note,fraud,extra\n"

    /// A row that breaks no rule, and what is put in its place.
    private static func row(
        _ id: String, card: String = "7", amount: String = "1.5", note: String = "n", fraud: String = "0"
    ) -> String {
        "\(id),2019-08-22 00:00:00,\(card),\(amount),\(note),\(fraud),\(id)!\n"
    }

    private func clean(
        _ text: String, plan: TableCleaningPlan? = nil, custom: [String: TableCleaner.Condition] = [:],
        schema: TransactionSchema = schema, rejects: Bool = false
    ) async throws -> (report: CleaningReport, rows: RecordBatch, rejects: RecordBatch?) {
        let store = InMemoryObjectStore(name: "t")
        let input = ObjectKey.input
        try await store.put(Array(text.utf8), to: input)
        let location = StorageLocation(store: store, uri: try StorageURI("memory://t/rejects.parquet"))
        var plan = plan ?? TableCleaningPlan(for: schema)
        plan.maximumDroppedShare = 1
        let report = try await TableCleaner(schema: schema, plan: plan, custom: custom).clean(
            [StoredObjectInput(store: store, key: input)], to: .file(ObjectKey("out.parquet"), in: store),
            rejects: rejects ? location : nil)
        func read(_ name: String) async throws -> RecordBatch {
            let reader = try await ParquetReader.open(StoredObjectInput(store: store, key: ObjectKey(name)))
            guard reader.rowCount > 0 else { return RecordBatch(empty: reader.schema) }
            return try await reader.read(rowGroup: 0)
        }
        return (report, try await read("out.parquet"), rejects ? try await read("rejects.parquet") : nil)
    }

    private static func ids(_ rows: RecordBatch) throws -> [String] {
        let ids = try rows.column("id")
        return (0..<rows.rowCount).map { ids.text(ofRow: $0, limit: 100) }
    }

    @Test func rowsFallToTheFirstRuleTheyBreak() async throws {
        let text =
            Self.header + Self.row("a") + Self.row("", card: "x", fraud: "1")
            + Self.row("b", card: "x", amount: "-1", fraud: "yes")
            + Self.row("c", card: "-1", amount: "0") + Self.row("d", amount: "0") + Self.row("a", amount: "9")
            + "short,row\n"
            + Self.row("e", note: "") + "\n"
        let (report, rows, rejects) = try await clean(text, rejects: true)
        #expect(try Self.ids(rows) == ["a", "e"])
        #expect(rows.schema.names == ["id", "time", "card", "amount", "note", "fraud", "extra"])
        #expect(try rows.column("extra") == .string(["a!", "e!"]))
        #expect(try rows.column("note") == .string(["n", ""], validity: Bitmap([true, false])))
        #expect(try rows.column("fraud") == .boolean([false, false]))
        #expect(report.rowsRead == 8)
        let expected: [(CleaningRule, Int, Int, Int, String?, String)] = [
            (.malformed, 1, 0, 8, nil, "2 fields, expected 7"), (.missing, 1, 1, 3, "id", ""),
            (.invalid, 1, 1, 4, "card", "x"),
            (.unknownCode, 1, 0, 5, "card", "-1"), (.nonPositiveAmount, 1, 0, 6, "amount", "0"),
            (.duplicate, 1, 0, 7, "id", "a"), (.amountOutlier, 0, 0, 0, nil, ""),
        ]
        #expect(report.rules.map(\.rule) == expected.map(\.0))
        for (rule, dropped, frauds, line, column, value) in expected {
            #expect(report[rule].rows == dropped && report[rule].frauds == frauds, "\(rule)")
            guard dropped > 0 else { continue }
            #expect(
                report[rule].samples == [
                    RejectedRow(input: "memory://t/in.csv", line: line, column: column, value: value)
                ])
        }
        let lines = try #require(rejects)
        #expect(try lines.column("line").int64Values() == [3, 4, 5, 6, 7, 8])
        #expect(lines.columns[5].text(ofRow: 5, limit: 100) == "short,row")
        #expect(try CleaningReport(json: report.json()).tablePlan == report.tablePlan)
        #expect(report.html().contains("a code for unknown"))
    }

    @Test func rulesCanBeAddedAndRemoved() async throws {
        let text = Self.header + (0..<9).map { Self.row("r\($0)", card: "\($0 % 3)", amount: "\($0)") }.joined()
        var plan = TableCleaningPlan(checks: [
            .range(column: "amount", minimum: 2, maximum: 7), .custom(name: "not six"),
        ])
        let custom: [String: TableCleaner.Condition] = [
            "not six": { batch in Bitmap(try batch.column("amount").float64Values().map { $0 != 6 }) }
        ]
        let (report, rows, _) = try await clean(text, plan: plan, custom: custom)
        #expect(try Self.ids(rows) == ["r2", "r3", "r4", "r5", "r7"])
        #expect(report.rules.map(\.rule.rawValue) == ["range of amount", "not six"])
        #expect(report.rules.map(\.rows) == [3, 1])

        plan.checks.append(.duplicate(.columns(["card"])))
        #expect(try await Self.ids(clean(text, plan: plan, custom: custom).rows) == ["r2", "r3", "r4"])
        plan.checks.append(.outlier(.fixed(low: 0, high: 3)))
        let last = try await clean(text, plan: plan, custom: custom)
        #expect(try Self.ids(last.rows) == ["r2", "r3"])
        #expect(last.report[.amountOutlier].samples.first?.value == "4.0")
        // Without rules everything stays; what is not valid is null.
        let all = try await clean(
            Self.header + "a\n" + Self.row("b", card: "x") + "c,,,,,,,,\n", plan: TableCleaningPlan(checks: []))
        #expect(try Self.ids(all.rows) == ["a", "b", "c"])
        #expect(try all.rows.column("card").nullCount == 3)
    }

    @Test func expressionsAreRules() async throws {
        let text =
            Self.header + Self.row("a") + Self.row("b", amount: "20") + Self.row("c", note: "")
            + Self.row("d", note: "bad")
        let plan = TableCleaningPlan(
            checks: [
                .expression(name: "small", try RowExpression("amount < 10 and extra <> 'x'")),
                .expression(name: "note", try RowExpression("note <> 'bad'")),
            ])
        let (report, rows, _) = try await clean(text, plan: plan)
        // A note that is missing is not bad.
        #expect(try Self.ids(rows) == ["a", "c"])
        #expect(report.rules.map(\.rule.rawValue) == ["small", "note"] && report.rules.map(\.rows) == [1, 1])
        #expect(try TableCleaningPlan(json: plan.json()) == plan)
        let error = await #expect(throws: CleaningError.self) {
            let expression = try RowExpression("amuont < 10")
            _ = try await clean(text, plan: TableCleaningPlan(checks: [.expression(name: "small", expression)]))
        }
        #expect(try #require(error).description.contains("rule 'small'"))
        #expect(try #require(error).description.contains("amount"))
    }

    @Test func wholeRowsAreCompared() async throws {
        let text =
            Self.header + Self.row("a") + Self.row("a", note: "m") + Self.row("a") + Self.row("a", note: "")
            + Self.row("a", note: "")
        let (report, rows, _) = try await clean(text, plan: TableCleaningPlan(checks: [.duplicate(.wholeRow)]))
        #expect(rows.rowCount == 3 && report[.duplicate].rows == 2)
        #expect(report[.duplicate].samples.map(\.line) == [4, 6])
    }

    @Test func quotedFieldsMayHoldAnything() async throws {
        let text =
            "id,time,card,amount,note,fraud\r\n"
            + "\"a\",2019-08-22 00:00:00,\"7\",1.5,\"one, \"\"two\"\"\r\nthree\",0\r\n"
            + "b,2019-08-22 00:00:00,x,1,n,0\r\n" + "c,2019-08-22 00:00:00,7,\" 2 \",\"\",0,\r\n"
        let (report, rows, rejects) = try await clean(text, rejects: true)
        #expect(try rows.column("note") == .string(["one, \"two\"\r\nthree", ""], validity: Bitmap([true, false])))
        #expect(try rows.column("amount") == .float64([1.5, 2]))
        // The second row begins in the fourth line.
        #expect(report[.invalid].samples.map(\.line) == [4])
        #expect(try #require(rejects).columns[5].text(ofRow: 0, limit: 100) == "b,2019-08-22 00:00:00,x,1,n,0")
    }

    @Test func schemaAndDataThatDisagreeAreRefused() async throws {
        let error = await #expect(throws: SchemaError.self) {
            try await clean("id,time,card,amuont,note\na,b,c,d,e\n")
        }
        #expect(
            try #require(error).description.contains(
                "memory://t/in.csv: there is no column 'amount' (did you mean 'amuont'?)"))
        await #expect(throws: CleaningError.emptyInput(inputs: ["memory://t/in.csv"])) {
            try await clean(Self.header)
        }
    }

    @Test(
        arguments: [
            ([.duplicate(), .missing()], "'duplicate' comes before"),
            ([.missing(), .missing(columns: ["id"])], "given twice"),
            ([.outlier(.standard), .duplicate()], "come last"), ([.range(column: "amuont")], "did you mean 'amount'?"),
            ([.range(column: "note", minimum: 1)], "no number"), ([.custom(name: "x")], "no condition of that name"),
            ([.missing(columns: ["extr"])], "did you mean 'extra'?"),
        ] as [([CleaningCheck], String)])
    func plansThatMakeNoSenseAreRefused(checks: [CleaningCheck], message: String) async throws {
        let error = await #expect(throws: CleaningError.self) {
            try await clean(Self.header + Self.row("a"), plan: TableCleaningPlan(checks: checks))
        }
        let text = try #require(error).description
        #expect(text.replacing("'", with: "").contains(message.replacing("'", with: "")), "\(text)")
    }

    @Test func plansAreJSON() throws {
        let plan = TableCleaningPlan(
            checks: [
                .malformed, .missing(columns: ["a"]), .invalid(), .unknownCode(), .nonPositiveAmount,
                .range(column: "a", minimum: 1), .custom(name: "mine"), .duplicate(.columns(["a", "b"])),
                .outlier(.interquartile(k: 1.5, side: .both)),
            ], maximumDroppedShare: 0.25)
        #expect(try TableCleaningPlan(json: plan.json()) == plan)
        for key in [CleaningCheck.DuplicateKey.id, .wholeRow] {
            let plan = TableCleaningPlan(checks: [.duplicate(key)])
            #expect(try TableCleaningPlan(json: plan.json()) == plan)
        }
        #expect(
            try TableCleaningPlan(json: Array(#"{"rules": [{"rule": "duplicate"}]}"#.utf8)).checks == [.duplicate(.id)])
        let problems = [
            #"{"rules": [{"rule": "duplicat"}]}"#: "did you mean 'duplicate'?",
            #"{"rules": [{"rule": "range"}]}"#: "'column' is missing",
            #"{"ruels": []}"#: "did you mean 'rules'?",
            #"{"rules": [], "maximum_dropped_share": 2}"#: "expected 0 to 1",
            #"{"rules": [{"rule": "outlier", "fences": "x"}]}"#: "not an outlier rule", "[": "",
            #"{"rules": [{"rule": "expression", "keep": "a <"}]}"#: "a <",
        ]
        for (json, message) in problems {
            let error = #expect(throws: CleaningError.self) { try TableCleaningPlan(json: Array(json.utf8)) }
            #expect(try #require(error).description.contains(message), "\(json)")
        }
    }
}

extension ObjectKey {
    fileprivate static var input: ObjectKey {
        do { return try ObjectKey("in.csv") } catch { preconditionFailure("\(error)") }
    }
}
