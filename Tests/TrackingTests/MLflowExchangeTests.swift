import Foundation
import StorageIO
import TestSupport
import Testing
import Tracking

/// One file, two programs: what either writes, both read with equal values.
@Suite struct MLflowExchangeTests {
    @Test(.needs(.mlflowPython)) func bothReadWhatEitherWrote() async throws {
        let folder = try TemporaryFolder()
        let ours = try await Self.write(to: "sqlite:///\(folder.path("ours/mlflow.db"))")
        let oursRead = try await Snapshot(ours)
        try await ours.close()

        struct Response: Decodable, Sendable {
            var ours: Snapshot
            var theirs: Snapshot
            var both: Snapshot
            var championSource: String
            var schemaDifferences: [String]
            var migrationMessages: String
        }
        let response = try await MLflowOracle.json(
            Response.self, Snapshot.python + "\n" + Self.python,
            [
                "sqlite:///\(folder.path("ours/mlflow.db"))", "sqlite:///\(folder.path("theirs.db"))",
                folder.path("files"),
            ])

        #expect(response.schemaDifferences == [])
        #expect(!response.migrationMessages.contains("Updating database tables"), "MLflow migrated our file")
        #expect(response.ours == oursRead)
        #expect(oursRead.runs.count == 6)
        #expect(oursRead.runs.contains { $0.contents["reports/täglich 🦊.txt"] == "bytes" })
        let champion = try #require(oursRead.versions.first { $0.name == "fraud 🦊" && $0.version == 2 })
        #expect(response.championSource == champion.source)

        let theirs = try await TrackingClient.open("sqlite:///\(folder.path("theirs.db"))")
        #expect(try await Snapshot(theirs) == response.theirs)
        #expect(response.theirs.runs.count == 5)
        let resolved = try await theirs.models.resolve("models:/their model@champion")
        #expect(resolved.version == 2)
        let bytes = try await theirs.artifacts(at: "models:/their model@champion").read("model/data.bin")
        #expect(bytes == Array("weights".utf8))
        #expect(try await theirs.models.latestVersion(of: "their model")?.version == 3)
        try await theirs.close()

        // MLflow went on with our file; so do we.
        let again = try await TrackingClient.open("sqlite:///\(folder.path("ours/mlflow.db"))")
        #expect(try await Snapshot(again) == response.both)
        #expect(response.both.runs.count == 7)
        try await again.close()
    }

    static func write(to uri: String, artifactRoot: String? = nil) async throws -> TrackingClient {
        let client = try await TrackingClient.open(
            uri, artifactRoot: artifactRoot,
            context: RunContext(
                user: "zoë", sourceName: "train-model", sourceType: .job,
                gitCommit: "0123456789abcdef0123456789abcdef01234567"))
        let experiment = try await client.experiment(
            named: "50% \"off\"; DROP TABLE runs; -- 🦊", tags: ["team": "it's \"us\" %_\\"])
        let run = try await experiment.startRun(
            name: "Robert'); DROP TABLE runs;--", tags: ["emoji": "🦊\n\t'\"%"], startTime: 1_700_000_000_000)
        try await run.log(parameters: [
            "depth": 5, "rate": 0.1, "text": String(repeating: "é", count: 5000), "a/b.c d:e-f": "'; --", "empty": "",
        ])
        try await run.log(parameters: ["depth": 5])
        try await run.log([
            Metric(key: "auc", value: 0.5, timestamp: 10, step: 1),
            Metric(key: "auc", value: 0.75, timestamp: 5, step: 2),
            Metric(key: "auc", value: 0.5, timestamp: 10, step: 1),
            Metric(key: "auc", value: 0.6, timestamp: 5, step: 2),
            Metric(key: "odd", value: .nan, timestamp: 1, step: -3),
            Metric(key: "odd", value: -1, timestamp: 1, step: -3),
            Metric(key: "up", value: .infinity, timestamp: 1, step: 0),
            Metric(key: "down", value: -.infinity, timestamp: 1, step: 0),
            Metric(key: "tiny", value: .leastNonzeroMagnitude, timestamp: 1, step: 0),
            Metric(key: "third", value: 1.0 / 3.0, timestamp: Timestamp(millisecondsSince1970: .max), step: .min),
        ])
        try await run.log(metrics: ["loss": 0.25, "val/loss": 0.5], step: 7)
        try await run.log(text: "bytes", as: "reports/täglich 🦊.txt")
        try await run.log(artifact: [0, 255, 10], as: "model/weights 100%.bin")
        let nested = try await run.startNestedRun(name: "inner")
        try await nested.log(metric: "auc", 1)
        try await nested.end(.failed)
        try await run.end()
        let resumed = try await client.resumeRun(id: run.id)
        try await resumed.setTags(["mlflow.note.content": "## notes", "emoji": "🐻"])
        try await resumed.rename(to: "renamed 'run'")
        try await resumed.end()

        let unnamed = try await experiment.startRun()
        try await unnamed.log(
            (0..<2500).map {
                Metric(
                    key: "series", value: Double($0), timestamp: Timestamp(millisecondsSince1970: Int64($0)), step: 0)
            })
        try await unnamed.end(.killed)
        try await experiment.startRun(name: "gone").delete()

        let other = try await client.experiment(named: "other")
        _ = try await other.startRun(name: "still running")
        try await other.startRun(name: "with its experiment").end()
        try await other.delete()
        try await client.experiment(named: "back again").delete()
        try await Experiment.restored(named: "back again", in: client)

        try await client.models.create("fraud 🦊", description: "finds it", tags: ["owner": "o'neil"])
        try await client.models.register("fraud 🦊", source: "runs:/\(run.id)/model", tags: ["auc": "0.75"])
        try await client.models.register("fraud 🦊", source: "runs:/\(run.id)/model", description: "second")
        try await client.models.register("fraud 🦊", source: "runs:/\(nested.id)/model")
        try await client.models.setAlias("champion", of: "fraud 🦊", to: 1)
        try await client.models.setAlias("champion", of: "fraud 🦊", to: 2)
        try await client.models.setAlias("challenger", of: "fraud 🦊", to: 3)
        try await client.models.deleteVersion(3, of: "fraud 🦊")
        try await client.models.setTag("checked", "yes", ofVersion: 2, of: "fraud 🦊")
        try await client.models.register("renamed soon", source: "s3://bucket/models")
        try await client.models.setTag("k", "v", of: "renamed soon")
        try await client.models.setAlias("best", of: "renamed soon", to: 1)
        try await client.models.setStage("production", ofVersion: 1, of: "renamed soon")
        try await client.models.rename("renamed soon", to: "renamed")
        return client
    }

