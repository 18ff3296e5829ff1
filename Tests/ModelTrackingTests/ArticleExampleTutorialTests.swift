import Features
import Foundation
import HTTPTransport
import Logging
import ModelTracking
import Scoring
import ServiceLifecycle
import TestSupport
import Testing

/// The tutorial's code compiles, and does what the tutorial says.
@Suite struct ArticleExampleTutorialTests {
    @Test func tutorialHoldsTheCompiledCode() throws {
        let examples = try Article.examples(guide: "Tutorial", language: "swift")
        let source = try Article.text("Tests/ModelTrackingTests/ArticleExampleTutorial.swift")
        // The first is the manifest, the last main.swift, which calls what is compiled.
        #expect(examples.count == 11)
        for example in examples.dropFirst().dropLast() { #expect(source.contains(example), "\(example)") }
    }

    @Test func rawFilesBecomeAServedModel() async throws {
        let folder = try TemporaryFolder()
        let system = FraudDetection(
            raw: folder.path("raw"), output: folder.path("output"), transactions: 30_000, days: 40)
        let promotion = try await system.prepare()
        #expect(promotion.decision == .promoted && promotion.candidateVersion == 1)
        #expect(try #require(promotion.testBootstrapROCAUC) > 0.6)
        for page in ["cleaning.html", "quality.html"] {
            let text = try String(contentsOf: folder.url.appending(path: "output/\(page)"), encoding: .utf8)
            #expect(text.contains("</html>"))
        }
        let transaction = Transaction(
            transactionID: 900_001, dateTime: try #require(Transaction.dateTime(parsing: "2019-10-02 10:00:31")),
            customerID: 59, terminalID: 15, amount: 57.16, timeSeconds: 3_578_431, timeDays: 41)
        let score = try await system.score(transaction)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let service = try await system.service(port: 0, logger: logger) { continuation.yield($0) }
        async let running: Void = service.run()
        var port = ports.makeAsyncIterator()
        let base = "http://127.0.0.1:\(try #require(await port.next()))"
        #expect(try await served(transaction, at: base) == score.probability)
        await service.triggerGracefulShutdown()
        try await running
    }

    /// The service's probability.
    private func served(_ transaction: Transaction, at base: String) async throws -> Double? {
        let client = try TransportClient()
        // The model arrives just after the socket.
        for _ in 0..<100 {
            let health = TransportRequest(method: "GET", url: base + "/health")
            if try await client.send(health, maximumBodyBytes: 64 << 10).status == 200 { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        let body = """
            {"transaction_id": \(transaction.transactionID), "tx_datetime": "2019-10-02 10:00:31", \
            "customer_id": \(transaction.customerID), "terminal_id": \(transaction.terminalID), \
            "tx_amount": \(transaction.amount), "tx_time_seconds": \(transaction.timeSeconds), \
            "tx_time_days": \(transaction.timeDays)}
            """
        let request = TransportRequest(
            method: "POST", url: base + "/predict", headers: ["Content-Type": "application/json"],
            body: .bytes(Array(body.utf8)))
        let response = try await client.send(request, maximumBodyBytes: 64 << 10)
        return Double(String(decoding: response.body, as: UTF8.self))
    }
}
