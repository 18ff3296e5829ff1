import Features
import Logging
import Scoring
import Streaming
import Testing

/// Frauds become known late, in a separate topic.
@Suite(.timeLimit(.minutes(1)))
struct LabelTopicTests {
    private static func stream(
        _ cluster: MockKafkaCluster, group: String = "scoring", deadLetters: String? = nil,
        metrics: TestMetrics = TestMetrics()
    ) throws -> ScoringStream {
        ScoringStream(
            cluster.configuration, models: .fixed(try Sample.model()),
            settings: ScoringStreamSettings(
                labelTopic: "labels", deadLetterTopic: deadLetters, consumer: Sample.settings(group: group),
                end: .atEndOfTopic),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), metrics: metrics)
    }

    private static func withoutLabels(_ transactions: [Transaction]) -> [Transaction] {
        transactions.map {
            var transaction = $0
            transaction.fraud = nil
            transaction.fraudScenario = nil
            return transaction
        }
    }

    private static func sendLabels(
        _ transactions: [Transaction], to cluster: MockKafkaCluster, besides texts: [String] = []
    ) async throws {
        var batch = MessageBatch()
        for transaction in transactions {
            guard let fraud = transaction.fraud else { continue }
            var text: [UInt8] = []
            TransactionJSON.append(
                TransactionLabel(
                    transactionID: transaction.transactionID, dateTime: transaction.dateTime,
                    terminalID: transaction.terminalID, isFraud: fraud == 1), to: &text)
            batch.append(value: text)
        }
        for text in texts { batch.append(key: "bad".utf8, value: text.utf8) }
        let producer = try await KafkaProducer(cluster.configuration)
        try await producer.produce(batch, to: "labels").confirm()
        await producer.close()
    }

    /// In any order, and each of them twice: the numbers are those of the batch, which has the labels beside the transactions.
    @Test func scoresAsIfTheLabelsHadBeenThere() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 3, "labels": 2, "scores": 1])
        let transactions = Sample.transactions(10_000)
        try await cluster.send(Self.withoutLabels(transactions))
        var generator = SystemRandomNumberGenerator()
        try await Self.sendLabels((transactions + transactions).shuffled(using: &generator), to: cluster)
        let metrics = TestMetrics()
        let stream = try Self.stream(cluster, metrics: metrics)
        try await stream.run()
        let expected = try Sample.batchScores(transactions)
        let unlabelled = try Sample.batchScores(Self.withoutLabels(transactions))
        #expect(expected != unlabelled)
        let results = try await cluster.results(count: 10_000)
        #expect(results.filter { expected[$0.transaction_id] != $0.probability }.isEmpty)
        #expect(stream.statistics.labels == 20_000)
        #expect(metrics.total("stream_labels") == 20_000)
        #expect(metrics.total("stream_malformed_labels") == nil || metrics.total("stream_malformed_labels") == 0)
    }

    /// Labels belong to no group's offsets: a history that begins again needs them again.
    @Test func eachStartReadsTheLabelsFromTheirBeginning() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "labels": 1, "scores": 1])
        let transactions = Sample.transactions(2_000)
        try await cluster.send(Self.withoutLabels(transactions))
        try await Self.sendLabels(transactions, to: cluster)
        for group in ["one", "one", "two"] {
            let stream = try Self.stream(cluster, group: group)
            try await stream.run()
            #expect(stream.statistics.labels == 2_000)
        }
    }

    @Test func malformedLabelsAreDeadLetters() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "labels": 1, "scores": 1, "rejected": 1])
        let transactions = Sample.transactions(10)
        try await cluster.send(Self.withoutLabels(transactions))
        let bad = ["", "{", #"{"transaction_id":1,"tx_datetime":"2019-08-22 00:00:31","terminal_id":3,"tx_fraud":2}"#]
        try await Self.sendLabels(transactions, to: cluster, besides: bad)
        let metrics = TestMetrics()
        let stream = try Self.stream(cluster, deadLetters: "rejected", metrics: metrics)
        try await stream.run()
        #expect(stream.statistics.labels == 10 && stream.statistics.malformedLabels == 3)
        #expect(stream.statistics.records == 10 && stream.statistics.malformed == 0)
        #expect(metrics.total("stream_malformed_labels") == 3)
        let deadLetters = try await DeadLetterTests.read(cluster, "rejected", count: 3)
        #expect(deadLetters.map(\.value) == bad.map { Array($0.utf8) })
        #expect(deadLetters.map { $0.text("__connect.errors.topic") } == ["labels", "labels", "labels"])
        #expect(deadLetters.last?.text("__connect.errors.exception.message")?.contains("tx_fraud") == true)
        // The next start reads them again, and does not send them again.
        let again = try Self.stream(cluster, deadLetters: "rejected")
        try await again.run()
        #expect(again.statistics.malformedLabels == 3)
        try await Self.sendLabels([], to: cluster, besides: ["new"])
        try await Self.stream(cluster, deadLetters: "rejected").run()
        let all = try await DeadLetterTests.read(cluster, "rejected", group: "again", count: 4)
        #expect(all.map(\.value).last == Array("new".utf8) && all.count == 4)
    }

    /// Forty days of transactions without a label; the model's label delay is seven.
    /// Labels that an application gets in its own way reach the history that messages are scored against.
    @Test func theScorerTakesLabelsFromElsewhere() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        let transactions = Sample.transactions(2_000)
        let (first, second) = (Array(transactions[..<1_000]), Array(transactions[1_000...]))
        var settings = ScoringStreamSettings(end: .afterRecords(2_000))
        settings.consumer = Sample.settings(group: "own labels")
        let stream = ScoringStream(cluster.configuration, models: .fixed(try Sample.model()), settings: settings)
        #expect(stream.currentScorer == nil)
        let running = Task { try await stream.run() }
        try await cluster.send(Self.withoutLabels(first))
        while stream.statistics.delivered < 1_000 { try await Task.sleep(for: .milliseconds(10)) }
        let scorer = try #require(stream.currentScorer)
        for transaction in first where transaction.fraud == 1 {
            let label = TransactionLabel(
                transactionID: transaction.transactionID, dateTime: transaction.dateTime,
                terminalID: transaction.terminalID, isFraud: true)
            #expect(try scorer.applyLabel(label) == .applied)
        }
        try await cluster.send(second)
        try await running.value
        // As if the labels had come with the transactions.
        let own = try OnlineScorer(Sample.model())
        _ = try own.score(first)
        let expected = try own.score(second).map(\.probability)
        let results = try await cluster.results(count: 2_000).sorted { $0.transaction_id < $1.transaction_id }
        #expect(results.dropFirst(1_000).map(\.probability) == expected)
        #expect(scorer === stream.currentScorer)
        #expect(scorer.state?.watermarkDateTime == transactions.last?.dateTime)
    }

    @Test func silenceIsMeasured() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "labels": 1, "scores": 1])
        let transactions = Sample.transactions(1_000)
        try await cluster.send(Self.withoutLabels(transactions))
        let metrics = TestMetrics()
        let stream = try Self.stream(cluster, metrics: metrics)
        try await stream.run()
        let silence = try #require(stream.statistics.labelSilence)
        #expect(silence.isTooLong && silence.limit == .seconds(7 * 86_400))
        #expect(silence.duration > .seconds(38 * 86_400))
        #expect(metrics.total("stream_label_silence_seconds").map { $0 > 38 * 86_400 } == true)
        // Labels that come with the transactions are labels.
        try await cluster.createTopic("labelled", partitions: 1)
        try await cluster.send(transactions, topic: "labelled")
        var settings = ScoringStreamSettings(inputTopic: "labelled", end: .atEndOfTopic)
        settings.consumer = Sample.settings(group: "labelled")
        let labelled = ScoringStream(cluster.configuration, models: .fixed(try Sample.model()), settings: settings)
        try await labelled.run()
        #expect(labelled.statistics.labelSilence?.isTooLong == false)
    }

    @Test func aMissingTopicIsNamed() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        let stream = try Self.stream(cluster)
        let error = await #expect(throws: KafkaError.self) { try await stream.run() }
        #expect(error.map { "\($0)" }?.contains("'labels'") == true)
    }
}
