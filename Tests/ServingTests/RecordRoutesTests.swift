import Features
import Foundation
import Scoring
import Serving
import Testing

/// The service with a model whose features a plan declares.
@Suite struct RecordRoutesTests {
    private static func post(_ base: String, _ path: String, _ body: String) async throws -> (status: Int, text: String)
    {
        try await ScoringServerTests.post(base + path, Data(body.utf8))
    }

    @Test func scoresAreThoseOfTheScorer() async throws {
        let model = try RecordFixture.model()
        let bodies = try RecordBodies(try FeatureEngine(RecordFixture.plan, schema: RecordFixture.schema()))
        try await ScoringServerTests().withServer(.fixed(model)) { base in
            let scorer = try OnlineScorer(model)
            for index in 0..<40 {
                var members = RecordFixture.members(
                    index, day: 1 + index / 4, card: "card \(index % 3)", shop: index % 5)
                if index % 7 == 0 { members.removeLast(7) }
                let body = RecordFixture.body(members)
                let response = try await Self.post(base, "/predict", body)
                let record = try bodies.readTransaction(Array(body.utf8)).get()
                let score: RecordScore = try scorer.score(record)
                #expect(response.status == 200 && Double(response.text) == score.probability)
            }
            let refused = try await Self.post(base, "/predict", RecordFixture.body("age", "\"old\""))
            #expect(refused.status == 422)
            #expect(
                refused.text
                    == #"{"detail":[{"type":"float_parsing","loc":["body","age"],"msg":"Input should be a valid number, unable to parse string as a number","input":"old"}]}"#
            )
            let metrics = try await ScoringServerTests.get(base + "/metrics").text
            #expect(metrics.contains("predict_requests_total 41") && metrics.contains("predict_refusals_total 1"))
        }
    }

    @Test func labelsChangeScores() async throws {
        try await ScoringServerTests().withServer(.fixed(try RecordFixture.model())) { base in
            for id in 1...2 {
                let body = RecordFixture.body(RecordFixture.members(id, day: 1, card: "c\(id)"))
                #expect(try await Self.post(base, "/predict", body).status == 200)
            }
            func score() async throws -> String {
                let card = "\(Int.random(in: 100...1_000_000))"
                let body = RecordFixture.body(RecordFixture.members(9, day: 4, card: card))
                return try await Self.post(base, "/predict", body).text
            }
            let before = try await score()
            #expect(try await score() == before)
            func counts(_ body: String) async throws -> String { try await Self.post(base, "/labels", body).text }
            let first = try await counts(RecordFixture.label(1))
            #expect(first == #"{"applied":1,"unchanged":0,"pending":0,"unknown":0}"#)
            #expect(try await score() != before)
            let list = "[\(RecordFixture.label(1)), \(RecordFixture.label(2)), \(RecordFixture.label(3))]"
            let second = try await counts(list)
            #expect(second == #"{"applied":1,"unchanged":1,"pending":1,"unknown":0}"#)
            _ = try await counts(
                "[\(RecordFixture.label(1, result: "ok")), \(RecordFixture.label(2, result: "ok"))]")
            #expect(try await score() == before)
            let refused = try await Self.post(base, "/labels", "[\(RecordFixture.label(result: "perhaps"))]")
            #expect(refused.status == 422 && refused.text.contains(#""loc":["body",0,"result"]"#))
        }
    }

    @Test func aProbabilityThatIsNoNumberIsNull() async throws {
        let model = try RecordFixture.model(classifier: RecordFixture.SumClassifier(mostItems: 10))
        try await ScoringServerTests().withServer(.fixed(model)) { base in
            let none = try await Self.post(base, "/predict", RecordFixture.body("items", "11"))
            #expect(none == (200, "null"))
            let some = try await Self.post(base, "/predict", RecordFixture.body("items", "10"))
            #expect(some.status == 200 && some.text != "null")
        }
    }

    @Test func healthNamesTheSchema() async throws {
        try await ScoringServerTests().withServer(.fixed(try RecordFixture.model())) { base in
            let health = try await ScoringServerTests.get(base + "/health").text
            #expect(health.contains(#""schema":"shop""#))
        }
        try await ScoringServerTests().withServer(.fixed(try ScoringServerTests.model())) { base in
            let health = try await ScoringServerTests.get(base + "/health").text
            #expect(!health.contains("schema"))
        }
    }

    /// Requests name the columns of one schema: a model of another cannot take over.
    @Test func aModelOfAnotherSchemaIsRefused() async throws {
        let (models, continuation) = AsyncThrowingStream.makeStream(of: FraudModel.self)
        continuation.yield(try RecordFixture.model())
        let others = [
            try RecordFixture.model(try RecordFixture.schema(minimumAge: 1), createdAt: "other"),
            try ScoringServerTests.model(createdAt: "handbook"),
        ]
        let later = try RecordFixture.model(
            classifier: RecordFixture.SumClassifier(mostItems: 0), createdAt: "second")
        try await ScoringServerTests().withServer(ModelSource { models }) { base in
            func health() async throws -> String { try await ScoringServerTests.get(base + "/health").text }
            for (count, other) in others.enumerated() {
                continuation.yield(other)
                let counter = "antifraud_refused_models_total \(count + 1)"
                for _ in 0..<200 where try await !ScoringServerTests.get(base + "/metrics").text.contains(counter) {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let text = try await health()
                #expect(text.contains("model_refused") && text.contains("first") && text.contains("'shop' with"))
                let response = try await Self.post(base, "/predict", RecordFixture.body(RecordFixture.members()))
                #expect(response.status == 200 && response.text != "null")
            }
            continuation.yield(later)
            for _ in 0..<200 where try await !health().contains("second") {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await Self.post(base, "/predict", RecordFixture.body(RecordFixture.members())).text == "null")
        }
    }
}
