import Foundation
import StorageIO
import TestSupport
import Testing
import Tracking

/// The module's article shows code that compiles and does what it says.
@Suite struct ArticleTests {
    @Test func theExampleWorks() async throws {
        let folder = try TemporaryFolder()
        let uri = "sqlite:///\(folder.path("mlflow.db"))"
        let champion = try await example(uri, modelBytes: [1, 2, 3])
        #expect(champion == [1, 2, 3])
    }

    private func example(_ uri: String, modelBytes: [UInt8]) async throws -> [UInt8] {
        // begin
        let tracking = try await TrackingClient.open(
            uri, context: RunContext(user: "ada", sourceName: "train-model", sourceType: .job))
        let experiment = try await tracking.experiment(named: "antifraud-experiment")

        // The run ends as finished, or as failed if anything throws.
        let run = try await experiment.withRun(name: "depth 5") { run in
            try await run.log(parameters: ["depth": 5, "learning_rate": 0.1])
            for round in 0..<10 {
                try await run.log(metrics: ["train/loss": 1 / Double(round + 1)], step: Int64(round))
            }
            try await run.log(metric: "test_roc_auc", 0.9)
            try await run.log(text: "<h1>Quality</h1>", as: "reports/quality.html")
            try await run.log(artifact: modelBytes, as: "model/model.bin")
            return run
        }

        // Is it the best so far? Then it becomes the champion.
        let minimum = 0.8
        let candidates: SearchFilter = "metrics.test_roc_auc > \(minimum) and params.depth = '5'"
        if let best = try await experiment.bestRun(by: "test_roc_auc", matching: candidates), best.id == run.id {
            let version = try await tracking.models.register("fraud", source: "runs:/\(run.id)/model")
            try await tracking.models.setAlias("champion", of: "fraud", to: version.version)
        }

        // Whoever serves the model asks for the champion.
        let files = try await tracking.artifacts(at: "models:/fraud@champion")
        let champion = try await files.read("model.bin")
        try await tracking.close()
        // end
        return champion
    }

    @Test func theJournalsExampleWorks() async throws {
        let folder = try TemporaryFolder()
        let uri = "sqlite:///\(folder.path("mlflow.db"))"
        #expect(try await train(rounds: 30, journalFolder: folder.path("journal"), uri: uri))
        let client = try await TrackingClient.open(uri)
        let run = try #require(try await client.runs(inExperiments: nil).all().first)
        #expect(run.name == "depth 5" && run.metrics["train/loss"]?.step == 29)
        try await client.close()
        #expect(
            try Article.holdsCompiledExample(
                module: "Tracking", source: "Tests/TrackingTests/JournalArticleExample.swift", number: 1))
    }

    @Test func theExampleOfFoldersWorks() async throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "Tracking", source: "Tests/TrackingTests/ArticleExampleFolders.swift", number: 2))
        let folder = try TemporaryFolder()
        let samples = try ObjectStoreRegistry().resolve("memory://samples/today/")
        try await samples.store.put([1], to: ObjectKey("today/a.csv"))
        let plots = try LocalObjectStore(folder: folder.path("plots"))
        try await plots.put([2, 3], to: ObjectKey("roc/curve.svg"))
        let client = try await TrackingClient.open("sqlite:///\(folder.path("mlflow.db"))")
        let run = try await client.experiment(named: "plots").startRun()
        let copy = folder.path("copy")
        let paths = try await logFolders(of: run, plots: folder.path("plots"), samples: samples, to: copy)
        #expect(paths == ["plots/roc/curve.svg", "samples/a.csv"])
        #expect(try await LocalObjectStore(folder: copy).read(ObjectKey("roc/curve.svg")) == [2, 3])
        try await client.close()
    }

    @Test func theArticleShowsThatExample() throws {
        let article = try String(
            contentsOf: Oracle.packageRoot.appending(path: "Sources/Tracking/Tracking.docc/Tracking.md"),
            encoding: .utf8)
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let shown = try #require(
            article.components(separatedBy: "```swift\n").dropFirst().first?.components(separatedBy: "```").first)
        let indent = "        "
        let tested = try #require(source.components(separatedBy: "// begin\n").dropFirst().first)
            .components(separatedBy: indent + "// end").first?
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(indent) ? String($0.dropFirst(indent.count)) : String($0) }
            .joined(separator: "\n")
        #expect(shown == tested)
    }
}
