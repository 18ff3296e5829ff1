import DataPrep
import Features
import Testing

@Suite struct HandbookSchemaTests {
    @Test func labelsAreThoseThatCleaningReads() async throws {
        guard case .label(let fraud, let genuine) = TransactionSchema.handbook.column(.label)?.role else {
            Issue.record("no label")
            return
        }
        let texts = fraud + genuine
        var rows = TransactionColumn.allCases.map(\.name).joined(separator: ",") + "\n"
        for (id, text) in texts.enumerated() { rows += "\(id),2019-08-22 00:00:31,5,6,7.5,31,0,\(text),0\n" }
        let (report, table) = try await CleanerTests.clean(rows)
        #expect(report.rowsKept == texts.count)
        #expect(try TransactionColumns(table).fraud == fraud.map { _ in 1 } + genuine.map { _ in 0 })
    }

    @Test func unknownCustomersAreThoseThatCleaningDrops() {
        let codes = TransactionSchema.handbook.column(named: "customer_id")?.unknownCodes ?? []
        #expect(Set(codes.compactMap { Int64($0) }) == Set(CleaningPlan().unknownCustomers))
    }
}
