import Foundation
import StorageIO
import Tracking

/// Everything in a database, in a form that both MLflow's Python client and this library can give.
struct Snapshot: Codable, Equatable, Sendable {
    struct Experiment: Codable, Equatable, Sendable {
        var id: String
        var name: String
        var artifactLocation: String
        var stage: String
        var created: Timestamp
        var updated: Timestamp
        var tags: [String: String]
    }

    struct Point: Codable, Equatable, Sendable {
        /// The bits of the double, or `nan`.
        var value: String
        var timestamp: Timestamp
        var step: Int64
    }

    struct Run: Codable, Equatable, Sendable {
        var id: String
        var experiment: String
        var name: String
        var status: String
        var start: Timestamp
        var end: Timestamp?
        var user: String
        var artifactURI: String
        var stage: String
        var params: [String: String]
        var tags: [String: String]
        var metrics: [String: Point]
        var histories: [String: [Point]]
        /// Sizes by path, and the bytes as text by path.
        var artifacts: [String: Int64]
        var contents: [String: String]
    }

    struct Model: Codable, Equatable, Sendable {
        var name: String
        var description: String
        var created: Timestamp
        var updated: Timestamp
        var tags: [String: String]
        var aliases: [String: Int]
    }

    struct Version: Codable, Equatable, Sendable {
        var name: String
        var version: Int
        var source: String
        var run: String
        var description: String
        var stage: String
        var status: String
        var created: Timestamp
        var updated: Timestamp
        var tags: [String: String]
    }

    var experiments: [Experiment]
    var runs: [Run]
    var models: [Model]
    var versions: [Version]

    /// Asks MLflow. Function `snapshot(client)` for use in a larger program.
    static let python = #"""
        import json, math, os, struct, sys, tempfile
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        import logging
        logging.disable(logging.WARNING)
        from mlflow import MlflowClient
        from mlflow.entities import ViewType

        def bits(v):
            return "nan" if math.isnan(v) else str(struct.unpack("<Q", struct.pack("<d", v))[0])

        def point(m):
            return {"value": bits(m.value), "timestamp": m.timestamp, "step": m.step}

        def artifacts(client, run):
            found = {}
            def walk(path):
                for f in client.list_artifacts(run.info.run_id, path):
                    if f.is_dir: walk(f.path)
                    else: found[f.path] = f.file_size
            walk(None)
            contents = {}
            with tempfile.TemporaryDirectory() as d:
                for p in found:
                    local = client.download_artifacts(run.info.run_id, p, d)
                    contents[p] = open(local, "rb").read().decode("latin-1")
            return found, contents

        def run_of(client, r):
            found, contents = artifacts(client, r)
            latest = client.get_run(r.info.run_id)
            histories = {k: [point(m) for m in client.get_metric_history(r.info.run_id, k)] for k in r.data.metrics}
            # Latest points with their steps: the public entity carries values only.
            metrics = {m.key: point(m) for m in r.data._metric_objs}
            assert set(metrics) == set(latest.data.metrics)
            return {
                "id": r.info.run_id, "experiment": r.info.experiment_id, "name": r.info.run_name,
                "status": r.info.status, "start": r.info.start_time, "end": r.info.end_time, "user": r.info.user_id,
                "artifactURI": r.info.artifact_uri, "stage": r.info.lifecycle_stage, "params": r.data.params,
                "tags": r.data.tags, "metrics": metrics, "histories": histories, "artifacts": found,
                "contents": contents}

        def snapshot(client):
            experiments = client.search_experiments(ViewType.ALL, order_by=["experiment_id ASC"])
            runs = []
            token = None
            while True:
                page = client.search_runs(
                    [e.experiment_id for e in experiments], run_view_type=ViewType.ALL, max_results=7,
                    page_token=token, order_by=["attributes.run_id ASC"])
                runs += page
                token = page.token
                if not token: break
            models = client.search_registered_models()
            versions = client.search_model_versions(order_by=["name ASC", "version_number ASC"])
            return {
                "experiments": [{
                    "id": e.experiment_id, "name": e.name, "artifactLocation": e.artifact_location,
                    "stage": e.lifecycle_stage, "created": e.creation_time, "updated": e.last_update_time,
                    "tags": e.tags} for e in experiments],
                "runs": [run_of(client, r) for r in runs],
                "models": [{
                    "name": m.name, "description": m.description or "", "created": m.creation_timestamp,
                    "updated": m.last_updated_timestamp, "tags": m.tags,
                    "aliases": {k: int(v) for k, v in m.aliases.items()}} for m in models],
                "versions": [{
                    "name": v.name, "version": int(v.version), "source": v.source, "run": v.run_id or "",
                    "description": v.description or "", "stage": v.current_stage, "status": v.status,
                    "created": v.creation_timestamp, "updated": v.last_updated_timestamp, "tags": v.tags}
                    for v in versions]}
        """#

    /// Asks this library.
    init(_ client: TrackingClient) async throws {
        experiments = try await client.experiments(orderBy: ["experiment_id ASC"], view: .all).all().map {
            Experiment(
                id: $0.id, name: $0.name, artifactLocation: $0.artifactLocation, stage: $0.lifecycleStage.rawValue,
                created: $0.creationTime ?? -1, updated: $0.lastUpdateTime ?? -1, tags: $0.tags)
        }
        runs = []
        let found = client.runs(
            inExperiments: experiments.map(\.id), orderBy: ["attributes.run_id ASC"], view: .all, pageSize: 7)
        for try await run in found {
            var histories: [String: [Point]] = [:]
            for key in run.metrics.keys {
                histories[key] = try await client.run(id: run.id).history(of: key, pageSize: 100).all().map(Point.init)
            }
            let folder = try await client.artifacts(at: "runs:/\(run.id)")
            var contents: [String: String] = [:]
            let files = try await folder.list()
            for file in files {
                contents[file.path] = String(
                    String.UnicodeScalarView(try await folder.read(file.path).map { Unicode.Scalar($0) }))
            }
            runs.append(
                Run(
                    id: run.id, experiment: run.experimentID, name: run.name, status: run.status.rawValue,
                    start: run.startTime, end: run.endTime, user: run.userID, artifactURI: run.artifactURI,
                    stage: run.lifecycleStage.rawValue, params: run.parameters, tags: run.tags,
                    metrics: run.metrics.mapValues(Point.init), histories: histories,
                    artifacts: Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.size) }), contents: contents))
        }
        models = try await client.models.models().all().map {
            Model(
                name: $0.name, description: $0.description ?? "", created: $0.creationTime, updated: $0.lastUpdatedTime,
                tags: $0.tags, aliases: $0.aliases)
        }
        versions = try await client.models.versions(orderBy: ["name ASC", "version_number ASC"]).all().map {
            Version(
                name: $0.name, version: $0.version, source: $0.source, run: $0.runID ?? "",
                description: $0.description ?? "", stage: $0.stage, status: $0.status, created: $0.creationTime,
                updated: $0.lastUpdatedTime, tags: $0.tags)
        }
    }
}

extension Snapshot.Point {
    init(_ metric: Metric) {
        self.init(
            value: metric.value.isNaN ? "nan" : String(metric.value.bitPattern), timestamp: metric.timestamp,
            step: metric.step)
    }
}
