import Foundation
import Streaming
import TestSupport
import Testing

/// produce-transactions and score-stream against librdkafka's cluster in this process.
@Suite struct StreamProgramsTests {
    private struct Sent: Decodable {
        var transactions: Int
        var refused: Int
    }

    private struct Scored: Decodable {
        var records: Int
        var malformed: Int
        var labels: Int
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.url.appending(path: name))
    }

    private func makeTransactions() throws {
        let made = try Executable.run(
            "simulate-transactions",
            ["--output", "t.parquet", "--format", "parquet", "--transactions", "20000", "--days", "40"], in: folder)
        try #require(made.status == 0, "\(made.errors)")
    }

    /// Settings in a file for Java clients, including brokers and group.
    @Test(.needs(.python)) func aFileOfPropertiesIsEnough() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 3, "labels": 1, "scores": 1])
        try makeTransactions()
        let trained = try Executable.run(
            "train-model", ["--data", "t.parquet", "--output", "model", "--rounds", "5"], in: folder)
        try #require(trained.status == 0, "\(trained.errors)")
        try write(
            """
            # The cluster of this test.
            bootstrap.servers = \(cluster.bootstrapServers.joined(separator: ",\\\n    "))
            client.id: antifraud-1
            group.id=scoring-1
            auto.offset.reset=earliest
            enable.auto.commit=false
            session.timeout.ms=6000
            enable.idempotence=true
            compression.type=zstd
            linger.ms=20
            delivery.timeout.ms=60000
            """, "client.properties")
        let sent = try Executable.json(
            Sent.self, "produce-transactions",
            ["--data", "t.parquet", "--limit", "1000", "--kafka-properties", "client.properties"], in: folder)
        #expect(sent.transactions == 1_000 && sent.refused == 0)
        let scored = try Executable.json(
            Scored.self, "score-stream",
            [
                "--model", "model", "--until-end", "--labels-topic", "labels", "--kafka-properties",
                "client.properties",
            ], in: folder)
        #expect(scored.records == 1_000 && scored.malformed == 0 && scored.labels == 0)
    }

    @Test(arguments: ["produce-transactions", "score-stream"])
    func uselessPropertiesAreExplained(name: String) throws {
        let arguments = name == "score-stream" ? ["--model", "nowhere"] : ["--data", "nowhere"]
        func errors(_ more: String...) throws -> String {
            let outcome = try Executable.run(name, arguments + more, in: folder)
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            return outcome.errors
        }
        let missing = try errors("--brokers", "127.0.0.1:1", "--kafka-properties", "no.properties")
        #expect(missing == "error: --kafka-properties: cannot read 'no.properties': No such file or directory\n")
        try write("sasl.username=u\nhunter2\n", "bad.properties")
        let bad = try errors("--brokers", "127.0.0.1:1", "--kafka-properties", "bad.properties")
        #expect(bad.contains("line 2") && !bad.contains("hunter2"))
        try write("acks=0\n", "lossy.properties")
        let lossy = try errors("--brokers", "127.0.0.1:1", "--kafka-properties", "lossy.properties")
        #expect(lossy.contains("'acks'") && lossy.contains("lost"))
        // Nothing listens there; data and model are not even opened.
        let away = try errors("--brokers", "127.0.0.1:1", "--connect-timeout", "0.5", "--quiet")
        #expect(away.contains("127.0.0.1:1") && away.contains("refused"), "\(away)")
    }

    @Test(.needs(.python)) func amountsThatAreNotFiniteAreReported() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1])
        try makeTransactions()
        try Oracle.run(
            """
            import sys, pyarrow.parquet as pq, pyarrow as pa
            t = pq.read_table(sys.argv[1] + '/t.parquet').slice(0, 5)
            amounts = pa.array([15.27, float('nan'), float('inf'), -5.0, 105.99])
            i = t.column_names.index('tx_amount')
            pq.write_table(t.set_column(i, 'tx_amount', amounts), sys.argv[1] + '/nan.parquet')
            """, [folder.url.path(percentEncoded: false)])
        let outcome = try Executable.run(
            "produce-transactions",
            ["--data", "nan.parquet", "--brokers", cluster.bootstrapServers.joined(separator: ","), "--json"],
            in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("2 rows were not sent"), "\(outcome.errors)")
        let sent = try JSONDecoder().decode(Sent.self, from: Data(outcome.output.utf8))
        #expect(sent.transactions == 3 && sent.refused == 2)
    }
}