    private static let python = #"""
        import io, re, sqlite3
        ours, theirs, files = sys.argv[1:]
        logging.disable(logging.NOTSET)
        log = io.StringIO()
        logging.getLogger("mlflow").addHandler(logging.StreamHandler(log))

        client = MlflowClient(ours)
        result = {"ours": snapshot(client), "migrationMessages": log.getvalue()}
        result["championSource"] = client.get_model_version_by_alias("fraud 🦊", "champion").source

        other = MlflowClient(theirs)
        import mlflow
        mlflow.set_tracking_uri(theirs)
        e = other.create_experiment("their 'experiment' 100% 🐍", artifact_location=files, tags={"a": "b'\""})
        with mlflow.start_run(experiment_id=e, run_name="outer", tags={"x": "1"}) as run:
            mlflow.log_params({"depth": 5, "lang": "python 🐍", "long": "y" * 6000})
            for step in range(150):
                mlflow.log_metric("loss", 1 / (step + 1), step=step)
            mlflow.log_metrics({"nan": float("nan"), "inf": float("inf"), "ninf": float("-inf")}, step=3)
            mlflow.log_text("weights", "model/data.bin")
            mlflow.log_text("hello", "näme with space.txt")
            with mlflow.start_run(run_name="nested", nested=True, experiment_id=e):
                mlflow.log_metric("loss", -0.0)
        failed = other.create_run(e, start_time=5)
        other.set_terminated(failed.info.run_id, "FAILED", 17)
        deleted = other.create_run("0")
        other.delete_run(deleted.info.run_id)
        other.create_run("0", run_name="running")
        gone = other.create_experiment("deleted")
        other.delete_experiment(gone)
        other.create_registered_model("their model", {"t": "v"}, "described")
        for _ in range(3):
            other.create_model_version("their model", run.info.artifact_uri, run.info.run_id, {"v": "1"})
        other.set_registered_model_alias("their model", "champion", 2)
        other.register_prompt("a-prompt", "hello {{name}}")
        result["theirs"] = snapshot(other)

        known = [r for r in client.search_runs([e.experiment_id for e in client.search_experiments()])
                 if r.info.run_name == "renamed 'run'"][0]
        client.log_metric(known.info.run_id, "auc", 0.99, timestamp=11, step=3)
        client.set_tag(known.info.run_id, "from", "python")
        added = client.create_run(known.info.experiment_id, run_name="by python")
        client.log_param(added.info.run_id, "p", 1)
        result["both"] = snapshot(client)

        def schema(uri):
            rows = sqlite3.connect(uri.removeprefix("sqlite:///")).execute(
                "select name, sql from sqlite_master where sql is not null and name not like 'antifraud%' union all select 'rev', version_num from alembic_version")
            # MLflow writes constraints, and the values of some, in an order that changes from process to process.
            return {n: sorted(re.split(r"[,()]", re.sub(r'[\s"]+', "", s))) for n, s in rows}
        a, b = schema(ours), schema(theirs)
        result["schemaDifferences"] = [k for k in set(a) | set(b) if a.get(k) != b.get(k)]
        print(json.dumps(result))
        """#
}

extension Experiment {
    fileprivate static func restored(named name: String, in client: TrackingClient) async throws {
        let filter: SearchFilter = "name = \(name)"
        let record = try #require(try await client.experiments(matching: filter, view: .deleted).all().first)
        try await client.experiment(id: record.id).restore()
    }
}
