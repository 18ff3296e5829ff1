import Features
import Foundation
import ModelKit
import Scoring
import Serving
import Testing

/// Histories that live on in the service.
@Suite struct LabelsRouteTests {
    /// Says the customer's count of one day / 100, plus the terminal's risk of seven days.
    struct HistoryClassifier: BinaryClassifier {
        let featureNames = FeaturePipeline().names

        func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
            features.columns[3].map { Double($0) / 100 }
        }

        func probability(row: UnsafeBufferPointer<Float>) -> Double { Double(row[3]) / 100 + Double(row[12]) / 2 }

        var featureImportance: [Double] { featureNames.map { _ in 0 } }
    }

    static func model() throws -> FraudModel {
        try FraudModel(
            features: .pipeline(FeaturePipeline()), classifier: HistoryClassifier(),
            provenance: ModelProvenance(createdAt: "2026-01-01T00:00:00Z", data: "test", rows: 1))
    }

    static func request(_ id: Int, day: Int, customer: Int = 1, terminal: Int = 5) -> String {
        """
        {"transaction_id": \(id), "tx_datetime": "2019-08-\(day < 10 ? "0" : "")\(day) 12:00:00", "customer_id": \(customer), \
        "terminal_id": \(terminal), "tx_amount": 10, "tx_time_seconds": 0, "tx_time_days": 0}
        """
    }

    static func label(_ id: Int, day: Int, terminal: Int = 5, fraud: String = "1") -> String {
        """
        {"transaction_id": \(id), "tx_datetime": "2019-08-\(day < 10 ? "0" : "")\(day) 12:00:00", \
        "terminal_id": \(terminal), "tx_fraud": \(fraud)}
        """
    }

    func withServer(
        recording: Bool = true,
        _ body:
            @escaping @Sendable (
                _ post: @Sendable (String, String) async throws -> (status: Int, text: String), _ base: String
            ) async throws -> Void
    ) async throws {
        var configuration = ScoringServerConfiguration(port: 0)
        configuration.routes.recordsTransactions = recording
        try await ScoringServerTests().withServer(.fixed(Self.model()), configuration: configuration) { base in
            try await body({ try await ScoringServerTests.post(base + $0, Data($1.utf8)) }, base)
        }
    }

    @Test func purchasesOnOneCardRaiseTheScore() async throws {
        #expect(ScoringServerConfiguration().routes.recordsTransactions)
        try await withServer { post, _ in
            for purchase in 1...8 {
                let text = try await post("/predict", Self.request(purchase, day: 1)).text
                #expect(Double(text) == Double(purchase) / 100)
            }
        }
        try await withServer(recording: false) { post, _ in
            for _ in 1...3 {
                let text = try await post("/predict", Self.request(1, day: 1)).text
                #expect(text == "0.01")
            }
        }
    }

    @Test func labelsChangeScores() async throws {
        try await withServer { post, base in
            for id in 1...2 { _ = try await post("/predict", Self.request(id, day: 1, customer: id)) }
            func risk() async throws -> Double {
                let id = Int.random(in: 100...1_000_000)
                let text = try await post("/predict", Self.request(id, day: 9, customer: id)).text
                return ((Double(text) ?? .nan) - 0.01) * 2
            }
            #expect(try await risk() == 0)
            let one = Self.label(1, day: 1)
            #expect(try await post("/labels", one).text == #"{"applied":1,"unchanged":0,"pending":0,"unknown":0}"#)
            #expect(try await post("/labels", one).text == #"{"applied":0,"unchanged":1,"pending":0,"unknown":0}"#)
            #expect(try await risk() == 0.5)
            let list = "[\(Self.label(2, day: 1)), \(Self.label(3, day: 1)), \(Self.label(1, day: 1, fraud: "false"))]"
            #expect(try await post("/labels", list).text == #"{"applied":2,"unchanged":0,"pending":1,"unknown":0}"#)
            #expect(try await risk() == 0.5)
            // The third's transaction comes after its label.
            _ = try await post("/predict", Self.request(3, day: 1, customer: 3))
            #expect(abs(try await risk() - 2.0 / 3) < 1e-6)
            #expect(try await post("/labels", "[]").text == #"{"applied":0,"unchanged":0,"pending":0,"unknown":0}"#)
            let metrics = try await ScoringServerTests.get(base + "/metrics").text
            #expect(metrics.contains("antifraud_labels_total{outcome=\"applied\"} 3"))
            #expect(metrics.contains("antifraud_labels_total{outcome=\"unchanged\"} 1"))
            #expect(metrics.contains("antifraud_labels_total{outcome=\"pending\"} 1"))
        }
    }

    @Test func badLabelsAreRefusedWithAllProblems() async throws {
        try await withServer { post, _ in
            _ = try await post("/predict", Self.request(1, day: 1))
            let bad = "[\(Self.label(1, day: 1)), {\"tx_fraud\": 2}, 5, \(Self.label(2, day: 1, fraud: "\"0x1\""))]"
            let response = try await post("/labels", bad)
            #expect(response.status == 422)
            struct Detail: Decodable {
                struct Problem: Decodable {
                    var type: String
                }
                var detail: [Problem]
            }
            let problems = try JSONDecoder().decode(Detail.self, from: Data(response.text.utf8)).detail
            #expect(
                problems.map(\.type) == [
                    "missing", "missing", "missing", "less_than_equal", "model_attributes_type", "int_parsing",
                ])
            #expect(
                response.text.contains(
                    #""loc":["body",1,"tx_fraud"],"msg":"Input should be less than or equal to 1","input":2,"ctx":{"le":1}"#
                ))
            // None of a bad list counts.
            #expect(try await post("/labels", Self.label(1, day: 1)).text.contains("\"applied\":1"))
            #expect(try await post("/labels", "").status == 422)
            #expect(
                try await post("/labels", "[" + String(repeating: "{},", count: 10_000) + "{}]").text.count < 50_000)
            #expect(try await post("/labels", String(repeating: " ", count: 2 << 20)).status == 413)
        }
    }

    @Test func missingLabelsAreReported() async throws {
        try await withServer { post, base in
            for day in 1...8 { _ = try await post("/predict", Self.request(day, day: day)) }
            #expect(try await !ScoringServerTests.get(base + "/health").text.contains("labels_missing"))
            _ = try await post("/predict", Self.request(9, day: 9))
            let health = try await ScoringServerTests.get(base + "/health")
            #expect(health.status == 200 && health.text.contains("labels_missing"))
            #expect(health.text.contains(#""labels":{"seconds_since_last":691200.0,"limit_seconds":604800.0}"#))
            var metrics = try await ScoringServerTests.get(base + "/metrics").text
            #expect(metrics.contains("antifraud_labels_missing 1\n"))
            #expect(metrics.contains("antifraud_seconds_since_last_label 691200\n"))
            _ = try await post("/labels", Self.label(3, day: 3, fraud: "0"))
            #expect(try await !ScoringServerTests.get(base + "/health").text.contains("labels_missing"))
            metrics = try await ScoringServerTests.get(base + "/metrics").text
            #expect(metrics.contains("antifraud_labels_missing 0\n"))
        }
    }

    @Test func aRefusedModelEndsNothing() async throws {
        let (models, continuation) = AsyncThrowingStream.makeStream(of: FraudModel.self)
        continuation.yield(try ScoringServerTests.model(createdAt: "first"))
        let refused = try FraudModel(
            features: .columns(["balance"]), classifier: ColumnClassifier(),
            provenance: ModelProvenance(createdAt: "refused", data: "test", rows: 1))
        try await ScoringServerTests().withServer(ModelSource { models }) { base in
            continuation.yield(refused)
            func health() async throws -> String { try await ScoringServerTests.get(base + "/health").text }
            for _ in 0..<200 where try await !health().contains("model_refused") {
                try await Task.sleep(for: .milliseconds(20))
            }
            let text = try await health()
            #expect(text.contains("model_refused") && text.contains("first"))
            #expect(
                try await ScoringServerTests.get(base + "/metrics").text.contains("antifraud_refused_models_total 1"))
            continuation.yield(try ScoringServerTests.model(createdAt: "second"))
            for _ in 0..<200 where try await !health().contains("second") {
                try await Task.sleep(for: .milliseconds(20))
            }
            let later = try await health()
            #expect(later.contains("second") && !later.contains("model_refused"))
        }
    }

    struct ColumnClassifier: BinaryClassifier {
        let featureNames = ["balance"]
        func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
            features.columns[0].map { Double($0) }
        }
        func probability(row: UnsafeBufferPointer<Float>) -> Double { Double(row[0]) }
        var featureImportance: [Double] { [1] }
    }
}
