import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import TestSupport
import Testing

/// Cleaning by schemas against an independent program.
@Suite(.needs(.python)) struct TableCleanerTests {
    private static let layouts: [(name: String, text: String)] = [
        ("sparkov", SchemaLayouts.sparkov), ("paysim", SchemaLayouts.paysim), ("ulb", SchemaLayouts.ulb),
        ("ieee", SchemaLayouts.ieee), ("german", SchemaLayouts.german),
    ]

    private static func schema(_ text: String) async throws -> TransactionSchema {
        var schema = try SchemaProposal(await ProfileFixture.profile(text), overrides: SchemaOverrides()).schema
        // Some values are outside: the oracle's dirt has them.
        if let amount = schema.columns.firstIndex(where: { $0.role == .amount }) {
            schema.columns[amount].minimum = nil
        }
        return schema
    }

    @Test(
        arguments: layouts.map(\.name),
        [
            (form: "csv", blockBytes: 2 << 20, waiting: 1 << 28), (form: "csv", blockBytes: 4096, waiting: 1 << 16),
            (form: "csv", blockBytes: 700, waiting: 0), (form: "jsonl", blockBytes: 5000, waiting: 0),
            (form: "parquet", blockBytes: 4096, waiting: 1 << 16),
        ])
    func rowsAndCountsAgree(layout: String, run: (form: String, blockBytes: Int, waiting: Int)) async throws {
        let text = try #require(Self.layouts.first { $0.name == layout }).text
        let schema = try await Self.schema(text)
        let folder = try TemporaryFolder()
        let counts = try TableCleaningOracle.generate(in: folder, text, schema, form: run.form, seed: run.blockBytes)
        var options = CleaningOptions(threads: 3)
        options.blockBytes = run.blockBytes
        options.waitingBudget = run.waiting
        options.keyBudget = run.waiting == 0 ? 1 : nil
        let store = try LocalObjectStore(folder: folder.url.path(percentEncoded: false))
        let report = try await TableCleaner(schema: schema, options: options).clean(
            [StoredObjectInput(store: store, key: ObjectKey("in.csv"))], to: .file(ObjectKey("out.parquet"), in: store))
        for outcome in report.rules {
            #expect([outcome.rows, outcome.frauds] == counts[outcome.rule.rawValue], "\(outcome.rule)")
        }
        #expect(report.rowsRead - report.rowsKept == report.rules.reduce(0) { $0 + $1.rows })
        #expect(try TableCleaningOracle.differences(in: folder, "out.parquet") == "")
        #expect(run.waiting > 0 || report.spilledBytes > 0)
    }
}
