import Features
import Foundation
#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import Logging
import ModelKit
import Scoring
import Serving
import ServiceLifecycle
import Testing

/// The server over a real socket.
@Suite struct ScoringServerTests {
    /// Gives the amount / 1000 as the probability.
    struct AmountClassifier: BinaryClassifier {
        let featureNames = FeaturePipeline(.basic).names

        func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
            features.columns[0].map { Double($0) / 1_000 }
        }

        func probability(row: UnsafeBufferPointer<Float>) -> Double { Double(row[0]) / 1_000 }

        var featureImportance: [Double] { featureNames.indices.map { $0 == 0 ? 1 : 0 } }
    }

    static func model(createdAt: String = "2026-01-01T00:00:00Z") throws -> FraudModel {
        try FraudModel(
            features: .pipeline(FeaturePipeline(.basic)), classifier: AmountClassifier(),
            provenance: ModelProvenance(createdAt: createdAt, data: "test", rows: 1))
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a server on a free port, then shuts it down gracefully.
    func withServer(
        _ models: ModelSource, configuration: ScoringServerConfiguration = ScoringServerConfiguration(port: 0),
        _ body: @escaping @Sendable (_ base: String) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = ScoringServer(models, configuration: configuration, logger: Self.quiet) { port in
            continuation.yield(port)
            continuation.finish()
        }
        let group = ServiceGroup(configuration: .init(services: [server], logger: Self.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            if let port = await iterator.next() {
                // The model arrives just after the socket.
                for _ in 0..<100 where try await Self.get("http://127.0.0.1:\(port)/health").status != 200 {
                    try await Task.sleep(for: .milliseconds(20))
                }
                try await body("http://127.0.0.1:\(port)")
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    static func get(_ url: String) async throws -> (status: Int, text: String) {
        try await send(URLRequest(url: #require(URL(string: url))))
    }

    static func post(_ url: String, _ body: Data) async throws -> (status: Int, text: String) {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.httpBody = body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        return try await send(request)
    }

    static func send(_ request: URLRequest) async throws -> (status: Int, text: String) {
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = try #require(response as? HTTPURLResponse).statusCode
        return (status, String(decoding: data, as: UTF8.self))
    }

    @Test func respondsOnEveryPath() async throws {
        try await withServer(.fixed(try Self.model())) { base in
            #expect(try await Self.get(base + "/") == (200, "\"OK\""))
            let body = TransactionBodyTests.body(TransactionBodyTests.good)
            let response = try await Self.post(base + "/predict", Data(body.utf8))
            #expect(response.status == 200)
            #expect(Double(response.text) == Double(Float(57.16)) / 1_000)
            let bad = try await Self.post(base + "/predict", Data("{}".utf8))
            #expect(bad.status == 422 && bad.text.hasPrefix("{\"detail\":[{\"type\":\"missing\""))
            let health = try await Self.get(base + "/health")
            #expect(health.status == 200 && health.text.contains("2026-01-01T00:00:00Z"))
            #expect(try await Self.get(base + "/nothing") == (404, "{\"detail\":\"Not Found\"}"))
            #expect(try await Self.get(base + "/predict") == (405, "{\"detail\":\"Method Not Allowed\"}"))
            let metrics = try await Self.get(base + "/metrics")
            #expect(metrics.text.contains("predict_requests_total 2"))
            #expect(metrics.text.contains("predict_refusals_total 1"))
            #expect(metrics.text.contains("predict_duration_seconds_count 1"))
        }
    }

    @Test func longBodiesAreRefused() async throws {
        let configuration = ScoringServerConfiguration(
            port: 0, routes: ScoringRoutes.Configuration(maximumBodySize: 1_000))
        try await withServer(.fixed(try Self.model()), configuration: configuration) { base in
            let response = try await Self.post(base + "/predict", Data(repeating: 0x20, count: 5_000))
            #expect(response.status == 413)
            #expect(try await Self.get(base + "/").status == 200)
        }
    }

    @Test func aLaterModelTakesOver() async throws {
        let (models, continuation) = AsyncThrowingStream.makeStream(of: FraudModel.self)
        continuation.yield(try Self.model(createdAt: "first"))
        try await withServer(ModelSource { models }) { base in
            #expect(try await Self.get(base + "/health").text.contains("first"))
            continuation.yield(try Self.model(createdAt: "second"))
            for _ in 0..<100 where try await !Self.get(base + "/health").text.contains("second") {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await Self.get(base + "/health").text.contains("second"))
            struct Broken: Error {}
            continuation.finish(throwing: Broken())
            #expect(try await Self.get(base + "/health").status == 200)
        }
    }

    @Test func theScorerCanBeReached() async throws {
        let server = ScoringServer(
            .fixed(try Self.model()), configuration: ScoringServerConfiguration(port: 0), logger: Self.quiet)
        #expect(server.currentScorer == nil)
        let running = Task { try await server.run() }
        for _ in 0..<200 where server.currentScorer == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(server.currentScorer?.model.provenance.createdAt == "2026-01-01T00:00:00Z")
        running.cancel()
        _ = await running.result
    }

    @Test func aBusyPortIsNamed() async throws {
        try await withServer(.fixed(try Self.model())) { base in
            let port = try #require(URL(string: base)?.port)
            let second = ScoringServer(
                .fixed(try Self.model()), configuration: ScoringServerConfiguration(port: port), logger: Self.quiet)
            await #expect(
                throws: ServingError.cannotListen(host: "127.0.0.1", port: port, reason: "Address already in use")
            ) {
                try await second.run()
            }
        }
    }
}
