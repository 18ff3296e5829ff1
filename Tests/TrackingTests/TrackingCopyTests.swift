import Foundation
import Parallelism
import TestSupport
import Testing
import Tracking

/// A copy holds what its source holds, but for ids and places, whatever the kinds of both.
@Suite struct TrackingCopyTests {
    @Test func fromPlaceToPlaceNothingIsLost() async throws {
        let folder = try TemporaryFolder()
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.mlflow) }
        var source = try await MLflowExchangeTests.write(to: "sqlite:///\(folder.path("first.db"))")
        let expected = try await Content(source)
        #expect(expected.runs.count == 6 && expected.versions.count == 3)
        let places = [
            try await TestDatabases.make(), try server.mlflow().uri, "sqlite:///\(folder.path("last.db"))",
        ]
        for (index, place) in places.enumerated() {
            let destination = try await TrackingClient.open(
                place, artifactRoot: place.hasPrefix("http") ? nil : folder.path("files\(index)"))
            let copy = TrackingCopy(from: source, to: destination)
            let report = try await copy.run()
            #expect(report.failures == [], "to \(place)")
            #expect(report.runs == 6 && report.runsLeft == 0 && report.models == 2 && report.versions == 3)
            #expect(try await Content(destination) == expected, "to \(place)")

            // Once more: what is complete is left, the runs that go on are done again, nothing is there twice.
            let again = try await copy.run()
            #expect(again.failures == [] && again.runsLeft == 4 && again.runs == 2)
            #expect(try await Content(destination) == expected, "again to \(place)")
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

/// A snapshot without what differs from place to place.
private struct Content: Equatable {
    struct Run: Equatable {
        var experiment: String
        var status: String
        var times: [Int64?]
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
