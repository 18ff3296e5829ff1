import CoreMetrics
import DataPrep
import Foundation
import Logging
import Parallelism
import Scoring
import ServiceLifecycle
import Streaming
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ScoringStreamTests {
    private static func settings(
        group: String = "scoring", end: ScoringStreamSettings.End = .atEndOfTopic, deadLetters: String? = nil,
        batchMessages: Int = 2_000
    ) -> ScoringStreamSettings {
        ScoringStreamSettings(
            deadLetterTopic: deadLetters, consumer: Sample.settings(group: group, batchMessages: batchMessages),
            end: end,
            commitInterval: .milliseconds(50))
    }

    /// Whatever order the partitions are read in, and also when those that run ahead must be paused.
    @Test(arguments: [(1, 2_000), (6, 2_000), (6, 50)])
    func scoresAsTheBatchEngineDoes(partitions: Int, batchMessages: Int) async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": partitions, "scores": 3])
        let transactions = Sample.transactions(20_000)
        try await cluster.send(transactions)
        let stream = ScoringStream(
            cluster.configuration, models: .fixed(try Sample.model()),
            settings: Self.settings(batchMessages: batchMessages))
        try await stream.run()
        let results = try await cluster.results(count: 20_000)
        #expect(results.count == 20_000)
        let expected = try Sample.batchScores(transactions)
        let differing = results.filter { expected[$0.transaction_id] != $0.probability }
        #expect(differing.count == 0)
        #expect(results.allSatisfy { ($0.probability >= 0.5) == ($0.prediction == 1) })
        let statistics = stream.statistics
        #expect(statistics.records == 20_000)
        #expect(statistics.delivered == 20_000)
        #expect(statistics.malformed == 0)
        #expect(statistics.lag == 0)
        #expect(statistics.skippedOffsets == 0)
        #expect(statistics.predictedFrauds == results.count { $0.prediction == 1 })
    }

    @Test func malformedMessagesAreCountedAndKept() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1, "malformed": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        var batch = MessageBatch()
        let good =
            #"{"transaction_id":7,"tx_datetime":"2019-08-22 00:00:31","customer_id":596,"terminal_id":3156,"#
            + #""tx_amount":57.16,"tx_time_seconds":31,"tx_time_days":0,"tx_fraud":0,"tx_fraud_scenario":0}"#
        let bad: [String] = [
            "", "{", "null", "[]", "\u{0}", good + "x", good.replacing("57.16", with: "\"Err\""),
            good.replacing("00:00:31", with: "24:00:00"), good.replacing("\"customer_id\":596,", with: ""),
        ]
        for text in bad.prefix(4) { batch.append(key: "k".utf8, value: text.utf8) }
        batch.append(key: "596".utf8, value: good.utf8)
        for text in bad.dropFirst(4) { batch.append(value: text.utf8) }
        batch.append(value: [0xFF, 0xFE])
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()
        let stream = ScoringStream(
            cluster.configuration, models: .fixed(try Sample.model()), settings: Self.settings(deadLetters: "malformed")
        )
        try await stream.run()
        #expect(stream.statistics.records == 11)
        #expect(stream.statistics.malformed == 10)
        #expect(try await cluster.results(count: 1).map(\.transaction_id) == [7])
        // Dead letters arrive byte for byte.
        let consumer = KafkaConsumer(
            cluster.configuration, topics: ["malformed"], settings: Sample.settings(group: "dead letters"))
        async let running: Void = consumer.run()
        var deadLetters: [[UInt8]] = []
        for try await batch in consumer.batches {
            deadLetters += (0..<batch.count).map { Array(batch.value(at: $0) ?? []) }
            if deadLetters.count == 10 { consumer.stop() }
        }
        try await running
        #expect(deadLetters == bad.map { Array($0.utf8) } + [[0xFF, 0xFE]])
    }

    @Test func aKilledStreamLosesNothing() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 3, "scores": 3])
        let transactions = Sample.transactions(10_000)
        try await cluster.send(transactions)
        let settings = Self.settings(batchMessages: 500)
        let model = ModelSource.fixed(try Sample.model())
        // Killed after some results, while others are in flight.
        let first = ScoringStream(cluster.configuration, models: model, settings: settings)
        let running = Task { try await first.run() }
        while first.statistics.delivered < 2_000 { try await Task.sleep(for: .milliseconds(1)) }
        running.cancel()
        let outcome = await running.result
        if case .success = outcome { #expect(first.statistics.delivered == 10_000) }
        // The next one continues after the committed offsets, and together they scored everything.
        let second = ScoringStream(cluster.configuration, models: model, settings: settings)
        try await second.run()
        #expect(second.statistics.records < 10_000)
        let results = try await cluster.results(count: first.statistics.delivered + second.statistics.delivered)
        #expect(Set(results.map(\.transaction_id)) == Set(0..<10_000))
    }

    @Test func endsAfterTheRequestedRecordsAndContinuesThere() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 2, "scores": 1])
        try await cluster.send(Sample.transactions(5_000))
        let model = ModelSource.fixed(try Sample.model())
        let first = ScoringStream(
            cluster.configuration, models: model, settings: Self.settings(end: .afterRecords(1_234), batchMessages: 500)
        )
        try await first.run()
        #expect(first.statistics.delivered == 1_234)
        let second = ScoringStream(cluster.configuration, models: model, settings: Self.settings())
        try await second.run()
        #expect(second.statistics.delivered == 5_000 - 1_234)
        #expect(Set(try await cluster.results(count: 5_000).map(\.transaction_id)).count == 5_000)
    }

    @Test func aNewModelTakesOverBetweenBatches() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        let (models, continuation) = AsyncThrowingStream<FraudModel, any Error>.makeStream()
        continuation.yield(try Sample.model())
        let stream = ScoringStream(
            cluster.configuration, models: ModelSource { models }, settings: Self.settings(end: .afterRecords(2_000)))
        let running = Task { try await stream.run() }
        let transactions = Sample.transactions(2_000)
        try await cluster.send(Array(transactions[..<1_000]))
        while stream.statistics.delivered < 1_000 { try await Task.sleep(for: .milliseconds(10)) }
        continuation.yield(try Sample.model(sign: -1))
        try await Task.sleep(for: .milliseconds(200))
        try await cluster.send(Array(transactions[1_000...]))
        try await running.value
        #expect(stream.statistics.modelReplacements == 1)
        // The history went on: the second half differs from the first model's scores by the sign only.
        let expected = try Sample.batchScores(transactions)
        for result in try await cluster.results(count: 2_000) {
            let before = try #require(expected[result.transaction_id])
            if result.transaction_id < 1_000 {
                #expect(result.probability == before)
            } else {
                let logit = { (p: Double) in 1 - log(1 / p - 1) }
                #expect(abs(logit(result.probability) + logit(before)) < 1e-6)
            }
        }
    }

    @Test func failuresEndTheStream() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        try await cluster.send(Sample.transactions(10))
        let model = ModelSource.fixed(try Sample.model())
        var settings = Self.settings()
        settings.inputTopic = "no-such"
        let missing = ScoringStream(cluster.configuration, models: model, settings: settings)
        let error = await #expect(throws: KafkaError.self) { try await missing.run() }
        #expect(error.map { "\($0)" }?.contains("'no-such'") == true)
        let empty = ModelSource { AsyncThrowingStream { $0.finish() } }
        let none = ScoringStream(cluster.configuration, models: empty, settings: Self.settings())
        await #expect(throws: NoModelError.self) { try await none.run() }
    }

    /// What the group's coordinator refuses during a rebalance is read again by the partitions' next owner.
    @Test func aRefusedCommitDuringARebalanceEndsNothing() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 4, "scores": 1])
        let model = ModelSource.fixed(try Sample.model())
        let transactions = Sample.transactions(4_000)
        var settings = Self.settings(end: .never, batchMessages: 500)
        // Nothing is committed but by the revocation.
        settings.commitInterval = .seconds(3_600)
        let first = ScoringStream(
            cluster.configuration, models: model, settings: settings,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await first.run() }
        try await cluster.send(Array(transactions[..<2_000]))
        while first.statistics.delivered < 2_000 { try await Task.sleep(for: .milliseconds(10)) }
        // ILLEGAL_GENERATION.
        cluster.failNext(.offsetCommit, codes: [22])
        let second = ScoringStream(cluster.configuration, models: model, settings: settings)
        let runningToo = Task { try await second.run() }
        // The second member reads what was not committed of the partitions that it gets.
        while second.statistics.delivered == 0 { try await Task.sleep(for: .milliseconds(10)) }
        let before = first.statistics.delivered
        try await cluster.send(Array(transactions[2_000...]))
        while first.statistics.delivered == before { try await Task.sleep(for: .milliseconds(10)) }
        first.stop()
        second.stop()
        try await running.value
        try await runningToo.value
    }

    @Test func aMemberWithoutPartitionsIsAtTheEnd() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        let model = ModelSource.fixed(try Sample.model())
        try await cluster.send(Sample.transactions(100))
        let first = ScoringStream(cluster.configuration, models: model, settings: Self.settings(end: .never))
        let running = Task { try await first.run() }
        while first.statistics.delivered < 100 { try await Task.sleep(for: .milliseconds(10)) }
        let second = ScoringStream(
            cluster.configuration, models: model, settings: Self.settings(end: .atEndOfTopic),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        // One of the two gets the partition; the other one has none. Both have read everything.
        try await second.run()
        #expect(first.statistics.records + second.statistics.records == 100)
        first.stop()
        try await running.value
    }

    @Test func gracefulShutdownCommitsWhatIsDelivered() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 2, "scores": 1])
        let model = ModelSource.fixed(try Sample.model())
        let metrics = TestMetrics()
        let stream = ScoringStream(
            cluster.configuration, models: model, settings: Self.settings(end: .never), metrics: metrics)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: stream)], logger: Logger(label: "test")))
        let running = Task { try await group.run() }
        try await cluster.send(Sample.transactions(3_000))
        while stream.statistics.delivered < 3_000 { try await Task.sleep(for: .milliseconds(10)) }
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(metrics.total("stream_records") == 3_000)
        // Nothing is left for the next one.
        let second = ScoringStream(cluster.configuration, models: model, settings: Self.settings())
        try await second.run()
        #expect(second.statistics.records == 0)
    }
}

/// Sums what counters count.
final class TestMetrics: MetricsFactory {
    private final class Sum: CounterHandler, RecorderHandler, TimerHandler {
        let total = Atomic<Int64>(0)

        func increment(by amount: Int64) { total.wrappingAdd(amount, ordering: .relaxed) }
        func reset() { total.store(0, ordering: .relaxed) }
        func record(_ value: Int64) { total.store(value, ordering: .relaxed) }
        func record(_ value: Double) { record(Int64(value)) }
        func recordNanoseconds(_ duration: Int64) { increment(by: duration) }
    }

    private let sums = Lock<[String: Sum]>([:])

    func total(_ label: String) -> Int64? { sums.withLock { $0[label]?.total.load(ordering: .relaxed) } }

    private func sum(_ label: String) -> Sum {
        sums.withLock { sums in
            let sum = sums[label] ?? Sum()
            sums[label] = sum
            return sum
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { sum(label) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        sum(label)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { sum(label) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
