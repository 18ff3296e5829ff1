import Features
import Foundation
import Scoring
import Streaming
import Testing

/// Results with digests of the features.
@Suite(.timeLimit(.minutes(1))) struct StreamDigestTests {
    private struct DigestedResult: Decodable {
        let transaction_id: Int64
        let prediction: Int
        let feature_digest: String?
    }

    private func results(digests: Bool, _ transactions: [Transaction]) async throws -> [DigestedResult] {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 3, "scores": 2])
        try await cluster.send(transactions)
        let settings = ScoringStreamSettings(
            consumer: Sample.settings(group: "scoring"), end: .atEndOfTopic, commitInterval: .milliseconds(50),
            featureDigests: digests)
        try await ScoringStream(cluster.configuration, models: .fixed(try Sample.model()), settings: settings).run()
        let consumer = KafkaConsumer(
            cluster.configuration, topics: ["scores"], settings: Sample.settings(group: "reader of digests"))
        async let running: Void = consumer.run()
        var results: [DigestedResult] = []
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                let value = Data(batch.value(at: index) ?? [])
                results.append(try JSONDecoder().decode(DigestedResult.self, from: value))
            }
            if results.count == transactions.count { consumer.stop() }
        }
        try await running
        return results
    }

    @Test func resultsHaveTheDigestsOfTheBatch() async throws {
        let transactions = Sample.transactions(3_000)
        var batch = try BatchScorer(try Sample.model(), digests: true)
        let scores = try await batch.score(try TransactionColumns(transactions).recordBatch())
        let digests = try #require(scores.featureDigests)
        let expected = Dictionary(
            uniqueKeysWithValues: zip(transactions.map(\.transactionID), digests.map(\.description)))
        let results = try await results(digests: true, transactions)
        #expect(Set(results.map(\.transaction_id)).count == transactions.count)
        #expect(results.allSatisfy { $0.feature_digest == expected[$0.transaction_id] })
    }

    @Test func resultsHaveNoneUnlessAskedFor() async throws {
        let results = try await results(digests: false, Sample.transactions(200))
        #expect(results.count == 200 && results.allSatisfy { $0.feature_digest == nil })
    }
}
