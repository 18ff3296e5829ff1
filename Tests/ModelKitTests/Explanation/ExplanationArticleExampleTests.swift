import ModelKit
import TestSupport
import Testing

@Suite struct ExplanationArticleExampleTests {
    @Test func `the article's example is this one, and runs`() async throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "ModelKit", source: "Tests/ModelKitTests/Explanation/ExplanationArticleExample.swift",
                number: 2))
        let samples = try TreeSamples(rows: 400, seed: 331)
        let model = try ShapleyTests.boosted(samples)
        try await explain(model, samples.features, against: samples.features.slice(0..<50), labels: samples.labels)
    }
}
