import Foundation
import TestSupport
import Testing

/// `verify-features` on what `score-transactions --feature-digests` wrote.
@Suite struct VerifyFeaturesTests {
    private struct Result: Decodable {
        struct Difference: Decodable {
            var id: String
            var reason: String
        }

        var is_verified: Bool
        var compared: Int
        var identical: Int
        var history: String
        var differences: [Difference]
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (program, arguments) in [
            (
                "simulate-transactions",
                ["--output", "t.csv", "--format", "csv", "--transactions", "6000", "--days", "40"]
            ),
            ("train-model", ["--data", "t.csv", "--output", "model", "--rounds", "2"]),
            (
                "score-transactions",
                ["--data", "t.csv", "--model", "model", "--output", "scores.csv", "--feature-digests"]
            ),
        ] {
            let outcome = try Executable.run(program, arguments, in: folder)
            try #require(outcome.status == 0, "\(program): \(outcome.errors)")
        }
    }

    private func verify(_ data: String) throws -> (status: Int32, result: Result) {
        let outcome = try Executable.run(
            "verify-features", ["--scores", "scores.csv", "--data", data, "--model", "model", "--json"], in: folder)
        return (outcome.status, try JSONDecoder().decode(Result.self, from: Data(outcome.output.utf8)))
    }

    @Test func theSameDataAreIdentical() throws {
        let (status, result) = try verify("t.csv")
        #expect(status == 0 && result.is_verified && result.history == "empty")
        #expect(result.compared > 4_000 && result.identical == result.compared && result.differences.isEmpty)
        let text = try Executable.run(
            "verify-features", ["--scores", "scores.csv", "--data", "t.csv", "--model", "model"], in: folder)
        #expect(text.status == 0 && text.output.contains("identical   \(result.compared) of \(result.compared)"))
    }

    @Test func aRemovedTransactionEndsWithCode3() throws {
        var lines = try String(contentsOfFile: folder.path("t.csv"), encoding: .utf8).split(separator: "\n")
        lines.remove(at: 20)
        try lines.joined(separator: "\n").write(toFile: folder.path("u.csv"), atomically: true, encoding: .utf8)
        let (status, result) = try verify("u.csv")
        #expect(status == 3 && !result.is_verified && result.identical < result.compared)
        #expect(!result.differences.isEmpty && result.differences.allSatisfy { $0.reason == "history" })
    }

    @Test func scoresWithoutDigestsAreAnError() throws {
        let outcome = try Executable.run(
            "verify-features", ["--scores", "t.csv", "--data", "t.csv", "--model", "model"], in: folder)
        #expect(outcome.status == 1 && outcome.errors.contains("feature_digest"))
    }
}
