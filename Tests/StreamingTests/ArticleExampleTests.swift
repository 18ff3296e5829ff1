import Features
import Streaming
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExamples() throws {
        #expect(try Article.holdsCompiledExample(module: "Streaming"))
        #expect(
            try Article.holdsCompiledExample(
                module: "Streaming", source: "Tests/StreamingTests/ArticleExampleConsumer.swift", number: 1))
    }

    @Test func exampleScoresTheTable() async throws {
        let table = try TransactionColumns(Sample.transactions(1_000)).recordBatch()
        let statistics = try await scoreOnMockCluster(table, try Sample.model())
        #expect(statistics.delivered == 1_000)
        #expect(statistics.malformed == 0)
    }

    @Test(.timeLimit(.minutes(1))) func exampleConsumerReadsAndCommits() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 2])
        try await Sample.fill(cluster, "t", 0..<500)
        let values = try await firstValues(500, of: "t", cluster.configuration, settings: Sample.settings())
        #expect(Set(values) == Set((0..<500).map { "\($0)" }))
        // The group continues where it stopped.
        try await Sample.fill(cluster, "t", 500..<600)
        let later = try await firstValues(100, of: "t", cluster.configuration, settings: Sample.settings())
        #expect(Set(later) == Set((500..<600).map { "\($0)" }))
    }
}
