import DataPrep
import Foundation
import Streaming
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        let root = Oracle.packageRoot
        let article = try String(
            contentsOf: root.appending(path: "Sources/Streaming/Streaming.docc/Streaming.md"), encoding: .utf8)
        let source = try String(
            contentsOf: root.appending(path: "Tests/StreamingTests/ArticleExample.swift"), encoding: .utf8)
        let example = try #require(
            article.components(separatedBy: "```swift\n").dropFirst().first?.components(separatedBy: "```").first)
        #expect(example.hasPrefix("func scoreOnMockCluster"))
        #expect(source.hasSuffix(example))
    }

    @Test func exampleScoresTheTable() async throws {
        let table = try TransactionColumns(Sample.transactions(1_000)).recordBatch()
        let statistics = try await scoreOnMockCluster(table, try Sample.model())
        #expect(statistics.delivered == 1_000)
        #expect(statistics.malformed == 0)
    }
}
