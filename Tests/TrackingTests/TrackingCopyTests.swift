import Foundation
import Parallelism
import TestSupport
import Testing
import Tracking

/// A copy equals its source except for ids and locations, whatever kinds of stores both are.
@Suite struct TrackingCopyTests {
    @Test(.needs(.postgresql, .mlflow, .mlflowPython)) func nothingIsLostBetweenStores() async throws {
        let folder = try TemporaryFolder()
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.mlflow) }
        var source = try await MLflowExchangeTests.write(to: "sqlite:///\(folder.path("first.db"))")
        let expected = try await Content(source)
        #expect(expected.runs.count == 6 && expected.versions.count == 3)
        let locations = [
            try await TestDatabases.make(), try server.mlflow().uri, "sqlite:///\(folder.path("last.db"))",
        ]
        for (index, location) in locations.enumerated() {
            let destination = try await TrackingClient.open(
                location, artifactRoot: location.hasPrefix("http") ? nil : folder.path("files\(index)"))
            let copy = TrackingCopy(from: source, to: destination)
            let report = try await copy.run()
            #expect(report.failures == [], "to \(location)")
            #expect(report.runs == 6 && report.runsLeft == 0 && report.models == 2 && report.versions == 3)
            #expect(try await Content(destination) == expected, "to \(location)")

            // Once more: what is complete is left, unfinished runs are copied again, nothing is there twice.
            let again = try await copy.run()
            #expect(again.failures == [] && again.runsLeft == 4 && again.runs == 2)
            #expect(try await Content(destination) == expected, "again to \(location)")
            try await source.close()
            source = destination
        }
        try await source.close()
    }

    @Test func anInterruptedCopyIsCompleted() async throws {
        let folder = try TemporaryFolder()
        let source = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let experiment = try await source.experiment(named: "e")
        for number in 0..<20 {
            let run = try await experiment.startRun(name: "r\(number)")
            try await run.log((0..<50).map { Metric(key: "m", value: Double($0), timestamp: 1, step: Int64($0)) })
            try await run.log(text: "x", as: "y")
            try await run.end()
        }
        let destination = try await TrackingClient.open("sqlite:///\(folder.path("b.db"))")
        let copy = TrackingCopy(from: source, to: destination, options: .init(experiments: ["e"], parallelRuns: 2))
        let task = Task {
            try await copy.run { report, _ in if report.runs == 5 { withUnsafeCurrentTask { $0?.cancel() } } }
        }
        await #expect(throws: (any Error).self) { try await task.value }
        let report = try await copy.run()
        #expect(report.failures == [] && report.runsLeft >= 5 && report.runs + report.runsLeft == 20)
        #expect(try await Content(destination) == Content(source))
        await expect(.notFound) {
            _ = try await TrackingCopy(from: source, to: destination, options: .init(experiments: ["none"])).run()
        }
        try await source.close()
        try await destination.close()
    }

    /// MLflow's own references to files: logged models, which lie beside their runs, and `runs:/`, which names a run by its id.
    @Test(.needs(.postgresql, .mlflow, .mlflowPython)) func versionsOfMLflow3AreCopiedWithTheirFiles() async throws {
        let folder = try TemporaryFolder()
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.mlflow) }
        let location = "sqlite:///\(folder.path("theirs.db"))"
        try await MLflowOracle.run(Self.loggedModels, [location, folder.path("files")])
        let source = try await TrackingClient.open(location)
        let destinations = [
            "sqlite:///\(folder.path("ours.db"))", try await TestDatabases.make(), try server.mlflow().uri,
        ]
        for (index, uri) in destinations.enumerated() {
            let destination = try await TrackingClient.open(
                uri, artifactRoot: uri.hasPrefix("http") ? nil : folder.path("files\(index)"))
            let copy = TrackingCopy(from: source, to: destination)
            for round in 0..<2 {
                let report = try await copy.run()
                // What is not copied is reported: the logged model itself, and a version whose files nobody has, with
                // its alias.
                #expect(report.failures.count == 3, "\(report.failures) to \(uri)")
                #expect(report.failures.contains { $0.contains("logged model 'clf'") })
                #expect(report.failures.contains { $0.contains("version 2 of model 'old way'") })
                #expect(report.failures.contains { $0.contains("alias 'lost' of model 'old way'") })
                #expect(report.models == 2 && report.versions == 3, "round \(round) to \(uri)")
            }
            let logged = try await destination.models.version(alias: "champion", of: "fraud 'q'")
            #expect(logged.version == 1)
            let files = try await destination.artifacts(at: "models:/fraud 'q'@champion")
            #expect(try await files.read("data/weights.bin") == Array("weights".utf8))
            let old = try await destination.models.versions(
                matching: "name = 'old way'", orderBy: ["version_number"]
            ).all()
            #expect(old.map(\.version) == [1, 4])
            for version in old {
                #expect(version.source == "runs:/\(version.runID ?? "")/model")
                let files = try await destination.artifacts(at: "models:/old way/\(version.version)")
                #expect(try await files.read("m.txt") == Array("old".utf8), "\(version.version) at \(uri)")
            }
            #expect(try await destination.models.version(alias: "best", of: "old way").version == 4)
            try await destination.close()
        }
        // MLflow reads the copy as it reads the original.
        try await MLflowOracle.run(Self.downloads, [destinations[0]])
        try await source.close()
    }

    private static let loggedModels = #"""
        import os, sys, mlflow
        from mlflow.tracking import MlflowClient
        uri, files = sys.argv[1:]
        mlflow.set_tracking_uri(uri)
        client = MlflowClient(uri)
        e = client.create_experiment("plain", artifact_location=files)
        folder = files + "-local"
        os.makedirs(folder + "/data")
        open(folder + "/data/weights.bin", "w").write("weights")
        open(folder + "/MLmodel", "w").write("flavors: {}")
        run = client.create_run(e, run_name="new way").info.run_id
        model = client.create_logged_model(e, name="clf", source_run_id=run)
        client.log_model_artifacts(model.model_id, folder)
        client.finalize_logged_model(model.model_id, "READY")
        client.create_registered_model("fraud 'q'")
        client.create_model_version("fraud 'q'", "models:/" + model.model_id, run, model_id=model.model_id)
        client.set_registered_model_alias("fraud 'q'", "champion", 1)
        old = client.create_run(e, run_name="old way").info.run_id
        client.log_text(old, "old", "model/m.txt")
        client.create_registered_model("old way")
        ghost = client.create_logged_model(e, name="ghost")
        for source in ["runs:/%s/model" % old, "models:/" + ghost.model_id] + ["runs:/%s/model" % old] * 2:
            client.create_model_version("old way", source, old)
        client.delete_logged_model(ghost.model_id)
        client.delete_model_version("old way", 3)
        client.set_registered_model_alias("old way", "lost", 2)
        client.set_registered_model_alias("old way", "best", 4)
        """#

    private static let downloads = #"""
        import sys, mlflow
        mlflow.set_tracking_uri(sys.argv[1])
        folder = mlflow.artifacts.download_artifacts("models:/fraud 'q'@champion")
        assert open(folder + "/data/weights.bin").read() == "weights"
        folder = mlflow.artifacts.download_artifacts("models:/old way/4")
        assert open(folder + "/m.txt").read() == "old"
        """#

    /// A version that means something else at the destination is not overwritten.
    @Test func otherVersionsAreNotTouched() async throws {
        let folder = try TemporaryFolder()
        let source = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        try await source.models.register("fraud", source: "s3://bucket/ours")
        let destination = try await TrackingClient.open("sqlite:///\(folder.path("b.db"))")
        try await destination.models.register("fraud", source: "s3://bucket/theirs")
        let report = try await TrackingCopy(from: source, to: destination).run()
        #expect(report.failures.count == 1 && report.failures[0].contains("has another version 1"))
        #expect(try await destination.models.version(1, of: "fraud").source == "s3://bucket/theirs")
        try await source.close()
        try await destination.close()
    }
}

/// A snapshot without what differs between stores.
private struct Content: Equatable {
    struct Run: Equatable {
        var experiment: String
        var status: String
        var times: [Timestamp?]
        var user: String
        var stage: String
        var params: [String: String]
        var tags: [String: String]
        var metrics: [String: Snapshot.Point]
        var histories: [String: [Snapshot.Point]]
        var contents: [String: String]
    }

    var experiments: [String: [String]] = [:]
    var runs: [String: Run] = [:]
    var models: [Snapshot.Model] = []
    var versions: [String: [String]] = [:]

    init(_ client: TrackingClient) async throws {
        let snapshot = try await Snapshot(client)
        let experimentNames = Dictionary(uniqueKeysWithValues: snapshot.experiments.map { ($0.id, $0.name) })
        let runNames = Dictionary(uniqueKeysWithValues: snapshot.runs.map { ($0.id, $0.name) })
        for experiment in snapshot.experiments {
            experiments[experiment.name] =
                [experiment.stage] + experiment.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        }
        for run in snapshot.runs {
            var tags = run.tags.filter { !$0.key.hasPrefix("antifraud.") }
            if let parent = tags["mlflow.parentRunId"] { tags["mlflow.parentRunId"] = runNames[parent] ?? "?" }
            runs[run.name] = Run(
                experiment: experimentNames[run.experiment] ?? "?", status: run.status, times: [run.start, run.end],
                user: run.user, stage: run.stage, params: run.params, tags: tags, metrics: run.metrics,
                histories: run.histories, contents: run.contents)
        }
        models = snapshot.models.map { model in
            var model = model
            (model.created, model.updated) = (0, 0)
            return model
        }
        for version in snapshot.versions {
            let run = snapshot.runs.first { $0.id == version.run }
            let source = run.map { version.source.replacing($0.artifactURI, with: "its run") } ?? version.source
            versions["\(version.name) \(version.version)"] =
                [source, run?.name ?? "", version.description, version.stage, version.status]
                + version.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        }
    }
}
