import Foundation
import TestSupport
import Testing

/// The programs on an MLflow server with PostgreSQL and S3, through its API and directly in its database.
@Suite struct TrackingURITests {
    private struct Result: Decodable {
        struct Publication: Decodable {
            var runID: String
            var modelVersion: Int
        }
        var champion: String?
        var metrics: [String: Double]
        var publication: Publication
    }

    private struct Seen: Decodable {
        struct Run: Decodable {
            var metrics: [String: Double]
            var status: String
            var modelPath: String
            var input: String
        }
        var runs: [String: Run]
        var champion: Int
        var versions: [Int]
        var probabilities: [Double]
        var history: Int
    }

    /// Whatever is wrong with a URI, and in whichever argument.
    @Test(arguments: [
        "postgresql://mlflow:Winter@2024/x@127.0.0.1:1/mlflow", "postgresql://mlflow:Win@ter@127.0.0.1:1/mlflow",
        "postgresql://mlflow:Winter2024@127.0.0.1:1/mlflow", "http://mlflow:Win@ter2024@127.0.0.1:1",
        "host=127.0.0.1 password=Winter2024",
    ])
    func programsShowNoPassword(_ location: String) throws {
        let folder = try TemporaryFolder()
        for (program, arguments) in [
            ("score-transactions", ["--data", "x", "--model", "models:/a/1", "--output", "y", "--tracking", location]),
            ("tracking-copy", [location, "sqlite:///a.db"]),
            ("tracking-copy", ["sqlite:///a.db", "sqlite:///b.db", location]),
            ("tracking-copy", ["a", "b", "--parallel=\(location)"]),
        ] {
            let outcome = try Executable.run(program, arguments, in: folder)
            let text = outcome.output + outcome.errors
            #expect(outcome.status != 0 && !text.isEmpty)
            for part in ["Win", "nter", "ter@", "2024"] { #expect(!text.contains(part), "\(program): \(text)") }
        }
    }

    @Test(.needs(.s3, .hdfs, .postgresql, .mlflow, .python, .mlflowPython))
    func theServerAndItsDatabaseShowTheSameRuns() throws {
        let folder = try TemporaryFolder()
        let locations = try RemoteLocations()
        let database = try TrackingDatabase.make()
        let s3 = try TestServers.s3()
        for (name, value) in [
            ("MLFLOW_S3_ENDPOINT_URL", s3.endpoint.absoluteString), ("AWS_ACCESS_KEY_ID", s3.admin.key),
            ("AWS_SECRET_ACCESS_KEY", s3.admin.secret),
        ] { setenv(name, value, 1) }
        defer {
            for name in ["MLFLOW_S3_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] { unsetenv(name) }
        }
        let server = try OwnServer(
            .mlflow,
            options: [
                "--backend-store-uri", database.replacing("postgresql:", with: "postgresql+psycopg:"),
                "--artifacts-destination", locations.s3("artifacts"),
            ])
        let uri = try server.mlflow().uri
        let arguments = ["--transactions", "60000", "--stream", "2000", "-q"]
        var environment = locations.environment
        environment["MLFLOW_TRACKING_URI"] = uri
        let first = try Executable.json(
            Result.self, "quickstart", arguments + ["--output", "a"], in: folder, environment: environment)
        // Directly in the database: it finds the server's runs, and the server finds its runs.
        environment["MLFLOW_TRACKING_URI"] = database
        let second = try Executable.json(
            Result.self, "quickstart",
            arguments + ["--output", "b", "--seed", "7", "--artifact-root", locations.s3("artifacts")], in: folder,
            environment: environment)
        environment["MLFLOW_TRACKING_URI"] = uri
        let third = try Executable.json(
            Result.self, "quickstart", arguments + ["--output", "c"], in: folder, environment: environment)
        #expect(first.champion == nil && second.champion == "version 1" && third.champion != nil)
        #expect([first, second, third].map(\.publication.modelVersion) == [1, 2, 3])

        let seen = try Oracle.json(
            Seen.self, Self.python, [uri, first.publication.runID], interpreter: Oracle.mlflowPython)
        #expect(seen.versions == [1, 2, 3])
        for result in [first, second, third] {
            let run = try #require(seen.runs[result.publication.runID])
            #expect(run.status == "FINISHED" && run.modelPath.hasSuffix("/model") && run.input == "raw")
            for (name, value) in result.metrics { #expect(run.metrics[name] == value, "\(name)") }
            #expect(run.metrics["test_bootstrap_roc_auc"] != nil)
            #expect((run.metrics["p_value"] != nil) == (result.champion != nil))
        }
        #expect(seen.history == 1)
        #expect(seen.probabilities.count == 3 && seen.probabilities.allSatisfy { (0...1).contains($0) })

        // Scoring programs load the champion.
        let scored = try Executable.run(
            "score-transactions",
            ["--data", "a/clean.parquet", "--model", "models:/antifraud@champion", "--output", "scores.parquet", "-q"],
            in: folder, environment: environment)
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(!(scored.errors + scored.output).contains("antifraud-secret"))
    }

    private static let python = #"""
        import json, os, sys
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        import mlflow, pandas, numpy
        uri, first = sys.argv[1:]
        mlflow.set_tracking_uri(uri)
        client = mlflow.MlflowClient()
        experiment = client.get_experiment_by_name("antifraud-experiment")
        frame = mlflow.search_runs([experiment.experiment_id])
        runs = {}
        for id in frame.run_id:
            run = client.get_run(id)
            runs[id] = {"metrics": run.data.metrics, "status": run.info.status, "modelPath": run.data.tags["model_path"],
                        "input": run.inputs.dataset_inputs[0].dataset.name}
        champion = client.get_model_version_by_alias("antifraud", "champion")
        model = mlflow.pyfunc.load_model("models:/antifraud@champion")
        names = model.metadata.get_input_schema().input_names()
        rows = pandas.DataFrame(numpy.ones((3, len(names)), dtype="float32"), columns=names)
        result = model.predict(rows)
        probabilities = result["probability"] if hasattr(result, "keys") else result
        print(json.dumps({
            "runs": runs, "champion": int(champion.version),
            "versions": sorted(int(v.version) for v in client.search_model_versions("name = 'antifraud'")),
            "probabilities": [float(p) for p in numpy.ravel(probabilities)],
            "history": len(client.get_metric_history(first, "test_roc_auc"))}))
        """#

    private struct Summary: Decodable {
        struct Publication: Decodable {
            var runID: String
            var isDelivered: Bool
            var journal: String?
        }
        var publication: Publication
    }

    private struct Replays: Decodable {
        struct Journal: Decodable {
            var state: String
            var rejected: Int
        }
        var journals: [Journal]
    }

    /// The database is unreachable during training; later everything is uploaded, with registration and files.
    @Test(.needs(.python)) func aTrainingWithoutANetworkIsUploadedLater() throws {
        let folder = try TemporaryFolder()
        try Self.simulate(folder)
        let training = ["--data", "data.parquet", "--output", "model", "--journal", "journal", "--register"]
        let arguments = training + ["--tracking", "sqlite:////proc/none/mlflow.db", "--system-metrics", "0.05"]
        let process = try Executable.start("train-model", arguments + ["--json"], in: folder)
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let summary = try Executable.decode(Summary.self, outcome.output)
        #expect(!summary.publication.isDelivered && summary.publication.journal == "journal")
        let location = ["--tracking", "sqlite:///mlflow.db"]
        let failed = try Executable.run("tracking-replay", ["journal", "--tracking", "sqlite:////proc/x"], in: folder)
        #expect(failed.status == 1 && failed.errors.contains("/proc/x"))
        let replayed = try Executable.json(Replays.self, "tracking-replay", ["journal"] + location, in: folder)
        #expect(replayed.journals.map(\.state) == ["delivered"] && replayed.journals.map(\.rejected) == [0])
        let again = try Executable.json(Replays.self, "tracking-replay", ["journal"] + location, in: folder)
        #expect(again.journals.isEmpty)
        let scored = try Executable.run(
            "score-transactions",
            ["--data", "data.parquet", "--model", "models:/antifraud/1", "--output", "scores.parquet", "-q"] + location,
            in: folder)
        #expect(scored.status == 0, "\(scored.errors)")
        struct Copy: Decodable {
            var runs: Int
            var versions: Int
            var files: Int
            var failures: [String]
        }
        let copied = try Executable.json(
            Copy.self, "tracking-copy", ["sqlite:///mlflow.db", "sqlite:///copy.db"], in: folder)
        #expect(copied.runs == 1 && copied.versions == 1 && copied.files > 5 && copied.failures == [])
        let missing = try Executable.run(
            "tracking-copy", ["sqlite:///none.db", "sqlite:///copy.db"], in: folder)
        #expect(missing.status == 1 && missing.errors.contains("none.db"))
        let metrics = try Oracle.run(
            """
            import sqlite3
            print(sorted(r[0] for r in sqlite3.connect("\(folder.path("copy.db"))").execute("select distinct key from metrics")))
            """)
        #expect(metrics.contains("system/cpu_utilization_percentage") && metrics.contains("training_rows"))
    }

    /// SIGTERM in the middle of a training: the run gets the status KILLED.
    @Test(.needs(.python)) func aTerminatedTrainingEndsItsRun() throws {
        let folder = try TemporaryFolder()
        try Self.simulate(folder)
        let process = try Executable.start(
            "train-model",
            [
                "--data", "data.parquet", "--output", "model", "--journal", "journal", "--tracking",
                "sqlite:///mlflow.db", "--rounds", "20000",
            ], in: folder)
        let status = """
            import sqlite3, sys
            try: print(*[r[0] for r in sqlite3.connect(sys.argv[1]).execute("select status from runs")])
            except sqlite3.OperationalError: pass
            """
        let deadline = ContinuousClock.now + .seconds(60)
        while try Oracle.run(status, [folder.path("mlflow.db")]) != "RUNNING\n", ContinuousClock.now < deadline {
            Thread.sleep(forTimeInterval: 0.1)
        }
        process.terminate()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 130)
        #expect(try Oracle.run(status, [folder.path("mlflow.db")]) == "KILLED\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("journal")).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path("model")))
    }

    private static func simulate(_ folder: TemporaryFolder) throws {
        let outcome = try Executable.run(
            "simulate-transactions", ["--transactions", "60000", "--output", "data.parquet", "-q"], in: folder)
        guard outcome.status == 0 else { throw Oracle.Failure(description: outcome.errors) }
    }
}

/// An empty database for one test on the PostgreSQL server of the test run.
private enum TrackingDatabase {
    static func make() throws -> String {
        let server = try TestServers.postgresql()
        let name = "programs_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try Oracle.run(
            """
            import psycopg, sys
            with psycopg.connect(sys.argv[1], autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {sys.argv[2]} OWNER antifraud")
            """, [server.adminURI, name], interpreter: Oracle.mlflowPython)
        return server.uri.replacing(#//[^/]*$/#, with: "/\(name)")
    }
}
