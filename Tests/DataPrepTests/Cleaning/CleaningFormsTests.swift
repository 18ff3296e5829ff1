import Columnar
import DataPrep
import StorageIO
import TestSupport
import Testing

/// The same rows in the forms of many programs' exports give the same table.
@Suite struct CleaningFormsTests {
    private static let names =
        "transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_time_seconds,tx_time_days,tx_fraud,tx_fraud_scenario"

    private static func rows(
        time: (String) -> String = { $0 }, fraud: (Bool) -> String = { $0 ? "1" : "0" }, close: String = ""
    ) -> [String] {
        [names]
            + (0..<40).map {
                let second = $0 < 10 ? "0\($0)" : "\($0)"
                return "\($0),\(time("2019-08-22 00:00:\(second)")),5,7,1.5,\($0),0,\(fraud($0 % 8 == 0)),0\(close)"
            }
    }

    private static let plain = rows().joined(separator: "\n")

    private func check(_ rows: [String], end: String = "\n", _ form: String) async throws {
        let (report, table) = try await CleanerTests.clean(rows.joined(separator: end))
        #expect(report.rowsRead == 40 && report.rowsKept == 40 && report.fraudsKept == 5, "\(form)")
        #expect(try await table == CleanerTests.clean(Self.plain).rows, "\(form)")
    }

    @Test func timesOfWarehouses() async throws {
        for form in [" UTC", ".000 +0000", ".000 Z", ".0000000 +00:00", "+00", "z", "Z"] {
            try await check(Self.rows(time: { $0 + form }), form)
        }
        try await check(Self.rows(time: { $0.replacing(" ", with: "t") }), "t")
        try await check(Self.rows(time: { $0.replacing(" ", with: "t") + "z" }), "t z")
        try await check(Self.rows(time: { $0.replacing("-", with: "/") }), "/")
        try await check(Self.rows(time: { $0.replacing(" 00:", with: " 03:") + " +03:00" }), "+03:00")
        try await check(Self.rows(time: { $0.replacing("22 00:", with: "21 19:") + " -0500" }), "-0500")
    }

    @Test func labelsOfManyPrograms() async throws {
        for (yes, no) in [
            ("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("t", "f"), ("yes", "no"), ("Y", "N"),
            ("1.0", "0.0"),
        ] {
            try await check(Self.rows(fraud: { $0 ? yes : no }), yes)
        }
    }

    @Test func endsOfLines() async throws {
        for end in ["\n", "\r\n", "\r", "\r\r\n"] {
            try await check(Self.rows(), end: end, "\(Array(end.utf8))")
            try await check(Self.rows(close: ","), end: end, "closed, \(Array(end.utf8))")
        }
    }

    @Test func rejectedFraudsAreCountedInEveryForm() async throws {
        let text = Self.names + "\n1,2019-08-22 00:00:31,5,7,,31,0,true,1\n2,2019-08-22 00:00:31,5,7,1.5,31,0,0,0\n"
        #expect(try await CleanerTests.clean(text).report[.missing].frauds == 1)
    }

    @Test func linesOfJSON() async throws {
        func object(_ row: String, quoting: Set<String>) -> String {
            let members = zip(Self.names.split(separator: ","), row.split(separator: ",")).map { name, value in
                "\"\(name)\": " + (quoting.contains(String(name)) ? "\"\(value)\"" : "\(value)")
            }
            return "{\"other\": [1], " + members.joined(separator: ", ") + "}"
        }
        let rows = Self.rows(fraud: { $0 ? "true" : "false" }).dropFirst()
        for quoting in [["tx_datetime"], Self.names.split(separator: ",").map(String.init)] {
            try await check(rows.map { object($0, quoting: Set(quoting)) }, "\(quoting)")
        }
        try await check(rows.map { object($0, quoting: ["tx_datetime"]) }, end: "\r\n\r\n", "blank lines")
    }

    @Test func rowsOfJSONAreDroppedByTheirRules() async throws {
        func object(_ id: String, amount: String = "1.5", fraud: String = "0") -> String {
            """
            {"tx_fraud": \(fraud), "tx_amount": \(amount), "transaction_id": \(id), "tx_datetime": "2019-08-22 00:00:31", \
            "customer_id": 5, "terminal_id": 7, "tx_time_seconds": 31, "tx_time_days": 0, "tx_fraud_scenario": 0}

            """
        }
        let text =
            object("9007199254740993") + object("2", amount: "null") + object("3", amount: "\"x\"")
            + object("4", amount: "-1") + object("5.0", fraud: "true") + object("5") + object("6.5")
        let (report, rows) = try await CleanerTests.clean(text)
        #expect(report.rowsRead == 7 && report.rowsKept == 2 && report.fraudsKept == 1)
        #expect(report[.missing].rows == 1 && report[.nonPositiveAmount].rows == 1)
        #expect(report[.invalid].rows == 2 && report[.duplicate].rows == 1)
        #expect(
            report[.invalid].samples.map(\.line) == [3, 7] && report[.invalid].samples.map(\.value) == ["x", "6.5"])
        #expect(try rows.column("transaction_id").int64Values() == [9_007_199_254_740_993, 5])
        let error = await #expect(throws: JSONLinesError.self) { try await CleanerTests.clean(text + "{\"a\":") }
        #expect(error == .incompleteObject(file: "t.txt", line: 8))
        let missing = await #expect(throws: CleaningError.self) { try await CleanerTests.clean("{\"tx_fraud\":1}\n") }
        guard case .missingColumn(_, "transaction_id", ["tx_fraud"]) = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
    }

