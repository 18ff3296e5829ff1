import Foundation
import TestSupport
import Testing

/// The executables, used together as in the README.
@Suite(.needs(.python)) struct QuickstartTests {
    struct Result: Decodable {
        struct Publication: Decodable {
            var modelVersion: Int
            var trackingURI: String
        }
        struct Streaming: Decodable { var transactions: Int }
        struct Serving: Decodable {
            struct Labels: Decodable {
                var scoreBefore: Double
                var scoreAfter: Double
            }
            var labels: Labels
        }

        var champion: String?
        var isPromoted: Bool
        var metrics: [String: Double]
        var publication: Publication
        var streaming: Streaming
        var serving: Serving
        var report: String
    }

    @Test func aSecondRunMeetsTheFirstOnesChampion() throws {
        let folder = try TemporaryFolder()
        let arguments = ["--transactions", "60000", "--stream", "2000", "--output", "out", "-q"]
        let first = try Executable.json(Result.self, "quickstart", arguments, in: folder)
        #expect(first.champion == nil && first.isPromoted)
        #expect(first.streaming.transactions == 2_000)
        #expect(first.metrics["test_roc_auc", default: 0] > 0.7)
        let page = try String(contentsOfFile: folder.path("out/report.html"), encoding: .utf8)
        #expect(first.serving.labels.scoreAfter > first.serving.labels.scoreBefore)
        #expect(page.contains("Late labels"))
        #expect(page.contains("<svg") && !page.contains("http://") && !page.contains("<script"))

        let second = try Executable.json(Result.self, "quickstart", arguments, in: folder)
        #expect(second.champion == "version 1" && !second.isPromoted)
        #expect(second.publication.modelVersion == 2)
        #expect(second.metrics["test_roc_auc"] == first.metrics["test_roc_auc"])

        let names = try Oracle.json(
            [String].self,
            """
            import json, sqlite3, sys
            rows = sqlite3.connect(sys.argv[1]).execute(
                "select alias || ' ' || version from registered_model_aliases order by 1").fetchall()
            print(json.dumps([row[0] for row in rows]))
            """, [folder.path("out/mlflow.db")])
        #expect(names == ["champion 1"])
    }

    struct Training: Decodable { var metrics: [String: Double] }
    struct Scoring: Decodable {
        var rows: Int
        var history: String
    }

    @Test func modelsScoreAsLightGBMScoresTheirTrees() throws {
        let folder = try TemporaryFolder()
        _ = try Executable.run(
            "simulate-transactions",
            ["--output", "all.parquet", "--format", "parquet", "--transactions", "60000", "--days", "60"], in: folder)
        let training = try Executable.json(
            Training.self, "train-model",
            [
                "--data", "all.parquet", "--output", "model", "--rounds", "20", "--features", "basic", "--test-share",
                "0.3",
            ],
            in: folder)
        let scoring = try Executable.json(
            Scoring.self, "score-transactions",
            ["--data", "all.parquet", "--model", "model", "--output", "scores.parquet"], in: folder)
        #expect(scoring.history == "not_needed")
        struct Response: Decodable {
            var difference: Double
            var auc: Double
            var rows: Int
        }
        let response = try Oracle.json(
            Response.self,
            """
            import json, sys, lightgbm, numpy as np, pyarrow.parquet as pq
            from sklearn.metrics import roc_auc_score
            folder = sys.argv[1]
            t = pq.read_table(folder + "/all.parquet").to_pandas()
            s = pq.read_table(folder + "/scores.parquet").to_pandas()
            assert (t.transaction_id.to_numpy() == s.transaction_id.to_numpy()).all()
            hour = t.tx_datetime.dt.hour
            x = np.column_stack([t.tx_amount, t.terminal_id, hour] + [(hour // 6 == q) for q in range(4)]).astype("float32")
            p = lightgbm.Booster(model_file=folder + "/model/classifier/trees.txt").predict(x)
            days = t.tx_time_days.to_numpy(); first = days.min() + int((days.max() - days.min() + 1) * 0.7)
            test = days >= first
            print(json.dumps({"difference": float(abs(p - s.probability).max()), "rows": len(s),
                              "auc": roc_auc_score(t.tx_fraud[test], s.probability[test])}))
            """, [folder.url.path(percentEncoded: false)])
        #expect(response.difference < 1e-9)
        #expect(response.rows == scoring.rows)
        #expect(abs(response.auc - training.metrics["test_roc_auc", default: 0]) < 1e-9)
    }

    @Test func savedHistoryContinuesWhereTrainingEnded() throws {
        let folder = try TemporaryFolder()
        _ = try Executable.run(
            "simulate-transactions",
            ["--output", "all.parquet", "--format", "parquet", "--transactions", "40000", "--days", "60"], in: folder)
        try Oracle.run(
            """
            import sys, pyarrow.parquet as pq, pyarrow.compute as pc
            folder = sys.argv[1]
            t = pq.read_table(folder + "/all.parquet")
            pq.write_table(t.filter(pc.less(t["tx_time_days"], 45)), folder + "/past.parquet")
            pq.write_table(t.filter(pc.greater_equal(t["tx_time_days"], 45)), folder + "/new.parquet")
            """, [folder.url.path(percentEncoded: false)])
        let trained = try Executable.run(
            "train-model", ["--data", "past.parquet", "--output", "model", "--rounds", "20"], in: folder)
        try #require(trained.status == 0, "\(trained.errors)")
        let whole = try Executable.json(
            Scoring.self, "score-transactions",
            ["--data", "all.parquet", "--model", "model", "--output", "whole.parquet"], in: folder)
        let rest = try Executable.json(
            Scoring.self, "score-transactions",
            ["--data", "new.parquet", "--model", "model", "--output", "rest.parquet"], in: folder)
        #expect(whole.history == "empty" && rest.history == "saved")
        let difference = try Oracle.json(
            Double.self,
            """
            import sys, pyarrow.parquet as pq
            whole = pq.read_table(sys.argv[1] + "/whole.parquet").to_pandas().set_index("transaction_id")
            rest = pq.read_table(sys.argv[1] + "/rest.parquet").to_pandas().set_index("transaction_id")
            print(abs(whole.loc[rest.index].probability - rest.probability).max())
            """, [folder.url.path(percentEncoded: false)])
        #expect(difference == 0)
    }
}
