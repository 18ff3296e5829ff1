import Columnar
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "Columnar"))
    }

    @Test func exampleSkipsMissingValues() throws {
        let batch = try RecordBatch([
            ("tx_time_days", .int32([1, 2, 2, 2])),
            ("tx_amount", .float64([100, 10, 0, 30], validity: Bitmap([true, true, false, true]))),
        ])
        #expect(try amountsOfDay(batch, day: 2) == (20, 1))
        #expect(try amountsOfDay(batch, day: 9) == (0, 0))
    }
}
