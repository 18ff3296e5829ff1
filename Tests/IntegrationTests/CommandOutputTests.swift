import Foundation
import TestSupport
import Testing

/// What programs print with `--json` is what Documentation/Schemas promises.
struct CommandOutputTests {
    @Test(.needs(.python)) func resultsFollowTheirSchemas() throws {
        let folder = try TemporaryFolder()
        var outputs: [(program: String, json: String)] = []
        func run(_ program: String, _ arguments: String...) throws {
            let outcome = try Executable.run(program, arguments + ["--json"], in: folder)
            #expect(outcome.status == 0, "\(program): \(outcome.errors)")
            outputs.append((program, outcome.output))
        }
        try run("simulate-transactions", "--output", "raw", "--transactions", "20000")
        try run("clean-transactions", "--input", "raw", "--output", "clean.parquet")
        try run("describe-data", "--input", "clean.parquet", "--schema-output", "schema.json")
        for _ in 0..<2 {
            try run("clean-transactions", "--input", "raw", "--output", "grown/", "--incremental", "--rejects", "no/")
        }
        let tracking = ["--tracking", "sqlite:///mlflow.db"]
        try run("train-model", "--data", "clean.parquet", "--output", "first", "--rounds", "3", "--test-share", "0.3")
        try run(
            "train-model", "--data", "clean.parquet", "--output", "second", "--rounds", "6", "--test-share", "0.3",
            "--register", tracking[0], tracking[1])
        try run(
            "score-transactions", "--data", "clean.parquet", "--model", "first", "--output", "scores.parquet",
            "--feature-digests")
        try run("verify-features", "--scores", "scores.parquet", "--data", "clean.parquet", "--model", "first")
        try run(
            "explain-scores", "--data", "clean.parquet", "--model", "first", "--output", "reasons.csv", "--report",
            "reasons.html")
        try run("compare-models", "--data", "clean.parquet", "--champion", "first", "--candidate", "second")
        try run(
            "promote-model", "--candidate", "models:/antifraud/1", "--champion", "models:/antifraud@champion", "--data",
            "clean.parquet", tracking[0], tracking[1])
        try run("copy-data", "raw/", "copy/")
        try run("storage-cost", "copy")
        try run("unfinished-objects", "copy")
        try run("tracking-copy", "sqlite:///mlflow.db", "sqlite:///copy.db")
        try FileManager.default.createDirectory(atPath: folder.path("journals"), withIntermediateDirectories: false)
        try run("tracking-replay", "journals", tracking[0], tracking[1])
        let problems = try OutputSchemas.problems(outputs)
        #expect(problems.isEmpty, "\(problems)")
    }
}
