import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "PrometheusExposition"))
    }

    @Test func exampleGivesTheTextOfTheArticle() {
        let text = paymentMetrics([.milliseconds(3), .milliseconds(40)])
        #expect(
            text.hasPrefix(
                """
                # TYPE payment_duration_seconds histogram
                payment_duration_seconds_bucket{le="5e-05"} 0

                """))
        #expect(text.hasSuffix("\n# TYPE payments_total counter\npayments_total{currency=\"EUR\"} 2\n"))
    }
}
