import Foundation
import TestSupport
import Testing

/// `explain-scores` on transactions that `train-model` and `score-transactions` have seen.
@Suite(.needs(.python)) struct ExplainScoresTests {
    private struct Result: Decodable {
        struct Feature: Decodable {
            var name: String
            var meanContribution: Double
        }

        var rows: Int
        var unscored: Int
        var method: String
        var scale: String
        var features: [Feature]
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ program: String, _ arguments: String...) throws {
        let outcome = try Executable.run(program, arguments, in: folder)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private func train() throws {
        try run(
            "simulate-transactions", "--output", "t.parquet", "--format", "parquet", "--transactions", "8000", "--days",
            "40")
        try run("train-model", "--data", "t.parquet", "--output", "model", "--rounds", "5")
    }

    @Test func reasonsStandBesideTheProbabilitiesOfScoring() throws {
        try train()
        try run("score-transactions", "--data", "t.parquet", "--model", "model", "--output", "scores.parquet")
        let result = try Executable.json(
            Result.self, "explain-scores",
            [
                "--data", "t.parquet", "--model", "model", "--output", "reasons.parquet", "--report", "page.html",
                "--top", "2",
            ],
            in: folder)
        #expect(result.rows > 7_000 && result.unscored == 0)
        #expect(result.method == "tree-path" && result.scale == "log_odds" && result.features.count == 15)
        #expect(result.features[0].meanContribution > 0)
        _ = try Oracle.json(
            Int.self,
            """
            import os, sys, pyarrow.parquet as pq; os.chdir(sys.argv[1])
            scores, reasons = pq.read_table("scores.parquet"), pq.read_table("reasons.parquet")
            assert reasons.column_names == ["transaction_id", "probability", "base_value", "reason_1", "feature_1", "value_1",
                "contribution_1", "reason_2", "feature_2", "value_2", "contribution_2"], reasons.column_names
            for name in ("transaction_id", "probability"): assert scores[name].equals(reasons[name]), name
            for text, part in zip(reasons["reason_1"].to_pylist(), reasons["contribution_1"].to_pylist()):
                assert text is None or text.endswith("(raises the score)" if part > 0 else "(lowers the score)"), text
            print(0)
            """, [folder.path("")])
        let page = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
        #expect(page.contains("What moves the scores"))
    }

    @Test func aBackgroundIsAnyDataOfTheModel() throws {
        try train()
        let arguments = [
            "--data", "t.parquet", "--model", "model", "--method", "interventional", "--background", "t.parquet",
            "--background-rows", "50",
        ]
        let result = try Executable.json(
            Result.self, "explain-scores", arguments + ["--output", "reasons.csv", "--threads", "1"], in: folder)
        #expect(result.method == "interventional")
        try run(
            "explain-scores", "--data", "t.parquet", "--model", "model", "--method", "interventional", "--background",
            "t.parquet", "--background-rows", "50", "--output", "same.csv", "--threads", "2")
        #expect(
            try Data(contentsOf: URL(filePath: folder.path("reasons.csv")))
                == Data(contentsOf: URL(filePath: folder.path("same.csv"))))
    }

    @Test func anOutputThatIsAnInputIsRefused() throws {
        try train()
        let before = try Data(contentsOf: URL(filePath: folder.path("t.parquet")))
        for arguments in [["--output", "t.parquet"], ["--report", "t.parquet"]] {
            let outcome = try Executable.run(
                "explain-scores", ["--data", "t.parquet", "--model", "model"] + arguments, in: folder)
            #expect(outcome.status == 1 && outcome.errors.contains("t.parquet"), "\(outcome.errors)")
        }
        #expect(try Data(contentsOf: URL(filePath: folder.path("t.parquet"))) == before)
        let outcome = try Executable.run(
            "explain-scores", ["--data", "none.parquet", "--model", "model", "--output", "x.csv"], in: folder)
        #expect(outcome.status == 1 && outcome.errors.hasPrefix("error: "), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("x.csv")))
    }
}
