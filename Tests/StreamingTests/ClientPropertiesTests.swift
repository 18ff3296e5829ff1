import Logging
import Streaming
import Testing

/// What a properties file may contain, and what would break a guarantee.
@Suite(.timeLimit(.minutes(1)))
struct ClientPropertiesTests {
    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    @Test(arguments: [
        ("client.id", "fraud-1"), ("compression.type", "zstd"), ("compression.codec", "gzip"), ("linger.ms", "50"),
        ("queue.buffering.max.ms", "50"), ("message.timeout.ms", "60000"), ("delivery.timeout.ms", "60000"),
        ("batch.size", "16384"), ("batch.num.messages", "100"), ("enable.idempotence", "true"), ("acks", "all"),
        ("acks", "-1"), ("partitioner", "consistent_random"), ("message.max.bytes", "2000000"),
        ("queue.buffering.max.messages", "1000"),
        // Consumer properties are ignored here.
        ("auto.offset.reset", "latest"), ("group.id", "g"), ("enable.auto.commit", "true"),
        ("session.timeout.ms", "6000"),
    ])
    func producersTake(name: String, value: String) async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        var configuration = cluster.configuration
        configuration.properties[name] = value
        let producer = try await KafkaProducer(configuration)
        try await producer.produce(Sample.batch(0..<10), to: "t").confirm()
        await producer.close()
    }

    @Test(arguments: [
        ("enable.idempotence", "false"), ("acks", "1"), ("request.required.acks", "0"), ("partitioner", "random"),
        ("transactional.id", "t"), ("delivery.report.only.error", "true"), ("bootstrap.servers", "elsewhere:9092"),
        ("metadata.broker.list", "elsewhere:9092"), ("client.id", "a\0b"), ("no.such.property", "1"),
    ])
    func producersRefuse(name: String, value: String) async throws {
        let configuration = KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"], properties: [name: value])
        let error = await #expect(throws: KafkaError.self) { try await KafkaProducer(configuration) }
        #expect(error?.kind == .configuration)
        #expect(error?.reason.contains(name) == true, "\(error?.reason ?? "")")
    }

    @Test(arguments: [
        ("client.id", "fraud-1"), ("auto.offset.reset", "smallest"), ("session.timeout.ms", "5000"),
        ("partition.assignment.strategy", "cooperative-sticky"), ("isolation.level", "read_uncommitted"),
        ("enable.auto.commit", "false"), ("enable.auto.commit", "0"), ("max.poll.interval.ms", "600000"),
        ("fetch.wait.max.ms", "50"),
        // Producer properties are ignored here.
        ("acks", "1"), ("compression.type", "zstd"), ("linger.ms", "50"), ("transactional.id", "t"),
    ])
    func consumersTake(name: String, value: String) async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        try await Sample.fill(cluster, "t", 0..<10)
        var configuration = cluster.configuration
        configuration.properties[name] = value
        let consumer = KafkaConsumer(configuration, topics: ["t"], settings: Sample.settings(), logger: Self.quiet)
        async let running: Void = consumer.run()
        for try await batch in consumer.batches where !batch.isEmpty { consumer.stop() }
        try await running
    }

    @Test(arguments: [
        ("enable.auto.commit", "true"), ("auto.commit.enable", "true"), ("enable.auto.offset.store", "TRUE"),
        ("enable.partition.eof", "false"), ("offset.store.method", "file"), ("group.id", "another"),
    ])
    func consumersRefuse(name: String, value: String) async throws {
        let configuration = KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"], properties: [name: value])
        let consumer = KafkaConsumer(configuration, topics: ["t"], settings: Sample.settings(), logger: Self.quiet)
        let error = await #expect(throws: KafkaError.self) { try await consumer.run() }
        #expect(error?.kind == .configuration)
        #expect(error?.reason.contains(name) == true, "\(error?.reason ?? "")")
    }

    /// They override the settings, under any of their names.
    @Test func propertiesPrevail() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["t": 1])
        var configuration = cluster.configuration
        configuration.properties["delivery.timeout.ms"] = "300"
        let producer = try await KafkaProducer(configuration)
        cluster.setBrokerDown(1)
        let report = try await producer.produce(Sample.batch(0..<1), to: "t").report()
        #expect(report.failures.first?.error.name == "_MSG_TIMED_OUT")
        await producer.close(within: .zero)
        cluster.setBrokerUp(1)
        // Without a committed offset there is no position to start from.
        configuration = cluster.configuration
        configuration.properties["auto.offset.reset"] = "error"
        let consumer = KafkaConsumer(configuration, topics: ["t"], settings: Sample.settings(), logger: Self.quiet)
        let error = await #expect(throws: KafkaError.self) { try await consumer.run() }
        #expect(error?.name == "_AUTO_OFFSET_RESET")
    }

    /// Also where a combining mark follows a secret.
    @Test func secretsBesideCombiningMarksStayHidden() async throws {
        let configuration = KafkaConfiguration(
            bootstrapServers: ["127.0.0.1:1"],
            properties: [
                "security.protocol": "sasl_plaintext", "sasl.username": "u", "sasl.password": "p4ss-word-e",
                "sasl.mechanisms": "p4ss-word-e\u{301}",
            ])
        let error = await #expect(throws: KafkaError.self) { try await KafkaProducer(configuration) }
        // By bytes, as a terminal shows them.
        let text = Array((error?.reason ?? "").utf8)
        func holds(_ part: String) -> Bool { text.indices.contains { text[$0...].starts(with: part.utf8) } }
        #expect(holds("[hidden]"))
        #expect(!holds("p4ss-word-e"))
    }

    @Test func brokersAreCheckedBeforeTheWork() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        try await cluster.configuration.check(topics: ["t"], logger: Self.quiet)
        let nobody = KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"])
        let error = await #expect(throws: KafkaError.self) {
            try await nobody.check(within: .milliseconds(700), logger: Self.quiet)
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("127.0.0.1:1") && text.contains("refused"), "\(text)")
        let checking = Task { try await nobody.check(within: .seconds(3_600), logger: Self.quiet) }
        checking.cancel()
        await #expect(throws: CancellationError.self) { try await checking.value }
    }
}
