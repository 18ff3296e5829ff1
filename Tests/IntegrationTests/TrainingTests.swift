import Foundation
import TestSupport
import Testing

/// `train-model` on unusual data: odd labels, odd dates, options without effect.
@Suite(.needs(.python)) struct TrainingTests {
    let folder: TemporaryFolder

    private struct Summary: Decodable {
        var trainingRows: Int
        var trainingFrauds: Int
        var threshold: Double
        var metrics: [String: Double?]
    }

    /// Twenty days of transactions in `data.parquet`, with frauds on all of them.
    init() throws {
        folder = try TemporaryFolder()
        let simulated = try Executable.run(
            "simulate-transactions",
            ["--output", "data.parquet", "--format", "parquet", "--transactions", "6000", "--days", "20"], in: folder)
        try #require(simulated.status == 0, "\(simulated.errors)")
        try change("data.parquet", "t['tx_fraud'] = (t.tx_amount > 100).astype('int32')")
    }

    /// Changes `data.parquet`, a pandas frame `t`, into another file.
    private func change(_ name: String, _ python: String) throws {
        try Oracle.run(
            """
            import sys, pyarrow.parquet as pq, pyarrow as pa, numpy as np, pandas as pd
            t = pq.read_table(sys.argv[1] + '/data.parquet').to_pandas()
            \(python)
            pq.write_table(pa.Table.from_pandas(t, preserve_index=False), sys.argv[1] + '/\(name)', coerce_timestamps='us')
            """, [folder.url.path(percentEncoded: false)])
    }

    private func train(_ data: String, _ arguments: [String]) throws -> Summary {
        try Executable.json(
            Summary.self, "train-model", ["--data", data, "--output", "model", "--rounds", "3"] + arguments, in: folder)
    }

    private func refusal(_ data: String, _ arguments: [String], status: Int32 = 1) throws -> String {
        let outcome = try Executable.run(
            "train-model", ["--data", data, "--output", "refused"] + arguments, in: folder)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("refused")))
        return outcome.errors
    }

    @Test(arguments: ["int64", "float64", "bool", "str", "int8"])
    func labelsAreTakenFromTheColumnNamed(type: String) throws {
        try change(
            "labels.parquet", "t['chargeback'] = (t.transaction_id % 10 == 3).astype('int64').astype('\(type)')")
        let summary = try train("labels.parquet", ["--label", "chargeback"])
        #expect(summary.trainingFrauds == (summary.trainingRows + 6) / 10)
        let model = try String(contentsOfFile: folder.path("model/model.json"), encoding: .utf8)
        #expect(model.contains("\"label\" : \"chargeback\""))
    }

    @Test func invalidLabelsAreNamed() throws {
        try change(
            "labels.parquet", "t['odd'] = np.where(t.index == 7, 2, 0); t['gap'] = np.where(t.index == 5, np.nan, 1)")
        #expect(try refusal("labels.parquet", ["--label", "nothing"]).contains("'nothing'"))
        let odd = try refusal("labels.parquet", ["--label", "odd"])
        #expect(odd.contains("'odd' holds '2' in row 7"))
        #expect(try refusal("labels.parquet", ["--label", "gap"]).contains("row 5"))
    }

    @Test func testRowsWithoutFraudsLeaveRankingUndefined() throws {
        try change("clean-end.parquet", "t.loc[t.tx_time_days >= 10, 'tx_fraud'] = 0")
        let summary = try train("clean-end.parquet", ["--test-share", "0.2"])
        for name in ["test_roc_auc", "test_average_precision", "test_recall", "test_f1"] {
            #expect(summary.metrics[name] == .some(nil), "\(name)")
        }
        #expect((summary.metrics["test_log_loss"] ?? nil).map { $0 > 0 } == true)
        #expect((summary.metrics["test_brier_score"] ?? nil) != nil)
        let text = try Executable.run(
            "train-model",
            [
                "--data", "clean-end.parquet", "--output", "model", "--rounds", "3", "--test-share", "0.2",
                "--tracking", "sqlite:///t.db",
            ], in: folder)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("test_roc_auc                 -"))
        let logged = try Oracle.run(
            """
            import sqlite3, sys
            print(sorted(r[0] for r in sqlite3.connect(sys.argv[1]).execute("select key from metrics")))
            """, [folder.path("t.db")])
        #expect(logged.contains("test_log_loss") && !logged.contains("test_roc_auc"))
    }

    @Test func aStrayDateCountsAsOneDay() throws {
        let plain = try train("data.parquet", ["--test-share", "0.25"])
        for date in ["1970-01-01", "2099-12-31"] {
            try change("stray.parquet", "t.loc[100, 'tx_datetime'] = pd.Timestamp('\(date)')")
            let summary = try train("stray.parquet", ["--test-share", "0.25"])
            #expect(abs(summary.trainingRows - plain.trainingRows) < plain.trainingRows / 8, "\(date)")
        }
    }

    @Test func rowsOfOneClassAreFoundBeforeTraining() throws {
        try change("late.parquet", "t.loc[t.tx_time_days < 19, 'tx_fraud'] = 0; t.loc[t.index[-5:], 'tx_fraud'] = 1")
        let early = try refusal("late.parquet", ["--test-share", "0.2"])
        #expect(early.contains("2019-08-22 to 2019-09-06") && early.contains("none is a fraud"))
        #expect(early.contains("--test-from-day"))
        try change("clean-end.parquet", "t.loc[t.tx_time_days >= 10, 'tx_fraud'] = 0")
        let chosen = try refusal("clean-end.parquet", ["--validation-share", "0.2"])
        #expect(chosen.contains("2019-09-07 to 2019-09-10") && chosen.contains("--validation-share"))
    }

    @Test func optionsWithoutEffectAreRefused() throws {
        for (arguments, words) in [
            (
                ["--learner", "logistic-regression", "--rounds", "5", "--leaves", "3"],
                ["--rounds, --leaves", "logistic"]
            ),
            (["--learner", "random-forest", "--learning-rate", "0.2"], ["--learning-rate", "random-forest"]),
            (["--grid", "--max-depth", "3"], ["--max-depth", "--grid"]),
            (["--features", "basic", "--feature-columns", "tx_amount"], ["--feature-columns"]),
            (["--alias", "v1", "--tracking", "sqlite:///t.db"], ["alias"]),
            (["--learner", "logistic-regression", "--l2", "0"], ["--l2"]), (["--register"], ["--tracking"]),
        ] {
            let errors = try refusal("data.parquet", arguments, status: 64)
            for word in words { #expect(errors.contains(word), "\(errors)") }
        }
    }

    /// More names than fit into a parameter of MLflow.
    @Test(arguments: [false, true])
    func aLongListOfFeaturesIsLogged(journaled: Bool) throws {
        try Oracle.run(
            """
            import sys, numpy as np, pyarrow.parquet as pq, pyarrow as pa
            y = np.arange(200) % 2
            columns = {'customer_feature_with_long_name_%04d' % i: (y * i + np.arange(200) % 7).astype('float32') for i in range(300)}
            pq.write_table(pa.table(columns | {'y': y}), sys.argv[1] + '/wide.parquet')
            """, [folder.url.path(percentEncoded: false)])
        let names = (0..<300).map { number in
            let digits = String(number)
            return "customer_feature_with_long_name_" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        let journal = journaled ? ["--journal", "journal"] : []
        let outcome = try Executable.run(
            "train-model",
            [
                "--data", "wide.parquet", "--output", "wide-model", "--feature-columns", names.joined(separator: ","),
                "--label", "y", "--rounds", "2", "--tracking", "sqlite:///wide.db", "--registered-model-name", "wide",
                "--alias", "champion",
            ] + journal, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        struct Logged: Decodable {
            var status: String
            var feature: String
            var names: [String]
        }
        let logged = try Oracle.json(
            Logged.self,
            """
            import sqlite3, sys, json, glob
            folder = sys.argv[1]
            base = sqlite3.connect(folder + '/wide.db')
            print(json.dumps(dict(
                status=base.execute("select status from runs").fetchone()[0],
                feature=base.execute("select value from params where key = 'features'").fetchone()[0],
                names=json.load(open(glob.glob(folder + '/mlruns/**/features.json', recursive=True)[0])))))
            """, [folder.url.path(percentEncoded: false)])
        #expect(logged.status == "FINISHED" && logged.names == names)
        #expect(logged.feature.hasPrefix(names[0] + ",") && logged.feature.count <= 500)
        let scored = try Executable.run(
            "score-transactions",
            [
                "--data", "wide.parquet", "--model", "models:/wide@champion", "--output", "s.parquet", "-q",
                "--tracking", "sqlite:///wide.db",
            ], in: folder)
        #expect(scored.status == 0, "\(scored.errors)")
    }

    @Test func anExperimentThatIsDeletedIsFoundBeforeTraining() throws {
        _ = try Executable.run(
            "train-model",
            ["--data", "data.parquet", "--output", "model", "--rounds", "2", "--tracking", "sqlite:///t.db"], in: folder
        )
        try Oracle.run(
            """
            import sqlite3, sys
            base = sqlite3.connect(sys.argv[1])
            base.execute("update experiments set lifecycle_stage = 'deleted' where name = 'antifraud-experiment'")
            base.commit()
            """, [folder.path("t.db")])
        let errors = try refusal("data.parquet", ["--tracking", "sqlite:///t.db"])
        #expect(errors.contains("antifraud-experiment") && errors.contains("deleted"))
    }

    private struct Comparison: Decodable {
        var rows: Int
        var trainingRowsLeftOut: Int
        var laterThan: String?
        var warning: String?
    }

    @Test func modelsAreComparedOnRowsThatAreNewToBoth() throws {
        for (name, day) in [("old", "8"), ("new", "12")] {
            let trained = try Executable.run(
                "train-model",
                ["--data", "data.parquet", "--output", name, "--rounds", "5", "--test-from-day", day], in: folder)
            try #require(trained.status == 0, "\(trained.errors)")
        }
        let arguments = ["--data", "data.parquet", "--champion", "old", "--candidate", "new", "--samples", "100"]
        let later = try Executable.json(Comparison.self, "compare-models", arguments, in: folder)
        #expect(later.laterThan?.hasPrefix("2019-09-02") == true && later.warning == nil)
        #expect(later.trainingRowsLeftOut > later.rows)
        let all = try Executable.json(
            Comparison.self, "compare-models", arguments + ["--include-training-rows", "--report", "all.html"],
            in: folder)
        #expect(all.rows == later.rows + later.trainingRowsLeftOut)
        #expect(all.warning?.contains("\(later.trainingRowsLeftOut) of the \(all.rows) rows") == true)
        #expect(try String(contentsOfFile: folder.path("all.html"), encoding: .utf8).contains("trained on"))
        // Models without training times are compared, and marked.
        for name in ["old", "new"] {
            let renamed = try Executable.run(
                "train-model",
                [
                    "--data", "data.parquet", "--output", name + "-all", "--rounds", "5", "--label", "tx_fraud",
                ], in: folder)
            try #require(renamed.status == 0, "\(renamed.errors)")
        }
        let refused = try Executable.run(
            "compare-models", ["--data", "data.parquet", "--champion", "old-all", "--candidate", "new-all"], in: folder)
        #expect(refused.status == 1 && refused.errors.contains("--include-training-rows"), "\(refused.errors)")
        #expect(refused.errors.contains("2019-09-10"))
    }

    @Test func theHandbooksProtocolRunsOnSimulatedTransactions() throws {
        let simulated = try Executable.run(
            "simulate-transactions",
            ["--output", "long.parquet", "--format", "parquet", "--transactions", "30000", "--days", "70"], in: folder)
        try #require(simulated.status == 0, "\(simulated.errors)")
        let outcome = try Executable.run("handbook-protocol", ["--data", "long.parquet"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("boosted trees"))
        let short = try Executable.run("handbook-protocol", ["--data", "data.parquet"], in: folder)
        #expect(short.status == 1 && short.errors.contains("58 days"), "\(short.errors)")
    }
}
