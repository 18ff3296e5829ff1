import Columnar
import Features
import Foundation
import JobSupport
import Logging
import Scoring
import ServiceLifecycle
import ServiceSupport
import StorageIO
import Streaming

/// Sends transactions through an in-process Kafka cluster, scores the stream, and checks what comes out.
enum StreamingDemo {
    private struct Score: Decodable {
        var transaction_id: Int64
        var probability: Double
    }

    private static let input = "transactions", output = "scores"

    static func run(
        _ model: FraudModel, _ transactions: [Transaction], expected: [Int64: Double], logger: Logger,
        progress: @escaping WorkProgressHandler
    ) async throws -> QuickstartResult.Streaming {
        let cluster = try await MockKafkaCluster(topics: [input: 6, output: 3])
        try await produce(transactions, to: cluster, logger)
        let stream = ScoringStream(
            cluster.configuration, models: .fixed(model),
            settings: ScoringStreamSettings(
                inputTopic: input, resultTopic: output, end: .afterRecords(transactions.count)),
            logger: logger)
        let watch = Task {
            while !Task.isCancelled {
                let done = stream.statistics
                progress(
                    WorkProgress(
                        done: Int64(done.delivered), total: Int64(transactions.count), unit: "transactions",
                        detail: "lag \(done.lag)"))
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        defer { watch.cancel() }
        try await ServiceRunner.run([stream], logger: logger)
        let statistics = stream.statistics
        let scores = try await consume(transactions.count, from: cluster, logger)
        return QuickstartResult.Streaming(
            transactions: statistics.delivered, transactionsPerSecond: statistics.recordsPerSecond,
            agreement: try agreement(scores, expected))
    }

    private static func produce(
        _ transactions: [Transaction], to cluster: MockKafkaCluster, _ logger: Logger
    ) async throws {
        let producer = try await KafkaProducer(cluster.configuration, logger: logger)
        do {
            try await TransactionProducer(producer, topic: input).send(TransactionColumns(transactions))
        } catch {
            await producer.close()
            throw error
        }
        await producer.close()
    }

    private static func consume(
        _ count: Int, from cluster: MockKafkaCluster, _ logger: Logger
    ) async throws -> [Int64: Double] {
        let consumer = KafkaConsumer(
            cluster.configuration, topics: [output], settings: ConsumerSettings(group: "quickstart"), logger: logger)
        async let running: Void = ServiceRunner.run([consumer], logger: logger)
        var scores: [Int64: Double] = [:]
        let decoder = JSONDecoder()
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                guard let value = batch.value(at: index) else { continue }
                let score = try decoder.decode(Score.self, from: Data(value))
                scores[score.transaction_id] = score.probability
            }
            try await consumer.commit(batch.position)
            // The batches end once the consumer has stopped, which waits until what was read is processed and committed.
            if scores.count >= count { consumer.stop() }
        }
        try await running
        return scores
    }

    /// The stream's scores must equal the batch's bit for bit.
    private static func agreement(_ scores: [Int64: Double], _ expected: [Int64: Double]) throws -> String {
        for (id, probability) in expected {
            guard let score = scores[id] else {
                throw JobError.inconsistentScores("transaction \(id) has no result in the stream")
            }
            guard score == probability else {
                throw JobError.inconsistentScores(
                    "transaction \(id): the stream says \(score), the batch \(probability)")
            }
        }
        return "all \(expected.count) probabilities equal the batch's"
    }
}
