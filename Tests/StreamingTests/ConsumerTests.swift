import Foundation
import Logging
import ServiceLifecycle
import Streaming
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConsumerTests {
    /// Reads a topic in a separate group until `count` messages came; commits nothing.
    static func readAll(_ cluster: MockKafkaCluster, _ topic: String, count: Int) async throws -> [Int] {
        let consumer = KafkaConsumer(
            cluster.configuration, topics: [topic], settings: Sample.settings(group: "reader of \(topic)"))
        async let running: Void = consumer.run()
        var numbers: [Int] = []
        for try await batch in consumer.batches {
            numbers += Sample.numbers(batch)
            if numbers.count >= count { consumer.stop() }
        }
        try await running
        return numbers
    }

    @Test func readsWhatWasWrittenInOrderPerKey() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 6])
        try await Sample.fill(cluster, "t", 0..<100_000)
        let numbers = try await Self.readAll(cluster, "t", count: 100_000)
        #expect(numbers.count == 100_000)
        #expect(Set(numbers).count == 100_000)
        var last = [Int](repeating: -1, count: 100)
        for number in numbers {
            #expect(number > last[number % 100])
            last[number % 100] = number
        }
    }

    @Test func aMessageMayHaveNoTimestamp() {
        #expect(Date(kafkaTimestamp: -1) == nil)
        #expect(Date(kafkaTimestamp: 0) == Date(timeIntervalSince1970: 0))
        #expect(Date(kafkaTimestamp: 1_566_432_031_250) == Date(timeIntervalSince1970: 1_566_432_031.25))
    }

    @Test func batchesSayWhereMessagesAreFrom() async throws {
        let cluster = try await MockKafkaCluster(topics: ["a": 1, "b": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        var batch = MessageBatch()
        batch.append(key: "k".utf8, value: "v".utf8)
        batch.append(key: "".utf8, value: "".utf8)
        batch.append(value: "without key".utf8)
        let start = Date.now
        try await producer.produce(batch, to: "a").confirm()
        try await producer.produce(batch, to: "b").confirm()
        await producer.close()
        let consumer = KafkaConsumer(cluster.configuration, topics: ["a", "b"], settings: Sample.settings())
        async let running: Void = consumer.run()
        var seen: [TopicPartition: [String]] = [:]
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                let key = batch.key(at: index).map { String(decoding: $0, as: UTF8.self) } ?? "-"
                let value = batch.value(at: index).map { String(decoding: $0, as: UTF8.self) } ?? "-"
                seen[batch.partition(at: index), default: []].append(
                    "\(batch.messages[index].offset) \(key)=\(value)")
                let timestamp = try #require(batch.messages[index].timestamp)
                #expect(abs(timestamp.timeIntervalSince(start)) < 60)
            }
            if seen.values.reduce(0, { $0 + $1.count }) == 6 { consumer.stop() }
        }
        try await running
        let expected = ["0 k=v", "1 =", "2 -=without key"]
        #expect(seen == [TopicPartition("a", 0): expected, TopicPartition("b", 0): expected])
    }

    @Test func whatIsNotCommittedIsReadAgain() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 2])
        try await Sample.fill(cluster, "t", 0..<2_000)
        var committed: Set<Int> = []
        let settings = Sample.settings(batchMessages: 100)
        // The first consumer commits some batches and dies while it holds another one.
        let first = KafkaConsumer(cluster.configuration, topics: ["t"], settings: settings)
        let running = Task { try await first.run() }
        var batches = 0
        for try await batch in first.batches {
            batches += 1
            if batches == 8 { break }
            try await first.commit(batch.position)
            committed.formUnion(Sample.numbers(batch))
        }
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        await #expect(throws: ConsumerEndedError.self) { try await first.commit(ConsumerPosition()) }
        // The second gets all the rest, and nothing of what was committed.
        let second = KafkaConsumer(cluster.configuration, topics: ["t"], settings: settings)
        async let runningAgain: Void = second.run()
        var rest: Set<Int> = []
        for try await batch in second.batches {
            rest.formUnion(Sample.numbers(batch))
            if rest.count >= 2_000 - committed.count { second.stop() }
        }
        try await runningAgain
        #expect(committed.count >= 7)
        #expect(committed.isDisjoint(with: rest))
        #expect(committed.union(rest) == Set(0..<2_000))
    }

    @Test(arguments: [ConsumerSettings.Assignment.range, .cooperativeSticky])
    func twoMembersShareAndTakeOver(_ assignment: ConsumerSettings.Assignment) async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 4])
        let producer = try await KafkaProducer(cluster.configuration)
        let settings = Sample.settings(assignment: assignment, batchMessages: 500)
        let first = KafkaConsumer(cluster.configuration, topics: ["t"], settings: settings)
        let second = KafkaConsumer(cluster.configuration, topics: ["t"], settings: settings)
        let tally = Tally()
        let firstTask = Task { try await first.run() }
        let secondTask = Task { try await second.run() }
        let readers = [(0, first), (1, second)].map { index, consumer in
            Task {
                for try await batch in consumer.batches {
                    await tally.add(index, batch)
                    try? await consumer.commit(batch.position)
                }
            }
        }
        try await within(.seconds(30)) {
            var next = 0
            // Continues until both hold partitions.
            while await !tally.bothRead {
                try await producer.produce(Sample.batch(next..<next + 200), to: "t").confirm()
                next += 200
                try await Task.sleep(for: .milliseconds(50))
            }
            // One dies without leaving the group; the other one takes over.
            firstTask.cancel()
            try await producer.produce(Sample.batch(next..<next + 2_000), to: "t").confirm()
            next += 2_000
            while await tally.numbers.count < next { try await Task.sleep(for: .milliseconds(20)) }
            #expect(await tally.numbers == Set(0..<next))
        }
        second.stop()
        try await secondTask.value
        for reader in readers { _ = await reader.result }
        await producer.close()
    }

    @Test func aSlowReaderPausesTheConsumerAndLosesNothing() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 3])
        try await Sample.fill(cluster, "t", 0..<5_000)
        let consumer = KafkaConsumer(
            cluster.configuration, topics: ["t"], settings: Sample.settings(batchMessages: 400))
        async let running: Void = consumer.run()
        var numbers: [Int] = []
        var isFirst = true
        for try await batch in consumer.batches {
            numbers += Sample.numbers(batch)
            // Long enough for fetching to be paused.
            if isFirst { try await Task.sleep(for: .milliseconds(1_500)) }
            isFirst = false
            if numbers.count >= 5_000 { consumer.stop() }
        }
        try await running
        #expect(numbers.sorted() == Array(0..<5_000))
        #expect(consumer.skippedOffsets == 0)
    }

    @Test func lagGoesDownToZero() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 2])
        try await Sample.fill(cluster, "t", 0..<3_000)
        let consumer = KafkaConsumer(
            cluster.configuration, topics: ["t"], settings: Sample.settings(batchMessages: 500))
        async let running: Void = consumer.run()
        var lags: [Int64] = []
        var count = 0
        for try await batch in consumer.batches {
            count += batch.count
            lags.append(consumer.lag.total)
            if count == 3_000 {
                while consumer.lag.total > 0 { try await Task.sleep(for: .milliseconds(20)) }
                consumer.stop()
            }
        }
        try await running
        #expect(lags.contains { $0 > 0 })
    }

    @Test func gracefulShutdownDrainsAndCommits() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 2])
        try await Sample.fill(cluster, "t", 0..<4_000)
        let settings = Sample.settings(batchMessages: 100)
        let consumer = KafkaConsumer(cluster.configuration, topics: ["t"], settings: settings)
        let tally = Tally()
        let reader = Task {
            for try await batch in consumer.batches {
                try await Task.sleep(for: .milliseconds(30))
                await tally.add(0, batch)
                try await consumer.commit(batch.position)
            }
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: consumer)], logger: Logger(label: "test")))
        let running = Task { try await group.run() }
        while await tally.numbers.count < 500 { try await Task.sleep(for: .milliseconds(10)) }
        await group.triggerGracefulShutdown()
        try await running.value
        try await reader.value
        let first = await tally.numbers
        // Another one continues exactly where the first one stopped.
        let rest = try await within(.seconds(20)) {
            let second = KafkaConsumer(cluster.configuration, topics: ["t"], settings: settings)
            async let runningAgain: Void = second.run()
            var rest: [Int] = []
            for try await batch in second.batches {
                rest += Sample.numbers(batch)
                if rest.count >= 4_000 - first.count { second.stop() }
            }
            try await runningAgain
            return rest
        }
        #expect(Set(rest).isDisjoint(with: first))
        #expect(Set(rest).union(first) == Set(0..<4_000))
    }

    @Test func cancellationEndsSoon() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let consumer = KafkaConsumer(cluster.configuration, topics: ["t"], settings: Sample.settings())
        let reader = Task { for try await _ in consumer.batches {} }
        let running = Task { try await consumer.run() }
        try await Task.sleep(for: .milliseconds(500))
        let start = ContinuousClock.now
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        #expect(start.duration(to: .now) < .seconds(20))
        await #expect(throws: CancellationError.self) { try await reader.value }
    }

    /// A cancellation at any moment of waiting for a batch ends it.
    @Test func readingCanBeCancelledAtAnyMoment() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let consumer = KafkaConsumer(cluster.configuration, topics: ["t"], settings: Sample.settings())
        for _ in 0..<2_000 {
            let task = Task.detached {
                var batches = consumer.batches.makeAsyncIterator()
                return try await batches.next()
            }
            await Task.yield()
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
        }
    }

    @Test func anUnknownTopicAndUnreachableBrokersAreNamed() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 1])
        let missing = KafkaConsumer(cluster.configuration, topics: ["no-such"], settings: Sample.settings())
        let error = await #expect(throws: KafkaError.self) { try await missing.run() }
        #expect(error.map { "\($0)" }?.contains("'no-such'") == true)
        var settings = Sample.settings()
        settings.startTimeout = .milliseconds(600)
        let nobody = KafkaConsumer(
            KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"]), topics: ["t"], settings: settings,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let unreachable = await #expect(throws: KafkaError.self) { try await nobody.run() }
        #expect(unreachable?.isRetriable == true)
    }
}

/// Which member read what.
actor Tally {
    private(set) var numbers: Set<Int> = []
    private var partitionsOf: [Int: Set<TopicPartition>] = [:]

    func add(_ reader: Int, _ batch: ConsumedBatch) {
        numbers.formUnion(Sample.numbers(batch))
        partitionsOf[reader, default: []].formUnion((0..<batch.count).map { batch.partition(at: $0) })
    }

    /// Whether both members have read something.
    var bothRead: Bool { partitionsOf.count == 2 }
}