    /// pandas writes integers as decimal numbers when one of them is missing.
    @Test func wholeNumbersOfParquet() async throws {
        let store = InMemoryObjectStore()
        let input = try ObjectKey("in.parquet"), output = try ObjectKey("out.parquet")
        let batch = try RecordBatch([
            ("transaction_id", .float64([1, 2, 3, 0x1p53])), ("tx_datetime", .timestamp([0, 1, 2, 3])),
            ("customer_id", .float64([5, 5.5, 5, 5])), ("terminal_id", .float32([7, 7, 7, 7])),
            ("tx_amount", .float64([1.5, 1.5, 1.5, 1.5])), ("tx_time_seconds", .int64([0, 0, 0, 0])),
            ("tx_time_days", .int32([0, 0, 0, 0])), ("tx_fraud", .float64([1, 0, .nan, 0])),
            ("tx_fraud_scenario", .int32([0, 0, 0, 0])),
        ])
        let writer = ParquetWriter(to: try await store.write(input), schema: batch.schema)
        try await writer.write(batch)
        try await writer.finish()
        let report = try await Cleaner(plan: CleaningPlan(outliers: .none, maximumDroppedShare: 1)).clean(
            [input], in: store, to: .file(output, in: store))
        #expect(report.rowsKept == 1 && report.fraudsKept == 1)
        #expect(report[.invalid].rows == 2 && report[.missing].rows == 1)
    }

    @Test func customersAreUnknownInAnyOrder() async throws {
        var plan = CleaningPlan(outliers: .none)
        plan.unknownCustomers.append(-5_000_000)
        plan.unknownCustomers.insert(77, at: 0)
        let text =
            CleanerTests.header
            + [1, 77, -9999, -5_000_000, -999_999, 5, 6, 8, 9].enumerated()
            .map { CleanerTests.row($0.offset, customer: "\($0.element)") }.joined()
        let report = try await CleanerTests.clean(text, plan: plan).report
        #expect(report[.unknownCustomer].rows == 4 && report.rowsKept == 5)
    }

    @Test func slotsOfKeysThatAgreeInSomeBitsAreSpread() {
        var random = SeededGenerator(seed: 8)
        // A round of 64 takes keys that agree in their low bits, a partition those that agree in their high ones.
        let keys = (0..<1_000).map { _ in
            UInt64.random(in: 0...UInt64.max, using: &random) & 0x00FF_FFFF_FFFF_FFC0 | 0x5A00_0000_0000_0005
        }
        let slots = Set(keys.map { KeySlots.first(of: $0, slots: 2048) })
        // Drawn at random, 1,000 of 2,048 slots are 791 different ones on average.
        #expect(slots.count > 740)
    }
}
