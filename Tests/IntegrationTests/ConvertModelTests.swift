import Foundation
import TestSupport
import Testing

/// Models go from one program's form into another's, and score alike.
struct ConvertModelTests {
    private struct Summary: Decodable {
        let fromFormat: String
        let toFormat: String
        let features: [String]
        let trees: Int?
        let threshold: Double
    }

    private func run(_ program: String, _ arguments: [String], in folder: TemporaryFolder) throws {
        let outcome = try Executable.run(program, arguments + ["--quiet"], in: folder)
        try #require(outcome.status == 0, "\(program) \(arguments): \(outcome.errors)")
    }

    private func scores(
        _ model: String, data: String = "clean.parquet", in folder: TemporaryFolder
    ) throws -> [Double] {
        try run(
            "score-transactions", ["--data", data, "--model", model, "--output", "\(model).csv"], in: folder)
        let lines = try String(contentsOfFile: folder.path("\(model).csv"), encoding: .utf8).split(separator: "\n")
        let column = try #require(lines.first?.split(separator: ",").firstIndex(of: "probability"))
        return lines.dropFirst().compactMap { Double($0.split(separator: ",")[column]) }
    }

    @Test(.needs(.python)) func modelsGoThroughEveryFormAndScoreAlike() throws {
        let folder = try TemporaryFolder()
        try run("simulate-transactions", ["--output", "raw", "--transactions", "20000"], in: folder)
        try run("clean-transactions", ["--input", "raw", "--output", "clean.parquet"], in: folder)
        try run(
            "train-model", ["--data", "clean.parquet", "--output", "model", "--rounds", "20", "--threshold", "0.3"],
            in: folder)
        func convert(_ arguments: String...) throws -> Summary {
            try Executable.json(Summary.self, "convert-model", arguments, in: folder)
        }
        for (file, form) in [
            ("m.json", "xgboost-json"), ("m.ubj", "xgboost-ubj"), ("m.txt", "lightgbm"), ("m.onnx", "onnx"),
        ] {
            let summary = try convert("model", file)
            #expect(summary.fromFormat == "folder" && summary.toFormat == form && summary.trees == 20)
            #expect(summary.threshold == 0.3 && !summary.features.isEmpty)
        }
        _ = try convert("m.json", "again.model", "--to", "lightgbm")
        _ = try convert("m.ubj", "xgboost", "--features-of", "model", "--threshold", "0.3")
        _ = try convert("m.txt", "lightgbm", "--features-of", "model", "--threshold", "0.3")
        _ = try convert("again.model", "again", "--from", "lightgbm", "--features-of", "model")
        let original = try scores("model", in: folder)
        #expect(original.count > 10_000)
        #expect(try scores("lightgbm", in: folder) == original)
        for model in ["xgboost", "again"] {
            let found = try scores(model, in: folder)
            #expect(found.count == original.count && zip(found, original).allSatisfy { abs($0 - $1) < 1e-6 })
        }
        // A folder of columns: what Python trained is imported with names for its columns.
        try Oracle.run(
            """
            import os, sys, numpy as np, xgboost
            os.chdir(sys.argv[1])
            x = np.random.default_rng(1).normal(size=(500, 2))
            model = xgboost.train(dict(objective='binary:logistic'), xgboost.DMatrix(x, x[:, 0] > x[:, 1]), 5)
            model.save_model('python.json')
            """, [folder.path("")])
        let named = try convert("python.json", "columns", "--features", "amount,hour")
        #expect(named.features == ["amount", "hour"] && named.threshold == 0.5)
        let table = "amount,hour\n1,0\n0,1\n,1\n"
        try Data(table.utf8).write(to: folder.url.appending(path: "table.csv"))
        try run(
            "score-transactions", ["--data", "table.csv", "--model", "columns", "--output", "table-scores.csv"],
            in: folder)
        let lines = try String(contentsOfFile: folder.path("table-scores.csv"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 4)
    }

    @Test(.needs(.python)) func pipelinesOfSparkBecomeModelFolders() throws {
        struct Example: Decodable {
            let name: String
            let files: [String: Data]
            let rows: [[Double]]
            let probabilities: [Double]
        }
        let folder = try TemporaryFolder()
        let fixture = Oracle.packageRoot.appending(path: "Tests/Fixtures/spark-pipelines.json")
        let examples = try JSONDecoder().decode([Example].self, from: Data(contentsOf: fixture))
        for example in examples where example.name == "gbt" || example.name == "rf" {
            for (path, bytes) in example.files {
                let file = folder.url.appending(path: "spark-\(example.name)").appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try bytes.write(to: file)
            }
            let summary = try Executable.json(
                Summary.self, "convert-model", ["spark-\(example.name)", example.name, "--from", "spark"], in: folder)
            #expect(summary.fromFormat == "spark" && summary.trees == 4)
            #expect(summary.features == ["amount", "hour", "ratio", "kind"])
            let table = ["amount,hour,ratio,kind"] + example.rows.map { $0.map { "\($0)" }.joined(separator: ",") }
            try Data((table.joined(separator: "\n") + "\n").utf8).write(to: folder.url.appending(path: "clean.csv"))
            let found = try scores(example.name, data: "clean.csv", in: folder)
            #expect(found.count == example.probabilities.count)
            #expect(zip(found, example.probabilities).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test func whatCannotBeConvertedIsOneLine() throws {
        let folder = try TemporaryFolder()
        try run("simulate-transactions", ["--output", "raw", "--transactions", "3000"], in: folder)
        try run("clean-transactions", ["--input", "raw", "--output", "clean.parquet"], in: folder)
        try run(
            "train-model",
            [
                "--data", "clean.parquet", "--output", "model", "--learner", "logistic-regression", "--features",
                "basic",
            ],
            in: folder)
        try Data("{}".utf8).write(to: folder.url.appending(path: "empty.json"))
        for (arguments, status, message) in [
            (["model", "m.json"], 1, "LogisticRegression"), (["model", "other"], 1, "both model folders"),
            (["empty.json", "m.txt"], 1, "learner is missing"), (["none.json", "m.txt"], 1, "none.json"),
            (["none", "m.txt"], 1, "no finished model"),
            (["model", "m.onnx", "--features", "a"], 1, "has its own features"),
            (["m.onnx", "m.txt"], 64, "ONNX models are written, not read"),
            (["model", "m", "--to", "pickle"], 64, "--to must be one of folder, spark, lightgbm"),
            (["model", "m", "--to", "spark"], 64, "Spark's models are read, not written"),
            (["raw", "m", "--from", "spark"], 1, "is this a PipelineModel"),
            (["model", "m.onnx", "--threshold", "2"], 64, "--threshold must lie in 0...1"),
        ] {
            let outcome = try Executable.run("convert-model", arguments, in: folder)
            #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
            if status == 1 { #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)") }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("m.json")))
        #expect(try Executable.run("convert-model", ["model", "m.onnx"], in: folder).status == 0)
    }
}
