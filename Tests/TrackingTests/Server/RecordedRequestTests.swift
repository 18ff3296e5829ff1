import Foundation
import HTTPTransport
import TestSupport
import Testing
import Tracking

/// Our requests are those of MLflow's Python client: both talk to one server through a program that records their
/// requests.
@Suite struct RecordedRequestTests {
    /// Forwards requests, and records them under the label that was last requested at `/label/NAME`.
    private static let program = #"""
        import http.server, json, os, re, sys, threading, time, urllib.parse, urllib.request, urllib.error
        folder, target = sys.argv[1], sys.argv[2]
        label = ""
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, wbufsize = "HTTP/1.1", -1
            def log_message(self, *arguments): pass
            def respond(self):
                global label
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, data, kind = 200, b"", "text/plain"
                if self.path.startswith("/label/"):
                    label = self.path[7:]
                else:
                    request = urllib.request.Request(
                        target + self.path, data=body or None, method=self.command,
                        headers={k: v for k, v in self.headers.items() if k in ("Content-Type", "Accept")})
                    try: response = urllib.request.urlopen(request)
                    except urllib.error.HTTPError as error: response = error
                    status, data, kind = response.status, response.read(), response.headers.get("Content-Type") or ""
                    parts = urllib.parse.urlsplit(self.path)
                    query = sorted(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
                    is_json = "json" in self.headers.get("Content-Type", "")
                    shown = json.dumps(json.loads(body), sort_keys=True) if body and is_json else str(len(body))
                    with open(folder + "log", "a") as file:
                        file.write(json.dumps({
                            "label": label, "method": self.command, "path": urllib.parse.unquote(parts.path),
                            "query": json.dumps(query), "body": shown}) + "\n")
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD": self.wfile.write(data)
            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = respond
        """#

    private struct Recorded: Decodable {
        var label: String
        var method: String
        var path: String
        var query: String
        var body: String
    }

    private static let python = #"""
        import os, sys, urllib.request
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
        import logging
        logging.disable(logging.CRITICAL)
        import json, tempfile, warnings
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient
        from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
        uri, name = sys.argv[1:]
        c = MlflowClient(uri)
        def label(text): urllib.request.urlopen(uri + "/label/" + text).read()
        label("createExperiment"); e = c.create_experiment(name + "e", tags={"k": "v"})
        label("experiment"); c.get_experiment(e)
        label("experimentNamed"); c.get_experiment_by_name(name + "e")
        label("setExperimentTag"); c.set_experiment_tag(e, "k", "w'\"\n")
        label("deleteExperimentTag"); c.delete_experiment_tag(e, "k")
        label("rename"); c.rename_experiment(e, name + "f")
        label("delete"); c.delete_experiment(e)
        label("restore"); c.restore_experiment(e)
        label("searchExperiments")
        c.search_experiments(filter_string="name = '" + name + "f'", max_results=7, order_by=["name ASC"])
        label("createRun"); r = c.create_run(e, start_time=5, tags={"x": "y"}, run_name="n").info.run_id
        label("run"); c.get_run(r)
        label("end"); c.set_terminated(r, "FINISHED", 9)
        label("logBatch")
        c.log_batch(r, [Metric("m", float("nan"), 1, 2), Metric("i", float("-inf"), 1, -2), Metric("z", 0.1, 0, 0)],
                    [Param("p", "q"), Param("r", "")], [RunTag("t", "u")])
        label("deleteTag"); c.delete_tag(r, "t")
        label("logInputs")
        c.log_inputs(r, [DatasetInput(Dataset("d", "x", "local", "{}", "s", "p"), [InputTag("mlflow.data.context", "train")])])
        label("searchRuns")
        c.search_runs([e], "metrics.`m` > 1 AND params.`p` = 'q'", max_results=3, order_by=["metrics.`m` DESC"])
        label("deleteRun"); c.delete_run(r)
        label("restoreRun"); c.restore_run(r)
        label("createModel"); c.create_registered_model(name + "m", {"a": "b"}, "d")
        label("model"); c.get_registered_model(name + "m")
        label("describeModel"); c.update_registered_model(name + "m", "dd")
        label("tagModel"); c.set_registered_model_tag(name + "m", "k", "v")
        label("untagModel"); c.delete_registered_model_tag(name + "m", "k")
        label("createVersion")
        c.create_model_version(name + "m", "s3://bucket/x", r, {"t": "1"}, description="ver")
        label("version"); c.get_model_version(name + "m", 1)
        label("describeVersion"); c.update_model_version(name + "m", 1, "x")
        label("tagVersion"); c.set_model_version_tag(name + "m", 1, "k", "v")
        label("untagVersion"); c.delete_model_version_tag(name + "m", 1, "k")
        label("setAlias"); c.set_registered_model_alias(name + "m", "best", 1)
        label("alias"); c.get_model_version_by_alias(name + "m", "best")
        label("deleteAlias"); c.delete_registered_model_alias(name + "m", "best")
        label("stage"); c.transition_model_version_stage(name + "m", 1, "Staging", True)
        label("searchVersions")
        c.search_model_versions("name = '" + name + "m'", 5, ["version_number DESC"])
        label("deleteVersion"); c.delete_model_version(name + "m", 1)
        label("renameModel"); c.rename_registered_model(name + "m", name + "n")
        label("deleteModel"); c.delete_registered_model(name + "n")
        d = tempfile.mkdtemp()
        open(d + "/a b%+é.txt", "w").write("x")
        label("upload"); c.log_artifact(r, d + "/a b%+é.txt", "sub dir")
        label("listFolder"); c.list_artifacts(r, "sub dir")
        label("download"); c.download_artifacts(r, "sub dir/a b%+é.txt", d)
        print(json.dumps({"experiment": e, "run": r}))
        """#

    @Test(.needs(.mlflow, .mlflowPython)) func theyAreThoseOfPython() async throws {
        let recorder = try PythonProgram(Self.program, arguments: [TestServers.mlflow().uri])
        let uri = "http://\(recorder.authority)"
        let (theirName, ourName) = (UniqueNames()(""), UniqueNames()(""))
        struct Identifiers: Decodable, Sendable {
            var experiment: String
            var run: String
        }
        let theirs = try await MLflowOracle.json(Identifiers.self, Self.python, [uri, theirName])
        let theirLog = try Self.log(of: recorder)
        let ours = try await Self.calls(uri, ourName)
        let ourLog = Array(try Self.log(of: recorder).dropFirst(theirLog.count))

        for label in Self.paths.keys.sorted() {
            let path = try #require(Self.paths[label])
            func request(_ log: [Recorded], _ experiment: String, _ run: String, _ name: String) -> String? {
                // An upload closes with our look at what has come.
                let found = log.last {
                    $0.label == label && $0.path.hasPrefix("/api/2.0/\(path)")
                        && ($0.method == "PUT" || label != "upload")
                }
                return found.map { recorded in
                    "\(recorded.method) \(recorded.path) ? \(recorded.query) \(recorded.body)"
                        .replacing(run, with: "RUN").replacing(name, with: "NAME")
                        // By their keys: other numbers may be the same.
                        .replacing("\"experiment_id\": \"\(experiment)\"", with: "\"experiment_id\": EXPERIMENT")
                        .replacing("\"experiment_ids\": [\"\(experiment)\"]", with: "\"experiment_ids\": EXPERIMENT")
                        .replacing("[\"experiment_id\", \"\(experiment)\"]", with: "[\"experiment_id\", EXPERIMENT]")
                        .replacing("/\(experiment)/", with: "/EXPERIMENT/")
                        .replacing(#/\["path", "\d+\//#, with: "[\"path\", \"EXPERIMENT/")
                        .replacing(
                            #/\{"key": "antifraud.creation_token", "value": "[0-9a-f]{32}"\}, /#, with: "")
                }
            }
            let expected = request(theirLog, theirs.experiment, theirs.run, theirName)
            let actual = request(ourLog, ours.experiment, ours.run, ourName)
            #expect(expected != nil && actual == expected, "\(label)")
        }
    }

    /// What each label is about, below `/api/2.0/`.
    private static let paths = [
        "createExperiment": "mlflow/experiments/create", "experiment": "mlflow/experiments/get",
        "experimentNamed": "mlflow/experiments/get-by-name",
        "setExperimentTag": "mlflow/experiments/set-experiment-tag",
        "deleteExperimentTag": "mlflow/experiments/delete-experiment-tag", "rename": "mlflow/experiments/update",
        "delete": "mlflow/experiments/delete", "restore": "mlflow/experiments/restore",
        "searchExperiments": "mlflow/experiments/search", "createRun": "mlflow/runs/create", "run": "mlflow/runs/get",
        "end": "mlflow/runs/update", "logBatch": "mlflow/runs/log-batch", "deleteTag": "mlflow/runs/delete-tag",
        "logInputs": "mlflow/runs/log-inputs", "searchRuns": "mlflow/runs/search", "deleteRun": "mlflow/runs/delete",
        "restoreRun": "mlflow/runs/restore", "createModel": "mlflow/registered-models/create",
        "model": "mlflow/registered-models/get", "describeModel": "mlflow/registered-models/update",
        "tagModel": "mlflow/registered-models/set-tag", "untagModel": "mlflow/registered-models/delete-tag",
        "createVersion": "mlflow/model-versions/create", "version": "mlflow/model-versions/get",
        "describeVersion": "mlflow/model-versions/update", "tagVersion": "mlflow/model-versions/set-tag",
        "untagVersion": "mlflow/model-versions/delete-tag", "setAlias": "mlflow/registered-models/alias",
        "alias": "mlflow/registered-models/alias", "deleteAlias": "mlflow/registered-models/alias",
        "stage": "mlflow/model-versions/transition-stage", "searchVersions": "mlflow/model-versions/search",
        "deleteVersion": "mlflow/model-versions/delete", "renameModel": "mlflow/registered-models/rename",
        "deleteModel": "mlflow/registered-models/delete", "upload": "mlflow-artifacts/artifacts/",
        "listFolder": "mlflow-artifacts/artifacts", "download": "mlflow-artifacts/artifacts/",
    ]

    private static func log(of recorder: PythonProgram) throws -> [Recorded] {
        try String(contentsOfFile: recorder.folder.path("log"), encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Recorded.self, from: Data($0.utf8))
        }
    }

    private static func calls(_ uri: String, _ name: String) async throws -> (experiment: String, run: String) {
        let store = try RESTTrackingStore(uri: uri)
        let http = try TransportClient()
        func label(_ text: String) async throws {
            _ = try await http.send(TransportRequest(method: "GET", url: "\(uri)/label/\(text)"), maximumBodyBytes: 100)
        }
        let (m, n) = (name + "m", name + "n")
        try await label("createExperiment")
        let e = try await store.createExperiment(named: name + "e", artifactLocation: nil, tags: ["k": "v"]).id
        try await label("experiment")
        _ = try await store.experiment(id: e)
        try await label("experimentNamed")
        _ = try await store.experiment(named: name + "e")
        try await label("setExperimentTag")
        try await store.setTag("k", "w'\"\n", ofExperiment: e)
        try await label("deleteExperimentTag")
        try await store.deleteTag("k", ofExperiment: e)
        try await label("rename")
        try await store.renameExperiment(id: e, to: name + "f")
        try await label("delete")
        try await store.setLifecycleStage(.deleted, ofExperiment: e)
        try await label("restore")
        try await store.setLifecycleStage(.active, ofExperiment: e)
        try await label("searchExperiments")
        var query = EntityQuery(filter: "name = \(name + "f")")
        query.pageSize = 7
        query.orderBy = ["name"]
        _ = try await store.searchExperiments(query)
        try await label("createRun")
        let r = try await store.createRun(
            RunCreation(experimentID: e, name: "n", userID: "unknown", startTime: 5, tags: ["x": "y"])
        ).id
        try await label("run")
        _ = try await store.run(id: r)
        try await label("end")
        try await store.updateRun(id: r, status: .finished, endTime: 9, name: nil)
        try await label("logBatch")
        try await store.log(
            RunBatch(
                metrics: [
                    Metric(key: "m", value: .nan, timestamp: 1, step: 2),
                    Metric(key: "i", value: -.infinity, timestamp: 1, step: -2),
                    Metric(key: "z", value: 0.1, timestamp: 0, step: 0),
                ], parameters: [("p", "q"), ("r", "")], tags: [("t", "u")]), toRun: r)
        try await label("deleteTag")
        try await store.deleteTag("t", ofRun: r)
        try await label("logInputs")
        try await store.log(
            [
                DatasetInput(
                    name: "d", digest: "x", source: "{}", schema: "s", profile: "p", context: "train")
            ], toRun: r)
        try await label("searchRuns")
        var runs = RunQuery(experimentIDs: [e], filter: "metrics.m > 1 and params.p = 'q'")
        runs.pageSize = 3
        runs.orderBy = ["metrics.m DESC"]
        _ = try await store.searchRuns(runs)
        try await label("deleteRun")
        try await store.setLifecycleStage(.deleted, ofRun: r)
        try await label("restoreRun")
        try await store.setLifecycleStage(.active, ofRun: r)
        try await label("createModel")
        _ = try await store.createModel(named: m, description: "d", tags: ["a": "b"])
        try await label("model")
        _ = try await store.model(named: m)
        try await label("describeModel")
        try await store.setDescription("dd", ofModel: m)
        try await label("tagModel")
        try await store.setTag("k", "v", ofModel: m)
        try await label("untagModel")
        try await store.deleteTag("k", ofModel: m)
        try await label("createVersion")
        _ = try await store.createVersion(
            ModelVersionCreation(name: m, source: "s3://bucket/x", runID: r, description: "ver", tags: ["t": "1"]))
        try await label("version")
        _ = try await store.version(1, ofModel: m)
        try await label("describeVersion")
        try await store.setDescription("x", ofVersion: 1, model: m)
        try await label("tagVersion")
        try await store.setTag("k", "v", ofVersion: 1, model: m)
        try await label("untagVersion")
        try await store.deleteTag("k", ofVersion: 1, model: m)
        try await label("setAlias")
        try await store.setAlias("best", ofModel: m, version: 1)
        try await label("alias")
        _ = try await store.version(alias: "best", ofModel: m)
        try await label("deleteAlias")
        try await store.deleteAlias("best", ofModel: m)
        try await label("stage")
        try await store.setStage("Staging", ofVersion: 1, model: m, archivingOthers: true)
        try await label("searchVersions")
        query = EntityQuery(filter: "name = \(m)")
        query.pageSize = 5
        query.orderBy = ["version_number DESC"]
        _ = try await store.searchVersions(query)
        try await label("deleteVersion")
        try await store.deleteVersion(1, ofModel: m)
        try await label("renameModel")
        try await store.renameModel(m, to: n)
        try await label("deleteModel")
        try await store.deleteModel(named: n)
        try await store.close()

        let client = try await TrackingClient.open(uri)
        let folder = try await client.artifacts(at: "runs:/\(r)")
        try await label("upload")
        try await folder.write(Array("x".utf8), to: "sub dir/a b%+é.txt")
        try await label("listFolder")
        #expect(try await folder.list(under: "sub dir").map(\.path) == ["sub dir/a b%+é.txt"])
        try await label("download")
        #expect(try await folder.read("sub dir/a b%+é.txt") == Array("x".utf8))
        try await client.close()
        await http.shutDown()
        return (e, r)
    }
}
