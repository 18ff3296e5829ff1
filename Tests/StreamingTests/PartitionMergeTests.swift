import Streaming
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PartitionMergeTests {
    /// A partition with nothing but malformed messages has no time: the others wait for it only so long.
    @Test(arguments: [(20, false), (1_500, true)])
    func malformedMessagesDoNotHoldOthersUp(malformed: Int, passes: Bool) async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "broken": 1])
        try await Sample.fill(cluster, "broken", 0..<malformed)
        let producer = try await KafkaProducer(cluster.configuration)
        var batch = MessageBatch()
        batch.append(
            key: "1".utf8,
            value: #"""
                {"transaction_id": 1, "tx_datetime": "2019-08-22 00:00:31", "customer_id": 596, "terminal_id": 3156,
                "tx_amount": 57.16, "tx_time_seconds": 31, "tx_time_days": 0}
                """#.utf8)
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()

        let consumer = KafkaConsumer(
            cluster.configuration, topics: ["transactions", "broken"], settings: Sample.settings())
        async let running: Void = consumer.run()
        var merge = PartitionMerge(alignment: .seconds(3_600))
        var count = 0
        for try await batch in consumer.batches {
            merge.append(batch)
            count += batch.count
            if count == malformed + 1 { consumer.stop() }
        }
        try await running
        let bound = merge.bound(waitingFor: [TopicPartition("transactions", 0), TopicPartition("broken", 0)])
        // 2019-08-22 00:00:31, in microseconds.
        #expect((bound >= 1_566_432_031_000_000) == passes)
    }
}
