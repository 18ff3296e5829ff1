import Logging
import Scoring
import Streaming
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DeadLetterTests {
    /// A message as it was read.
    struct ReceivedMessage: Hashable {
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [MessageHeader]

        func text(_ name: String) -> String? {
            headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    static func read(
        _ cluster: MockKafkaCluster, _ topic: String, group: String = "reader", count: Int
    ) async throws -> [ReceivedMessage] {
        let consumer = KafkaConsumer(
            cluster.configuration, topics: [topic], settings: Sample.settings(group: "\(group) of \(topic)"))
        async let running: Void = consumer.run()
        var deadLetters: [ReceivedMessage] = []
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                deadLetters.append(
                    ReceivedMessage(
                        key: batch.key(at: index).map { Array($0) }, value: batch.value(at: index).map { Array($0) },
                        headers: batch.headers(at: index)))
            }
            if deadLetters.count >= count { consumer.stop() }
        }
        try await running
        return deadLetters
    }

    private static func stream(
        _ configuration: KafkaConfiguration, group: String = "scoring", metrics: TestMetrics = TestMetrics()
    ) throws -> ScoringStream {
        ScoringStream(
            configuration, models: .fixed(try Sample.model()),
            settings: ScoringStreamSettings(
                deadLetterTopic: "rejected", consumer: Sample.settings(group: group), end: .atEndOfTopic),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), metrics: metrics)
    }

    @Test func keepWhatTheMessageHadAndSayWhatIsWrong() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1, "rejected": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        let headers = [
            MessageHeader("trace", "4bf92f35"), MessageHeader("trace", [UInt8]()), MessageHeader("none", nil),
            MessageHeader("bytes", [0, 0xFF]),
        ]
        var batch = MessageBatch()
        batch.append(key: Array("k".utf8), value: nil, headers: headers)
        batch.append(key: nil, value: Array("{".utf8), headers: [])
        batch.append(key: [], value: [], headers: [])
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()
        // Headers arrive as they were sent.
        #expect(try await Self.read(cluster, "transactions", count: 3).map(\.headers) == [headers, [], []])
        try await Self.stream(cluster.configuration).run()
        let deadLetters = try await Self.read(cluster, "rejected", count: 3)
        #expect(deadLetters.map(\.key) == [Array("k".utf8), nil, []])
        #expect(deadLetters.map(\.value) == [nil, Array("{".utf8), []])
        #expect(Array(deadLetters[0].headers.prefix(4)) == headers)
        for (offset, deadLetter) in deadLetters.enumerated() {
            #expect(deadLetter.text("__connect.errors.topic") == "transactions")
            #expect(deadLetter.text("__connect.errors.partition") == "0")
            #expect(deadLetter.text("__connect.errors.offset") == "\(offset)")
            #expect(deadLetter.text("__connect.errors.exception.message")?.contains("the text ends early") == true)
            #expect(deadLetter.text("antifraud.original.value.size") == nil)
        }
    }

    @Test func onesThatAreTooLargeForTheProducerAreCut() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1, "rejected": 1])
        try await cluster.send(Array(Sample.transactions(2).prefix(1)))
        var large = cluster.configuration
        large.properties["message.max.bytes"] = "9000000"
        let producer = try await KafkaProducer(large)
        let value = Array(#"{"x":""#.utf8) + [UInt8](repeating: 0x79, count: 2_000_000)
        var batch = MessageBatch()
        batch.append(key: Array("k".utf8), value: value, headers: [MessageHeader("trace", "1")])
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()
        try await cluster.send(Array(Sample.transactions(2).suffix(1)))

        let metrics = TestMetrics()
        let stream = try Self.stream(cluster.configuration, metrics: metrics)
        try await stream.run()
        #expect(stream.statistics.records == 3 && stream.statistics.delivered == 3)
        #expect(stream.statistics.cutDeadLetters == 1 && stream.statistics.undeliverable == 0)
        #expect(metrics.total("stream_dead_letters_cut") == 1)
        #expect(try await cluster.results(count: 2).count == 2)
        let deadLetter = try #require(try await Self.read(cluster, "rejected", count: 1).first)
        #expect(deadLetter.key == Array("k".utf8))
        #expect(deadLetter.value == Array(value.prefix(1_000)))
        #expect(deadLetter.text("trace") == "1")
        #expect(deadLetter.text("__connect.errors.offset") == "1")
        #expect(deadLetter.text("antifraud.original.value.size") == "\(value.count)")
        // Nothing is left for the next start.
        let again = try Self.stream(cluster.configuration)
        try await again.run()
        #expect(again.statistics.records == 0)
    }

    @Test func theSmallestLimitLeavesTheirPosition() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1, "rejected": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        var batch = MessageBatch()
        batch.append(key: [UInt8](repeating: 0x6B, count: 5_000), value: [UInt8](repeating: 0x20, count: 5_000))
        batch.append(value: "{".utf8)
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()
        var small = cluster.configuration
        small.properties["message.max.bytes"] = "1000"
        let stream = try Self.stream(small)
        try await stream.run()
        #expect(stream.statistics.delivered == 2 && stream.statistics.undeliverable == 0)
        let deadLetters = try await Self.read(cluster, "rejected", count: 2)
        #expect(Set(deadLetters.compactMap { $0.text("__connect.errors.offset") }) == ["0", "1"])
        let bare = try #require(deadLetters.first { $0.text("__connect.errors.offset") == "0" })
        #expect(bare.key == nil && bare.value == nil)
        #expect(bare.text("antifraud.original.key.size") == "5000")
        #expect(bare.text("antifraud.original.value.size") == "5000")
    }

    /// The brokers' limit may be below the producer's, and applies to whole requests.
    @Test func requestsThatBrokersRefuseGoAgainInParts() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["transactions": 1, "scores": 1, "rejected": 1])
        try await cluster.send(Sample.transactions(100))
        // MSG_SIZE_TOO_LARGE for the first two requests with results.
        cluster.failNext(.produce, codes: [10, 10])
        let stream = try Self.stream(cluster.configuration)
        try await stream.run()
        #expect(stream.statistics.delivered == 100 && stream.statistics.undeliverable == 0)
        #expect(Set(try await cluster.results(count: 100).map(\.transaction_id)) == Set(0..<100))
    }

    @Test func aDeadLetterThatBrokersRefuseIsSkipped() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["transactions": 1, "scores": 1, "rejected": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        var batch = MessageBatch()
        batch.append(value: "{".utf8)
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()
        // TOPIC_AUTHORIZATION_FAILED.
        cluster.failNext(.produce, codes: [29])
        let metrics = TestMetrics()
        let stream = try Self.stream(cluster.configuration, metrics: metrics)
        try await stream.run()
        #expect(stream.statistics.delivered == 1 && stream.statistics.undeliverable == 1)
        #expect(metrics.total("stream_undeliverable") == 1)
        let again = try Self.stream(cluster.configuration)
        try await again.run()
        #expect(again.statistics.records == 0)
    }

    /// Results are what the stream is for: if none is accepted, it ends, and commits nothing.
    @Test func resultsThatATopicRefusesEndTheStream() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["transactions": 1, "scores": 1, "rejected": 1])
        try await cluster.send(Sample.transactions(10))
        cluster.failNext(.produce, codes: [29])
        let refused = try Self.stream(cluster.configuration)
        await #expect(throws: DeliveryError.self) { try await refused.run() }
        let again = try Self.stream(cluster.configuration)
        try await again.run()
        #expect(again.statistics.records == 10)
    }
}
