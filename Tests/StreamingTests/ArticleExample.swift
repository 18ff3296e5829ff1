import Columnar
import Features
import Scoring
import Streaming

// The article's example, word for word; a test compares the two.
func scoreOnMockCluster(_ table: RecordBatch, _ model: FraudModel) async throws -> ScoringStatistics {
    let cluster = try await MockKafkaCluster(topics: ["transactions": 6, "scores": 6])

    let producer = try await KafkaProducer(cluster.configuration)
    try await TransactionProducer(producer, topic: "transactions").send(TransactionColumns(table))
    await producer.close()

    let settings = ScoringStreamSettings(
        inputTopic: "transactions", resultTopic: "scores",
        consumer: ConsumerSettings(group: "antifraud-scoring"), end: .atEndOfTopic)
    let stream = ScoringStream(cluster.configuration, models: .fixed(model), settings: settings)
    try await stream.run()
    return stream.statistics
}
