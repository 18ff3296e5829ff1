import Foundation
import TestSupport
import Testing

/// The daily decision: a new version takes the alias when it is better, and a scheduler learns which it was.
struct PromotionTests {
    private struct Result: Decodable {
        struct Comparison: Decodable {
            var verdict: String
            var tTestPValue: Double
            var bootstrapInterval: [Double]
        }

        var decision: String
        var reason: String
        var candidateVersion: Int
        var candidateRunID: String?
        var championVersion: Int?
        var testBootstrapRocAUC: Double?
        var comparison: Comparison?
    }

    private struct Seen: Decodable {
        var champion: Int?
        var metrics: [String: Double]
        var tags: [String: String]
    }

    private let folder: TemporaryFolder
    private static let tracking = ["--tracking", "sqlite:///mlflow.db"]

    /// Version 1 asks one question about amount or hour, version 2 knows the history of cards and terminals.
    init() throws {
        folder = try TemporaryFolder()
        try require(
            "simulate-transactions",
            ["--output", "data.parquet", "--format", "parquet", "--transactions", "40000", "--days", "60"])
        for (name, features, size) in [
            ("weak", "basic", ["--rounds", "1", "--leaves", "2"]), ("strong", "windows", ["--rounds", "20"]),
        ] {
            try require(
                "train-model",
                [
                    "--data", "data.parquet", "--output", name, "--features", features, "--test-share", "0.4",
                    "--register",
                ] + size + Self.tracking)
        }
    }

    private func require(_ program: String, _ arguments: [String]) throws {
        let outcome = try Executable.run(program, arguments, in: folder)
        try #require(outcome.status == 0, "\(program): \(outcome.errors)")
    }

    private func promote(
        _ candidate: String, _ options: [String] = ["--data", "data.parquet"],
        champion: String = "models:/antifraud@champion"
    ) throws -> (status: Int32, result: Result?, errors: String) {
        let outcome = try Executable.run(
            "promote-model",
            ["--candidate", candidate, "--champion", champion, "--json"] + Self.tracking + options, in: folder)
        let result = outcome.output.isEmpty ? nil : try Executable.decode(Result.self, outcome.output)
        return (outcome.status, result, outcome.errors)
    }

    /// What the database has of a version's run, and who is champion.
    private func seen(_ version: Int) throws -> Seen {
        try Oracle.json(
            Seen.self,
            """
            import json, sqlite3, sys
            d = sqlite3.connect(sys.argv[1])
            run = d.execute("select run_id from model_versions where version = ?", [int(sys.argv[2])]).fetchone()[0]
            alias = d.execute("select version from registered_model_aliases where alias = 'champion'").fetchone()
            print(json.dumps({
                "champion": alias and alias[0],
                "metrics": dict(d.execute("select key, value from latest_metrics where run_uuid = ?", [run])),
                "tags": dict(d.execute("select key, value from tags where run_uuid = ?", [run]))}))
            """, [folder.path("mlflow.db"), "\(version)"])
    }

    @Test(.needs(.python)) func theBetterModelTakesTheAlias() throws {
        // A dry run changes nothing, then the first one takes the alias.
        let dry = try promote("models:/antifraud/1", ["--data", "data.parquet", "--dry-run"])
        #expect(dry.status == 0 && dry.result?.decision == "promoted")
        var database = try seen(1)
        #expect(database.champion == nil && database.metrics["test_bootstrap_roc_auc"] == nil)
        #expect(database.tags["promotion.decision"] == nil)
        let first = try promote("models:/antifraud/1")
        #expect(first.status == 0 && first.result?.championVersion == nil && first.result?.comparison == nil)
        database = try seen(1)
        #expect(database.champion == 1)
        let area = try #require(first.result?.testBootstrapRocAUC)
        #expect((0.5...1).contains(area) && database.metrics["test_bootstrap_roc_auc"] == area)

        // The better one follows, named by its run.
        let run = try #require(try promote("models:/antifraud/2", ["--data", "data.parquet", "--dry-run"]).result)
        let second = try promote(
            "runs:/\(try #require(run.candidateRunID))/model", ["--data", "data.parquet", "--report", "r.html"])
        let result = try #require(second.result)
        #expect(second.status == 0 && result.decision == "promoted" && result.championVersion == 1, "\(second.errors)")
        let comparison = try #require(result.comparison)
        #expect(comparison.verdict == "better" && comparison.bootstrapInterval[0] > 0)
        database = try seen(2)
        #expect(database.champion == 2 && database.tags["promotion.decision"] == "promoted")
        #expect(database.metrics["p_value"] == comparison.tTestPValue)
        #expect(database.metrics["roc_auc_difference_lower"] == comparison.bootstrapInterval[0])
        #expect(try String(contentsOfFile: folder.path("r.html"), encoding: .utf8).contains("</html>"))

        // A retry does no harm.
        let again = try promote("models:/antifraud/2")
        #expect(again.status == 0 && again.result?.decision == "already champion")

        // The worse one does not, with any policy but always.
        for policy in ["better", "not-worse"] {
            let kept = try promote("models:/antifraud/1", ["--data", "data.parquet", "--policy", policy])
            #expect(kept.status == 3 && kept.result?.decision == "kept champion", "\(kept.errors)")
            #expect(try seen(1).champion == 2)
        }
        #expect(try seen(1).tags["promotion.decision"] == "kept champion")
        let rollback = try promote("models:/antifraud/1", ["--policy", "always"])
        #expect(rollback.status == 0 && rollback.result?.comparison == nil)
        #expect(try seen(1).champion == 1)
    }

    @Test(.needs(.python)) func whatCannotBePromotedIsRefused() throws {
        for (candidate, champion, options, part) in [
            ("weak", "models:/antifraud@champion", ["--data", "data.parquet"], "--register"),
            ("models:/antifraud/1", "models:/antifraud/2", ["--data", "data.parquet"], "models:/NAME@ALIAS"),
            ("models:/antifraud/1", "models:/other@champion", ["--data", "data.parquet"], "'other'"),
            ("models:/antifraud/9", "models:/antifraud@champion", ["--data", "data.parquet"], "9"),
            ("models:/antifraud/1", "models:/antifraud@champion", ["--data", "missing.parquet"], "missing.parquet"),
        ] {
            let outcome = try promote(candidate, options, champion: champion)
            #expect(outcome.status == 1 && outcome.errors.contains(part), "\(outcome.errors)")
        }
        #expect(try promote("models:/antifraud/1", []).status == 64)
        #expect(try seen(1).champion == nil)
    }
}
