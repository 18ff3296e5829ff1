import Foundation
import Streaming
import TestSupport
import Testing

/// Transactions in columns of one's own through a topic, as the guide to one's own data says it.
@Suite(.needs(.python), .timeLimit(.minutes(5))) struct AnyTransactionsStreamTests {
    private struct Sent: Decodable {
        var transactions: Int
        var refused: Int
    }

    private struct Scored: Decodable {
        var records: Int
        var malformed: Int
        var labels: Int
    }

    private struct Result: Decodable {
        var Buchungsnr: String
        var probability: Double
        var prediction: Int
    }

    private struct Message: Hashable {
        var key: String
        var value: String
    }

    private let folder: TemporaryFolder
    private static let rows = 4_000
    /// The first row of the later data.
    private static let later = 3_000

    /// Semicolons, decimal commas, days first; every 50th transaction begins a burst of frauds. The later rows are there as CSV,
    /// JSON lines and Parquet.
    init() throws {
        folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 22)
        let names = ["Buchungsnr", "Zeitpunkt", "Kontonummer", "Händler", "Betrag", "Kanal", "Betrug"]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let rows = (0..<Self.rows).map { row in
            let isFraud = row % 50 < 3, burst = row / 50
            let minutes = burst * 500 + (isFraud ? row % 50 : Int.random(in: 3..<500, using: &generator))
            let day = minutes / 1440
            let account = isFraud ? burst % 40 : Int.random(in: 0..<40, using: &generator)
            let cents = isFraud ? 20_000 + row % 7 : Int.random(in: 100...9_000, using: &generator)
            return [
                "B-\(row)",
                "\(two(day % 28 + 1)).\(two(day / 28 + 3)).2023 \(two(minutes / 60 % 24)):\(two(minutes % 60)):\(two(row % 50))",
                "DE\(4_000_000 + account)", "Laden \(Int.random(in: 0..<30, using: &generator))",
                "\(cents / 100),\(two(cents % 100))", row % 3 == 0 ? "online" : "Kasse", isFraud ? "ja" : "nein",
            ]
        }
        func write(_ lines: [String], _ name: String) throws {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.url.appending(path: name))
        }
        let lines = rows.map { $0.joined(separator: ";") }
        try write([names.joined(separator: ";")] + lines[..<Self.later], "earlier.csv")
        try write([names.joined(separator: ";")] + lines[Self.later...], "later.csv")
        try write(
            rows[Self.later...].map { row in
                "{" + zip(names, row).map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}"
            }, "later.jsonl")
        try run("describe-data", "--input", "earlier.csv", "--schema-output", "schema.json")
        try run("clean-transactions", "--input", "later.csv", "--schema", "schema.json", "--output", "later.parquet")
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let outcome = try Executable.run(program, arguments, in: folder)
        try #require(outcome.status == 0, "\(program): \(outcome.errors)")
    }

    private static func messages(_ cluster: MockKafkaCluster, _ topic: String, count: Int) async throws -> [Message] {
        let consumer = KafkaConsumer(
            cluster.configuration, topics: [topic], settings: ConsumerSettings(group: "reader of \(topic)"))
        async let running: Void = consumer.run()
        var messages: [Message] = []
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                messages.append(
                    Message(
                        key: String(decoding: batch.key(at: index) ?? [], as: UTF8.self),
                        value: String(decoding: batch.value(at: index) ?? [], as: UTF8.self)))
            }
            if messages.count >= count { consumer.stop() }
        }
        try await running
        return messages
    }

    private func send(
        _ data: String, to topic: String, of cluster: MockKafkaCluster, _ options: String...
    ) throws -> Sent {
        try Executable.json(
            Sent.self, "produce-transactions",
            [
                "--data", data, "--schema", "schema.json", "--topic", topic, "--brokers",
                cluster.bootstrapServers.joined(separator: ","),
            ] + options, in: folder)
    }

    @Test func everyFormatGivesTheSameMessages() async throws {
        let count = Self.rows - Self.later
        let cluster = try await MockKafkaCluster(topics: ["csv": 1, "json": 1, "parquet": 1, "shops": 1])
        for (data, topic) in [("later.csv", "csv"), ("later.jsonl", "json"), ("later.parquet", "parquet")] {
            let sent = try send(data, to: topic, of: cluster)
            #expect(sent.transactions == count && sent.refused == 0)
        }
        let messages = try await Self.messages(cluster, "csv", count: count)
        #expect(try await Self.messages(cluster, "json", count: count) == messages)
        // Cleaning may write rows in another order.
        let cleaned = try await Self.messages(cluster, "parquet", count: count)
        #expect(Set(cleaned) == Set(messages) && cleaned.count == messages.count)
        let first = try #require(messages.first)
        #expect(first.key.hasPrefix("DE4000"))
        #expect(first.value.contains("\"Buchungsnr\":\"B-\(Self.later)\""))
        #expect(first.value.contains("\"Betrag\":200."), "\(first.value)")

        #expect(try send("later.csv", to: "shops", of: cluster, "--key-column", "Händler").transactions == count)
        #expect(try await Self.messages(cluster, "shops", count: count).allSatisfy { $0.key.hasPrefix("Laden ") })
        let outcome = try Executable.run(
            "produce-transactions",
            [
                "--data", "later.csv", "--schema", "schema.json", "--key-column", "Kontonumer", "--brokers",
                cluster.bootstrapServers.joined(separator: ","),
            ], in: folder)
        #expect(outcome.status == 1 && outcome.errors.contains("did you mean 'Kontonummer'?"), "\(outcome.errors)")
    }

    /// The same bits as those of the batch job.
    @Test func aTopicIsScoredAsTheDataAre() async throws {
        let count = Self.rows - Self.later
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "labels": 1, "scores": 1])
        try run(
            "train-model", "--data", "earlier.csv", "--schema", "schema.json", "--output", "model", "--rounds", "10")
        try run("score-transactions", "--data", "later.csv", "--model", "model", "--output", "scores.csv")
        _ = try send("later.csv", to: "transactions", of: cluster)
        let scored = try Executable.json(
            Scored.self, "score-stream",
            [
                "--model", "model", "--until-end", "--labels-topic", "labels", "--brokers",
                cluster.bootstrapServers.joined(separator: ","),
            ], in: folder)
        #expect(scored.records == count && scored.malformed == 0 && scored.labels == 0)
        let results = try await Self.messages(cluster, "scores", count: count)
        var probabilities: [String: Double] = [:]
        for message in results {
            let result = try JSONDecoder().decode(Result.self, from: Data(message.value.utf8))
            #expect(message.key == result.Buchungsnr)
            probabilities[result.Buchungsnr] = result.probability
        }
        let scores = try String(contentsOfFile: folder.path("scores.csv"), encoding: .utf8).split(separator: "\n")
        #expect(scores.count == count + 1)
        for line in scores.dropFirst() {
            let fields = line.split(separator: ",")
            #expect(probabilities[String(fields[0])] == Double(fields[1]), "\(line)")
        }
    }
}
