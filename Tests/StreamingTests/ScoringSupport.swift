import Features
import Foundation
import ModelKit
import Scoring
import Streaming
import TestSupport

/// The logistic function of a weighted sum of all features: sensitive to each of them.
struct WeightedSum: BinaryClassifier {
    let featureNames: [String]
    var sign: Float = 1

    func probability(row: UnsafeBufferPointer<Float>) -> Double {
        var sum: Float = 0
        for (index, value) in row.enumerated() { sum += value * sign / Float(10 * (index + 1)) }
        return 1 / (1 + exp(-Double(sum) / 10 + 1))
    }

    func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try requireFeatures(features)
        return (0..<features.rowCount).map { row in
            let values = features.columns.map { $0[row] }
            return values.withUnsafeBufferPointer { probability(row: $0) }
        }
    }

    var featureImportance: [Double] { featureNames.map { _ in 1 / Double(featureNames.count) } }
}

extension Sample {
    static func model(sign: Float = 1) throws -> FraudModel {
        let pipeline = FeaturePipeline(.windows)
        return try FraudModel(
            features: .pipeline(pipeline), classifier: WeightedSum(featureNames: pipeline.names, sign: sign),
            provenance: ModelProvenance(createdAt: "2020-01-01T00:00:00Z", data: "test", rows: 0))
    }

    /// Transactions of forty days in the order of their times.
    static func transactions(_ count: Int, seed: UInt64 = 1) -> [Transaction] {
        var generator = SeededGenerator(seed: seed)
        let start: Int64 = 1_566_432_000
        var seconds = (0..<count).map { _ in Int64.random(in: 0..<40 * 86_400, using: &generator) }
        seconds.sort()
        return seconds.enumerated().map { index, second in
            Transaction(
                transactionID: Int64(index), dateTime: (start + second) * 1_000_000,
                customerID: Int64.random(in: 0..<200, using: &generator),
                terminalID: Int64.random(in: 0..<100, using: &generator),
                amount: Double(Int.random(in: 1..<30_000, using: &generator)) / 100, timeSeconds: second,
                timeDays: Int32(second / 86_400), fraud: Int.random(in: 0..<50, using: &generator) == 0 ? 1 : 0,
                fraudScenario: 0)
        }
    }

    /// The scores that the batch engine gives, by transaction.
    static func batchScores(_ transactions: [Transaction]) throws -> [Int64: Double] {
        var scorer = try BatchScorer(try model())
        let scores = try scorer.score(try TransactionColumns(transactions).recordBatch())
        return Dictionary(uniqueKeysWithValues: zip(transactions.map(\.transactionID), scores.probabilities))
    }
}

/// A result as any other program reads it.
struct Result: Decodable, Hashable {
    let transaction_id: Int64
    let probability: Double
    let prediction: Int
}

extension MockKafkaCluster {
    /// All results in a topic, read by a separate consumer.
    func results(_ topic: String = "scores", count: Int) async throws -> [Result] {
        let consumer = KafkaConsumer(
            configuration, topics: [topic], settings: Sample.settings(group: "reader of \(topic)"))
        async let running: Void = consumer.run()
        var results: [Result] = []
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                let value = batch.value(at: index) ?? []
                results.append(try JSONDecoder().decode(Result.self, from: Data(value)))
            }
            if results.count >= count { consumer.stop() }
        }
        try await running
        return results
    }

    func send(_ transactions: [Transaction], topic: String = "transactions") async throws {
        let producer = try await KafkaProducer(configuration)
        try await TransactionProducer(producer, topic: topic).send(TransactionColumns(transactions))
        await producer.close()
    }
}
