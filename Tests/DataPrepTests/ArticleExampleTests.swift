import Columnar
import DataPrep
import StorageIO
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "DataPrep"))
    }

    @Test func exampleCleansAndDescribes() async throws {
        let folder = try TemporaryFolder()
        let stores = ObjectStoreRegistry()
        let simulator = try HandbookSimulator(options: .scaled(toTransactions: 20_000, days: 35))
        let raw = try stores.resolve(folder.path("raw"))
        let truth = try await DirtWriter(simulator: simulator, rates: DirtRates(each: 1e-3)).write(to: raw, threads: 2)
        let (report, features) = try await cleanAndDescribe(raw, to: stores.resolve(folder.path("clean.parquet")))
        #expect(report.rowsRead == truth.lines)
        #expect(report.rowsKept < truth.transactions && report.rowsKept > truth.transactions * 95 / 100)
        #expect(features.count == 15 && features.allSatisfy { $0.count == report.rowsKept })
    }
}
