import Logging
import Streaming
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProducerTests {
    @Test func reportsEachMessageOfOverlappingBatches() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 3])
        let producer = try await KafkaProducer(cluster.configuration)
        var deliveries: [Delivery] = []
        for part in 0..<10 {
            deliveries.append(try await producer.produce(Sample.batch(part * 5_000..<(part + 1) * 5_000), to: "t"))
        }
        for delivery in deliveries {
            let report = try await delivery.report()
            #expect(report.deliveredCount == 5_000)
            #expect(report.failures.isEmpty)
        }
        await producer.close()
    }

    /// A broker with user and password is refused before librdkafka takes a part of the password for a host.
    @Test(arguments: [["user:Win@ter@127.0.0.1:1"], ["127.0.0.1:1", "user:Win", "ter@127.0.0.1:1"]])
    func passwordsOfBrokersAreNotShown(_ servers: [String]) async {
        let configuration = KafkaConfiguration(bootstrapServers: servers)
        let error = await #expect(throws: KafkaError.self) { try await KafkaProducer(configuration) }
        for text in ["\(configuration)", error.map { "\($0)" } ?? ""] {
            #expect(!text.contains("Win") && !text.contains("ter@"), "\(text)")
        }
    }

    @Test func anEmptyBatchIsDeliveredAtOnce() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        let report = try await producer.produce(MessageBatch(), to: "t").report()
        #expect(report.messageCount == 0 && report.failures.isEmpty)
        await producer.close()
    }

    @Test func waitsForRoomWhenTheQueueIsFull() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["t": 1])
        let settings = ProducerSettings(queueMessages: 1_000)
        let producer = try await KafkaProducer(cluster.configuration, settings: settings)
        cluster.setBrokerDown(1)
        // Fits.
        let first = try await producer.produce(Sample.batch(0..<900), to: "t")
        // Does not: the call returns only after the broker is back.
        async let second = producer.produce(Sample.batch(900..<5_000), to: "t")
        await #expect(throws: KafkaError.self) { try await producer.flush(within: .milliseconds(300)) }
        cluster.setBrokerUp(1)
        try await first.confirm()
        let report = try await second.report()
        #expect(report.deliveredCount == 4_100)
        await producer.close()
    }

    @Test func aWaitingBatchCanBeCancelled() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["t": 1])
        let producer = try await KafkaProducer(cluster.configuration, settings: ProducerSettings(queueMessages: 100))
        cluster.setBrokerDown(1)
        let accepted = try await producer.produce(Sample.batch(0..<100), to: "t")
        let waiting = Task { try await producer.produce(Sample.batch(100..<500), to: "t") }
        let flushing = Task { try await producer.flush(within: .seconds(60)) }
        let reporting = Task { try await accepted.report() }
        try await Task.sleep(for: .milliseconds(200))
        let start = ContinuousClock.now
        waiting.cancel()
        flushing.cancel()
        reporting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await #expect(throws: CancellationError.self) { try await flushing.value }
        await #expect(throws: CancellationError.self) { try await reporting.value }
        // Uncancelled, they would wait for a minute.
        #expect(start.duration(to: .now) < .seconds(20))
        // Nothing can be delivered: closing gives up at its limit and says so.
        await producer.close(within: .milliseconds(100))
        #expect(try await accepted.report().failures.count == 100)
        await #expect(throws: KafkaError.self) { try await producer.produce(Sample.batch(0..<1), to: "t") }
    }

    /// Also one that is not first in the queue, and one that is cancelled before it begins.
    @Test func anyWaitingBatchCanBeCancelled() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["t": 1])
        let producer = try await KafkaProducer(cluster.configuration, settings: ProducerSettings(queueMessages: 100))
        try await producer.produce(Sample.batch(0..<1), to: "t").confirm()
        cluster.setBrokerDown(1)
        let head = Task { try await producer.produce(Sample.batch(0..<200), to: "t") }
        try await Task.sleep(for: .milliseconds(100))
        let tasks = (0..<50).map { _ in Task { try await producer.produce(Sample.batch(200..<300), to: "t") } }
        for task in tasks {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        // The head still waits: uncancelled, it ends with the producer.
        await producer.close(within: .zero)
        await #expect(throws: KafkaError.self) { try await head.value }
    }

    /// A cancellation at any moment of the call ends it: none is lost between the check and the wait.
    @Test func reportsCanBeCancelledAtAnyMoment() async throws {
        let cluster = try await MockKafkaCluster(brokers: 1, topics: ["t": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        cluster.setBrokerDown(1)
        let delivery = try await producer.produce(Sample.batch(0..<1), to: "t")
        for _ in 0..<2_000 {
            let task = Task.detached { try await delivery.report() }
            await Task.yield()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        await producer.close(within: .zero)
    }

    @Test func injectedErrorsAreRetriedInOrder() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let producer = try await KafkaProducer(
            cluster.configuration, settings: ProducerSettings(batchMessages: 100))
        // NOT_LEADER_FOR_PARTITION, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT.
        cluster.failNext(.produce, codes: [6, 19, 7, 6])
        try await producer.produce(Sample.batch(0..<5_000), to: "t").confirm()
        await producer.close()
        #expect(try await ConsumerTests.readAll(cluster, "t", count: 5_000) == Array(0..<5_000))
    }

    @Test func aRefusedMessageIsReportedWithItsIndex() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let producer = try await KafkaProducer(
            KafkaConfiguration(bootstrapServers: cluster.bootstrapServers, properties: ["message.max.bytes": "1000"]))
        var batch = MessageBatch()
        batch.append(value: "fits".utf8)
        batch.append(value: [UInt8](repeating: 1, count: 5_000))
        batch.append(value: "fits too".utf8)
        let report = try await producer.produce(batch, to: "t").report()
        #expect(report.deliveredCount == 2)
        let failure = try #require(report.failures.first)
        #expect(failure.index == 1)
        #expect(failure.error.name == "MSG_SIZE_TOO_LARGE")
        #expect(failure.error.kind == .permanent)
        #expect(throws: DeliveryError.self) { try report.requireComplete(topic: "t") }
        await producer.close()
    }

    @Test func aFatalErrorEndsTheProducer() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        // OUT_OF_ORDER_SEQUENCE_NUMBER cannot be retried by an idempotent producer that has acknowledged messages.
        try await producer.produce(Sample.batch(0..<10), to: "t").confirm()
        cluster.failNext(.produce, codes: [45])
        let report = try await producer.produce(Sample.batch(10..<20), to: "t").report()
        #expect(report.failures.count == 10)
        let error = await #expect(throws: KafkaError.self) {
            for _ in 0..<100 {
                _ = try await producer.produce(Sample.batch(20..<30), to: "t")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        #expect(error?.isFatal == true)
        await producer.close()
    }

    @Test func brokerDownAndUpLosesNothing() async throws {
        let cluster = try await MockKafkaCluster(brokers: 3, topics: ["t": 3])
        let producer = try await KafkaProducer(cluster.configuration)
        try await producer.produce(Sample.batch(0..<1_000), to: "t").confirm()
        cluster.setBrokerDown(2)
        let delivery = try await producer.produce(Sample.batch(1_000..<4_000), to: "t")
        try await Task.sleep(for: .milliseconds(300))
        cluster.setBrokerUp(2)
        try await delivery.confirm()
        await producer.close()
        #expect(try await ConsumerTests.readAll(cluster, "t", count: 4_000).sorted() == Array(0..<4_000))
    }

    @Test func secretsStayOutOfTexts() async throws {
        let secret = "p4ss-word-of-nobody"
        var configuration = KafkaConfiguration(
            bootstrapServers: ["127.0.0.1:1"],
            properties: [
                "security.protocol": "sasl_plaintext", "sasl.mechanisms": "PLAIN", "sasl.username": "u",
                "sasl.password": secret,
            ])
        #expect(!"\(configuration)".contains(secret))
        #expect(!String(reflecting: [configuration]).contains(secret))
        configuration.properties["sasl.mechanisms"] = secret
        let error = await #expect(throws: KafkaError.self) { try await KafkaProducer(configuration) }
        let text = try #require(error.map { "\($0)" })
        #expect(text.contains("[hidden]"))
        #expect(!text.contains(secret))
    }

    @Test func settingsThatCannotBePassedThroughAreNamed() async throws {
        let configuration = KafkaConfiguration(
            bootstrapServers: ["127.0.0.1:1"], properties: ["enable.idempotence": "false"])
        let error = await #expect(throws: KafkaError.self) { try await KafkaProducer(configuration) }
        #expect(error?.kind == .configuration)
        #expect(error?.reason.contains("enable.idempotence") == true)
        await #expect(throws: KafkaError.self) {
            try await KafkaProducer(KafkaConfiguration(bootstrapServers: []))
        }
        await #expect(throws: KafkaError.self) {
            try await KafkaProducer(
                KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"], properties: ["no.such.property": "1"]))
        }
    }
}
