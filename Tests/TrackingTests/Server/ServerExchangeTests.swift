import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing
import Tracking

/// One server, two clients: what either writes, both read with equal values.
@Suite struct ServerExchangeTests {
    @Test(.needs(.mlflow, .mlflowPython)) func bothReadWhatEitherWrote() async throws {
        // Its own: everything in it is compared.
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.mlflow) }
        let uri = try server.mlflow().uri
        let ours = try await MLflowExchangeTests.write(to: uri)
        let oursRead = try await Snapshot(ours)

        struct Response: Decodable, Sendable {
            var ours: Snapshot
            var both: Snapshot
        }
        let response = try await MLflowOracle.json(
            Response.self, Snapshot.python + "\n" + Self.python, [uri])
        #expect(response.ours == oursRead)
        #expect(oursRead.runs.count == 6)
        #expect(oursRead.runs.contains { $0.contents["reports/täglich 🦊.txt"] == "bytes" })
        let both = try await Snapshot(ours)
        #expect(both == response.both)
        #expect(both.runs.count == 8)
        let theirs = try #require(both.runs.first { $0.name == "outer" })
        #expect(theirs.params["long"] == String(repeating: "y", count: 5000))
        #expect(theirs.metrics["nan"]?.value == "nan" && theirs.contents["näme with space.txt"] == "hello")
        #expect(try await ours.models.resolve("models:/their model@champion").version == 1)
        let files = try await ours.artifacts(at: "models:/their model@champion")
        #expect(try await files.read("data.bin") == Array("weights".utf8))
        try await ours.close()
    }

    private static let python = #"""
        os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
        import mlflow
        uri = sys.argv[1]
        client = MlflowClient(uri)
        result = {"ours": snapshot(client)}
        mlflow.set_tracking_uri(uri)
        e = client.create_experiment("their 'experiment' 100% 🐍", tags={"a": "b'\""})
        with mlflow.start_run(experiment_id=e, run_name="outer", tags={"x": "1\n'\"%🐍"}) as run:
            mlflow.log_params({"depth": 5, "lang": "python 🐍", "long": "y" * 5000, "a/b": "c"})
            for step in range(20):
                mlflow.log_metric("loss/train", 1 / (step + 1), step=step)
            mlflow.log_metrics({"nan": float("nan"), "inf": float("inf"), "ninf": float("-inf")}, step=3)
            mlflow.log_text("weights", "model/data.bin")
            mlflow.log_text("hello", "näme with space.txt")
        client.create_registered_model("their model", {"t": "v"}, "described")
        client.create_model_version("their model", run.info.artifact_uri + "/model", run.info.run_id, {"v": "1"})
        client.set_registered_model_alias("their model", "champion", 1)
        client.register_prompt("a-prompt", "hello {{name}}")
        known = [r for r in client.search_runs([e.experiment_id for e in client.search_experiments()])
                 if r.info.run_name == "renamed 'run'"][0]
        client.log_metric(known.info.run_id, "auc", 0.99, timestamp=11, step=3)
        client.create_run(known.info.experiment_id, run_name="by python")
        result["both"] = snapshot(client)
        print(json.dumps(result))
        """#
}
