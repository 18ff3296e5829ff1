import Features
import Foundation
import Logging
import Scoring
import Streaming
import Testing

/// The stream over columns of one's own: models with a plan.
@Suite(.timeLimit(.minutes(1)))
struct PlanStreamTests {
    private static func stream(
        _ cluster: MockKafkaCluster, _ model: FraudModel, group: String = "scoring", labels: String? = nil,
        deadLetters: String? = nil, history: FeatureHistory? = nil, batchMessages: Int = 2_000
    ) -> ScoringStream {
        ScoringStream(
            cluster.configuration, models: .fixed(model),
            settings: ScoringStreamSettings(
                labelTopic: labels, deadLetterTopic: deadLetters,
                consumer: Sample.settings(group: group, batchMessages: batchMessages), end: .atEndOfTopic),
            history: history, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func read(_ cluster: MockKafkaCluster, count: Int) async throws -> [(key: String?, PlanResult)] {
        try await DeadLetterTests.read(cluster, "scores", count: count).map { message in
            let value = Data(message.value ?? [])
            return (
                message.key.map { String(decoding: $0, as: UTF8.self) },
                try JSONDecoder().decode(PlanResult.self, from: value)
            )
        }
    }

    /// Bit for bit, in the order of times, whatever order the partitions are read in.
    @Test(arguments: [(1, 2_000), (6, 2_000), (6, 50)])
    func scoresAsTheOnlineScorerDoes(partitions: Int, batchMessages: Int) async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": partitions, "scores": 1])
        // Of one time there are several, in several partitions.
        let records = PlanSample.records(5_000, step: 600_000)
        try await cluster.send(records)
        let model = try PlanSample.model()
        let stream = Self.stream(cluster, model, batchMessages: batchMessages)
        try await stream.run()
        let results = try await Self.read(cluster, count: 5_000)
        #expect(results.map { TransactionValue.text($0.1.booking ?? "") } == records.map { $0.values[0] })
        #expect(results.allSatisfy { $0.key == $0.1.booking && $0.1.card == nil })
        let expected = try PlanSample.scores(records, OnlineScorer(model))
        #expect(Set(expected.values).count > 4_000, "scores tell transactions apart")
        #expect(results.filter { expected[.text($0.1.booking ?? "")] != $0.1.probability }.isEmpty)
        #expect(results.allSatisfy { ($0.1.probability >= 0.5) == ($0.1.prediction == 1) })
        #expect(stream.statistics.delivered == 5_000 && stream.statistics.malformed == 0)
        #expect(stream.currentScorer?.schema == PlanSample.schema)
        #expect(stream.currentScorer?.state == nil && stream.currentScorer?.history != nil)
    }

    @Test func aGivenHistoryGoesOn() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 3, "scores": 1])
        let records = PlanSample.records(2_000)
        let model = try PlanSample.model()
        let before = try OnlineScorer(model)
        for record in records[..<1_000] { try before.record(record) }
        let history = try #require(before.history)
        try await cluster.send(Array(records[1_000...]))
        try await Self.stream(cluster, model, history: history).run()
        let expected = try PlanSample.scores(Array(records[1_000...]), before)
        for (_, result) in try await Self.read(cluster, count: 1_000) {
            #expect(expected[.text(result.booking ?? "")] == result.probability)
        }
    }

    /// Without an id, results say what they are about by time and keys, and are keyed by the first key.
    @Test func withoutAnIDResultsHaveTimeAndKeys() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 2, "scores": 1])
        let schema = PlanSample.schema(without: .id)
        let records = PlanSample.records(PlanSample.records(500), without: .id)
        try await cluster.send(records, schema)
        let model = try PlanSample.model(schema)
        try await Self.stream(cluster, model).run()
        let results = try await Self.read(cluster, count: 500)
        let scorer = try OnlineScorer(model)
        for (record, (key, result)) in zip(records, results) {
            #expect(try scorer.score(record).probability == result.probability)
            #expect(result.booking == nil && result.card == key)
            #expect(result.card.map(TransactionValue.text) ?? .null == record.values[1])
            #expect(result.shop.map(TransactionValue.integer) ?? .null == record.values[2])
            #expect(result.booked?.hasSuffix("Z") == true)
        }
        #expect(results.count == 500)
    }

    // MARK: Labels

    private static let labelKeys = ["booking", "booked", "card", "shop", "fraud"]

    /// Objects with what a label needs; what a transaction does not have is null.
    private static func labels(_ records: [TransactionRecord]) throws -> [String] {
        let json = try RecordJSON(PlanSample.schema)
        return try records.map { record in
            var text: [UInt8] = []
            json.append(record, to: &text)
            let whole = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] ?? [:]
            let label = Dictionary(uniqueKeysWithValues: labelKeys.map { ($0, whole[$0] ?? NSNull()) })
            return String(decoding: try JSONSerialization.data(withJSONObject: label), as: UTF8.self)
        }
    }

    /// In any order, before their transactions, and each of them twice: as if they had come with the transactions.
    @Test func labelsOfATopicCountAsIfTheyHadBeenThere() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 3, "labels": 2, "scores": 1])
        let records = PlanSample.records(3_000)
        try await cluster.send(PlanSample.withoutLabels(records))
        var generator = SystemRandomNumberGenerator()
        try await cluster.send(Self.labels((records + records).shuffled(using: &generator)), topic: "labels")
        let model = try PlanSample.model()
        let stream = Self.stream(cluster, model, labels: "labels")
        try await stream.run()
        #expect(stream.statistics.labels == 6_000 && stream.statistics.malformedLabels == 0)
        let expected = try PlanSample.scores(records, OnlineScorer(model))
        let unlabelled = try PlanSample.scores(PlanSample.withoutLabels(records), OnlineScorer(model))
        #expect(expected != unlabelled)
        let results = try await Self.read(cluster, count: 3_000)
        #expect(results.filter { expected[.text($0.1.booking ?? "")] != $0.1.probability }.isEmpty)
    }

    @Test func malformedLabelsAreDeadLettersThatNameTheColumn() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "labels": 1, "scores": 1, "rejected": 1])
        let records = PlanSample.records(10)
        try await cluster.send(PlanSample.withoutLabels(records))
        let bad = [
            "{", #"{"booking":"b-1","booked":1566432000000,"shop":1,"fraud":1}"#,
            #"{"booking":"b-1","booked":1566432000000,"card":"c","shop":1}"#,
            #"{"booking":"b-1","booked":1566432000000,"card":"c","shop":1,"fraud":7}"#,
        ]
        try await cluster.send(Self.labels(records) + bad, topic: "labels")
        let stream = Self.stream(cluster, try PlanSample.model(), labels: "labels", deadLetters: "rejected")
        try await stream.run()
        #expect(stream.statistics.labels == 10 && stream.statistics.malformedLabels == 4)
        let deadLetters = try await DeadLetterTests.read(cluster, "rejected", count: 4)
        #expect(deadLetters.map(\.value) == bad.map { Array($0.utf8) })
        let reasons = deadLetters.map { $0.text("__connect.errors.exception.message") ?? "" }
        for (reason, part) in zip(reasons, ["label: ", "'card': missing", "'fraud': missing", "'fraud': '7'"]) {
            #expect(reason.contains(part), "\(reason)")
        }
    }

    // MARK: What cannot be used

    @Test func malformedMessagesAreDeadLettersThatNameTheColumn() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1, "rejected": 1])
        let good = #"{"BOOKING":"b-7","booked":"1566432000000","amount":"57.16","unknown":[1]}"#
        let bad = [
            "", "[]", #"{"booking":"b-1","booked":1566432000000}"#,
            #"{"booking":"b-1","booked":"yesterday","amount":1}"#,
            #"{"booking":"b-1","booked":1566432000000,"amount":1,"shop":"x"}"#,
            #"{"bookign":"b-1","booked":1566432000000,"amount":1}"#,
        ]
        try await cluster.send(bad + [good], topic: "transactions")
        let stream = Self.stream(cluster, try PlanSample.model(), deadLetters: "rejected")
        try await stream.run()
        #expect(stream.statistics.records == 7 && stream.statistics.malformed == 6)
        // A transaction without keys is scored.
        #expect(try await Self.read(cluster, count: 1).map(\.1.booking) == ["b-7"])
        let deadLetters = try await DeadLetterTests.read(cluster, "rejected", count: 6)
        #expect(deadLetters.map(\.value) == bad.map { Array($0.utf8) })
        let reasons = deadLetters.map { $0.text("__connect.errors.exception.message") ?? "" }
        let parts = [
            "transaction JSON", "transaction JSON", "'amount': missing", "'booked': '\"yesterday\"'", "'shop': '\"x\"'",
            "did you mean 'bookign'?",
        ]
        for (reason, part) in zip(reasons, parts) { #expect(reason.contains(part), "\(reason)") }
    }

    /// A model of other columns, or of the Handbook's, cannot score what is in the topic.
    @Test func modelsOfOtherTransactionsAreRefused() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        let (models, continuation) = AsyncThrowingStream<FraudModel, any Error>.makeStream()
        let first = try PlanSample.model(), other = try PlanSample.model(sign: -1)
        continuation.yield(first)
        let lines = LogLines()
        let stream = ScoringStream(
            cluster.configuration, models: ModelSource { models },
            settings: ScoringStreamSettings(consumer: Sample.settings(), end: .afterRecords(4_000)),
            logger: lines.logger)
        let running = Task { try await stream.run() }
        let records = PlanSample.records(4_000)
        let others = [try PlanSample.model(PlanSample.schema(without: .id)), try Sample.model(), other]
        for (index, part) in stride(from: 0, to: 4_000, by: 1_000).enumerated() {
            try await cluster.send(Array(records[part..<part + 1_000]))
            while stream.statistics.delivered < part + 1_000 { try await Task.sleep(for: .milliseconds(10)) }
            guard index < others.count else { break }
            continuation.yield(others[index])
            try await Task.sleep(for: .milliseconds(200))
        }
        try await running.value
        #expect(stream.statistics.modelReplacements == 1)
        let refusals = lines.all.filter { $0.hasPrefix("error: a new model cannot be used, the earlier one stays") }
        #expect(refusals.count == 2 && refusals.allSatisfy { $0.contains("'cards'") }, "\(lines.all)")
        // The history went on through all of it.
        let scorer = try OnlineScorer(first)
        var expected = try PlanSample.scores(Array(records[..<3_000]), scorer)
        try scorer.replaceModel(with: other)
        expected.merge(try PlanSample.scores(Array(records[3_000...]), scorer)) { $1 }
        let results = try await Self.read(cluster, count: 4_000)
        #expect(results.filter { expected[.text($0.1.booking ?? "")] != $0.1.probability }.isEmpty)
    }

    @Test func aPlanIsRefusedByAStreamOfTheHandbooksColumns() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "scores": 1])
        let (models, continuation) = AsyncThrowingStream<FraudModel, any Error>.makeStream()
        continuation.yield(try Sample.model())
        let lines = LogLines()
        let stream = ScoringStream(
            cluster.configuration, models: ModelSource { models },
            settings: ScoringStreamSettings(consumer: Sample.settings(), end: .afterRecords(200)),
            logger: lines.logger)
        let running = Task { try await stream.run() }
        let transactions = Sample.transactions(200)
        try await cluster.send(Array(transactions[..<100]))
        while stream.statistics.delivered < 100 { try await Task.sleep(for: .milliseconds(10)) }
        continuation.yield(try PlanSample.model())
        try await Task.sleep(for: .milliseconds(200))
        try await cluster.send(Array(transactions[100...]))
        try await running.value
        #expect(stream.statistics.modelReplacements == 0)
        #expect(lines.all.contains { $0.contains("the earlier one stays") && $0.contains("'cards'") }, "\(lines.all)")
        let expected = try Sample.batchScores(transactions)
        let results = try await cluster.results(count: 200)
        #expect(results.filter { expected[$0.transaction_id] != $0.probability }.isEmpty)
    }
}
