import Columnar
import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// The cleaner against an independent program on the same dirt.
@Suite struct CleanerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var form = "raw"
        var outliers = "iqr:1.5"
        var wholeRows = false
        var ids = "near"
        var repair = false
        var threads = 2
        var rows = 6000

        var testDescription: String {
            "\(form) \(outliers) \(wholeRows ? "whole rows " : "")\(ids) \(repair) \(threads)"
        }
    }

    static let cases = [
        Case(), Case(form: "crlf", outliers: "log-iqr:3:upper", repair: true), Case(form: "csv", outliers: "z-score:2"),
        Case(form: "gzip", outliers: "mad:3"), Case(form: "zstd", outliers: "quantile:0.05:0.95", threads: 3),
        Case(form: "parquet", outliers: "fixed:5:120"),
        Case(form: "parquet-text", outliers: "iqr:1.5:upper", threads: 1),
        Case(outliers: "none", wholeRows: true), Case(outliers: "log-iqr:1", ids: "far"),
        Case(form: "zstd", outliers: "mad:4:upper", wholeRows: true, ids: "far", threads: 1),
        Case(outliers: "z-score:1:upper", rows: 1), Case(outliers: "iqr:1.5", rows: 2),
    ]

    @Test(.needs(.python), arguments: cases)
    func keepsWhatTheRulesKeep(_ test: Case) async throws {
        let folder = try TemporaryFolder()
        try CleaningOracle.generate(
            in: folder, form: test.form, rows: test.rows, seed: 17, outliers: test.outliers,
            duplicates: test.wholeRows ? "row" : "id", ids: test.ids, repair: test.repair)
        let plan = CleaningPlan(
            outliers: try OutlierRule(parsing: test.outliers), duplicates: test.wholeRows ? .wholeRow : .transactionID,
            repairsTimeDays: test.repair, maximumDroppedShare: 1)
        // Everything in memory; small blocks; and so little memory that rows and keys wait in temporary files.
        for budget in [Int.max, 50_000, 0] {
            var options = CleaningOptions(threads: test.threads, rowGroupRows: budget == 0 ? 500 : 1 << 19)
            if budget < .max {
                options.blockBytes = budget == 0 ? 3000 : 20_000
                options.waitingBudget = budget
                options.keyBudget = budget
            }
            let store = try LocalObjectStore(folder: folder.url.path(percentEncoded: false))
            let output = try ObjectKey("out/clean.parquet")
            let report = try await Cleaner(plan: plan, options: options).clean(
                try CleanerTests.keys(in: folder), in: store, to: .file(output, in: store))
            #expect(try CleaningOracle.differences(in: folder, folder.path(output.path)) == "")
            let counts = try CleaningOracle.counts(in: folder)
            for rule in CleaningRule.allCases {
                #expect([report[rule].rows, report[rule].frauds] == counts[rule.rawValue], "\(rule)")
                #expect(report[rule].samples.count == min(5, report[rule].rows))
            }
            #expect([report.rowsKept, report.fraudsKept] == counts["kept"])
            #expect(report.rowsRead == counts["read"]?.first)
            #expect(report.inputs.reduce(0) { $0 + $1.rows } == report.rowsRead)
            #expect(report.histogram.reduce(0) { $0 + $1.after } == report.rowsKept)
            #expect(
                report.histogram.reduce(0) { $0 + $1.before } == report.rowsKept + report[.amountOutlier].rows)
            #expect(try CleaningReport(json: try report.json()) == report)
            if budget == 0, report.rowsKept > 100 { #expect(report.spilledBytes > 0) }
        }
    }

    static func keys(in folder: TemporaryFolder) throws -> [ObjectKey] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted()
            .filter { !$0.hasPrefix("expected") && $0 != "out" }.map { try ObjectKey($0) }
    }

    /// Cleans a text; the output is read back.
    static func clean(
        _ text: String, plan: CleaningPlan = CleaningPlan(outliers: .none, maximumDroppedShare: 1),
        options: CleaningOptions = CleaningOptions()
    ) async throws -> (report: CleaningReport, rows: RecordBatch) {
        let store = InMemoryObjectStore()
        let key = try ObjectKey("clean.parquet")
        let report = try await Cleaner(plan: plan, options: options).clean(
            [InMemoryInput(Array(text.utf8), name: "t.txt")], to: .file(key, in: store))
        let reader = try await ParquetReader.open(try await StoredObjectInput(store: store, key: key))
        var batches: [RecordBatch] = []
        for try await batch in reader.batches() { batches.append(batch) }
        return (report, try RecordBatch.concatenating(batches, schema: reader.schema))
    }

    static let header =
        "# tranaction_id | tx_datetime | customer_id | terminal_id | tx_amount | tx_time_seconds | tx_time_days | tx_fraud | tx_fraud_scenario\n"

    static func row(_ id: Int, amount: String = "1.50", customer: String = "5", fraud: Int = 0) -> String {
        "\(id),2019-08-22 00:00:31,\(customer),3156,\(amount),31,0,\(fraud),0\n"
    }

    @Test func samplesSayWhere() async throws {
        let text =
            Self.header + Self.row(0) + "1,2\n" + "\n" + Self.row(2, amount: "Err", fraud: 1)
            + Self.row(3, amount: "x") + Self.row(4, customer: "-9999") + Self.row(5, amount: "-1") + Self.row(0)
            + Self.row(6, amount: "1000", fraud: 1)
        let plan = CleaningPlan(outliers: try OutlierRule(parsing: "fixed:0:100"))
        for block in [1 << 20, 20] {
            var options = CleaningOptions()
            options.blockBytes = block
            let report = try await Self.clean(text, plan: plan, options: options).report
            func sample(_ rule: CleaningRule) -> RejectedRow? { report[rule].samples.first }
            #expect(
                sample(.malformed) == RejectedRow(input: "t.txt", line: 3, column: nil, value: "2 fields, expected 9"))
            #expect(sample(.missing) == RejectedRow(input: "t.txt", line: 5, column: "tx_amount", value: "Err"))
            #expect(sample(.invalid) == RejectedRow(input: "t.txt", line: 6, column: "tx_amount", value: "x"))
            #expect(
                sample(.unknownCustomer) == RejectedRow(input: "t.txt", line: 7, column: "customer_id", value: "-9999"))
            #expect(
                sample(.nonPositiveAmount) == RejectedRow(input: "t.txt", line: 8, column: "tx_amount", value: "-1.0"))
            #expect(sample(.duplicate) == RejectedRow(input: "t.txt", line: 9, column: "transaction_id", value: "0"))
            #expect(
                sample(.amountOutlier) == RejectedRow(input: "t.txt", line: 10, column: "tx_amount", value: "1000.0"))
            #expect(report.rowsRead == 8 && report.rowsKept == 1 && report[.missing].frauds == 1)
            #expect(report[.amountOutlier].frauds == 1)
            let page = report.html()
            #expect(page.contains("fixed:0:100") && page.contains("unknownCustomer") && !page.contains("<script"))
        }
    }

    @Test(.needs(.python)) func quartilesAreThoseOfNumpy() async throws {
        var random = SeededGenerator(seed: 5)
        for count in [1, 2, 3, 4, 5, 10, 1001] {
            // Few distinct values, close together, and far ones.
            let amounts = (0..<count).map { _ in
                [Double.random(in: 1e-300...1e300, using: &random), .random(in: 1...1.000001, using: &random), 2, 7.25]
                    .randomElement(using: &random) ?? 1
            }
            let text = Self.header + amounts.enumerated().map { Self.row($0, amount: "\($1)") }.joined()
            let result = try await Self.clean(text).report.amounts
            let expected = try Oracle.json(
                [Double].self,
                "import sys, json, numpy as np\nprint(json.dumps(list(np.quantile(json.loads(sys.argv[1]), [.25, .5, .75]))))",
                ["\(amounts)"])
            #expect([result?.firstQuartile, result?.median, result?.thirdQuartile] == expected.map { $0 })
        }
    }
}
