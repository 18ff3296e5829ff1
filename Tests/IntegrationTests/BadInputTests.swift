import Foundation
import TestSupport
import Testing

/// Bad input ends with an exit code other than 0, one clear line that names the thing, and earlier outputs as they were.
@Suite struct BadInputTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write("a,b\n1,2\n", "columns.csv")
        try write("", "empty.csv")
        try write("not parquet at all", "text.parquet")
        try write("an earlier output", "output.parquet")
    }

    func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.url.appending(path: name))
    }

    /// Makes a small Parquet file of transactions and a model of them.
    func makeModel() throws {
        let simulated = try Executable.run(
            "simulate-transactions",
            ["--output", "good.parquet", "--format", "parquet", "--transactions", "20000", "--days", "40"], in: folder)
        try #require(simulated.status == 0, "\(simulated.errors)")
        let trained = try Executable.run(
            "train-model", ["--data", "good.parquet", "--output", "model", "--rounds", "5"], in: folder)
        try #require(trained.status == 0, "\(trained.errors)")
    }

    func expectFailure(
        _ name: String, _ arguments: [String], naming words: [String], location: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try Executable.run(name, arguments, in: folder)
        #expect(outcome.status == 1, sourceLocation: location)
        #expect(outcome.output.isEmpty, sourceLocation: location)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(outcome.errors)", sourceLocation: location)
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: location) }
        let kept = try String(contentsOfFile: folder.path("output.parquet"), encoding: .utf8)
        #expect(kept == "an earlier output", sourceLocation: location)
    }

    @Test(arguments: [
        (["--input", "nowhere", "--output", "output.parquet"], ["nowhere"]),
        (["--input", "gs://bucket/key", "--output", "output.parquet"], ["gs://bucket/key", "s3"]),
        (["--input", "empty.csv", "--output", "output.parquet"], ["empty.csv"]),
        (["--input", "columns.csv", "--output", "output.parquet"], ["columns.csv", "transaction_id"]),
        (["--input", "text.parquet", "--output", "output.parquet"], ["text.parquet"]),
    ])
    func cleaningRefuses(arguments: [String], words: [String]) throws {
        try expectFailure("clean-transactions", arguments, naming: words)
    }

    /// Exports in a format that is not supported do not replace a good output.
    @Test func tooMuchDroppedHasItsOwnExitCode() throws {
        let names =
            "transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_time_seconds,tx_time_days,tx_fraud,tx_fraud_scenario\n"
        let rows = (0..<10).map { "\($0),22.08.2019 00:00:31,5,7,1.5,31,0,0,0\n" }.joined()
        try write(names + rows, "foreign.csv")
        let arguments = ["--input", "foreign.csv", "--output", "output.parquet"]
        let outcome = try Executable.run("clean-transactions", arguments + ["--report", "why.html"], in: folder)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("invalid dropped 10 of 10 rows") && outcome.errors.contains("22.08.2019"))
        #expect(try String(contentsOfFile: folder.path("output.parquet"), encoding: .utf8) == "an earlier output")
        #expect(try String(contentsOfFile: folder.path("why.html"), encoding: .utf8).contains("invalid"))
        let told = try Executable.run("clean-transactions", arguments + ["--max-dropped-share", "1"], in: folder)
        #expect(told.status == 0 && told.errors.isEmpty)
        #expect(try Data(contentsOf: folder.url.appending(path: "output.parquet")).starts(with: Data("PAR1".utf8)))
        let wrong = try Executable.run("clean-transactions", arguments + ["--max-dropped-share", "2"], in: folder)
        #expect(wrong.status == 64)
    }

    @Test func endingsTellTheFormat() throws {
        let simulated = try Executable.run(
            "simulate-transactions", ["--output", "s.tsv", "--transactions", "20000", "--days", "20"], in: folder)
        try #require(simulated.status == 0, "\(simulated.errors)")
        #expect(
            try String(contentsOfFile: folder.path("s.tsv"), encoding: .utf8).hasPrefix("transaction_id\ttx_datetime"))
        let cleaned = try Executable.run("clean-transactions", ["--input", "s.tsv", "--output", "c.csv"], in: folder)
        try #require(cleaned.status == 0, "\(cleaned.errors)")
        #expect(
            try String(contentsOfFile: folder.path("c.csv"), encoding: .utf8).hasPrefix("transaction_id,tx_datetime"))
        let trained = try Executable.run(
            "train-model", ["--data", "c.csv", "--output", "model", "--rounds", "3"], in: folder)
        try #require(trained.status == 0, "\(trained.errors)")
        let scored = try Executable.run(
            "score-transactions", ["--data", "s.tsv", "--model", "model", "--output", "scores.csv"], in: folder)
        try #require(scored.status == 0, "\(scored.errors)")
        #expect(
            try String(contentsOfFile: folder.path("scores.csv"), encoding: .utf8).contains("probability,prediction"))
        for (program, arguments) in [
            ("clean-transactions", ["--input", "s.tsv", "--output", "c.csv.gz"]),
            ("score-transactions", ["--data", "s.tsv", "--model", "model", "--output", "scores.json"]),
            ("simulate-transactions", ["--output", "s.csv", "--format", "parquet"]),
        ] {
            try expectFailure(
                program, arguments, naming: [arguments[arguments.count - 1 - (program.hasPrefix("sim") ? 2 : 0)]])
        }
    }

    @Test func truncatedFilesAreNamed() throws {
        try makeModel()
        let good = try Data(contentsOf: folder.url.appending(path: "good.parquet"))
        try good.prefix(good.count / 2).write(to: folder.url.appending(path: "half.parquet"))
        try expectFailure(
            "clean-transactions", ["--input", "half.parquet", "--output", "output.parquet"], naming: ["half.parquet"])
        try expectFailure("train-model", ["--data", "half.parquet", "--output", "other"], naming: ["half.parquet"])
        let raw = try Executable.run(
            "simulate-transactions", ["--output", "raw", "--transactions", "20000", "--days", "20"], in: folder)
        try #require(raw.status == 0)
        try Oracle.execute(
            "/bin/sh", ["-c", "gzip -c \(folder.path("raw"))/*.txt | head -c 50000 > \(folder.path("half.txt.gz"))"])
        try expectFailure(
            "clean-transactions", ["--input", "half.txt.gz", "--output", "output.parquet"],
            naming: ["half.txt.gz", "truncated"])
    }

    @Test func damagedModelsAreNamed() throws {
        try makeModel()
        try expectFailure(
            "score-transactions", ["--data", "columns.csv", "--model", "model", "--output", "output.parquet"],
            naming: ["columns.csv", "transaction_id"])
        let trees = try FileHandle(forWritingTo: folder.url.appending(path: "model/classifier/trees.txt"))
        try trees.seekToEnd()
        try trees.write(contentsOf: Data("\n".utf8))
        try trees.close()
        try expectFailure(
            "score-transactions", ["--data", "good.parquet", "--model", "model", "--output", "output.parquet"],
            naming: ["trees.txt", "SHA-256"])
        try expectFailure("serve-model", ["--model", "model"], naming: ["trees.txt"])
        try expectFailure("serve-model", ["--model", "nowhere"], naming: ["nowhere"])
    }

    /// One line, so the error comes before 'listening'.
    @Test func aModelOnReadyColumnsIsNotServed() throws {
        let rows = (0..<400).map { "\(Double($0 % 37)),\(Double($0 % 11)),\($0 % 37 > 30 ? 1 : 0)" }
        try write("balance,rate,fraud\n" + rows.joined(separator: "\n") + "\n", "ready.csv")
        let trained = try Executable.run(
            "train-model",
            [
                "--data", "ready.csv", "--feature-columns", "balance,rate", "--label", "fraud", "--output",
                "ready-model",
                "--rounds", "5",
            ], in: folder)
        try #require(trained.status == 0, "\(trained.errors)")
        try expectFailure(
            "serve-model", ["--model", "ready-model", "--port", "0"], naming: ["balance, rate", "single transaction"])
    }

    @Test func aFullDiskKeepsTheEarlierOutput() throws {
        try makeModel()
        // A limit on the size of files simulates a full disk: the write fails in the middle, as it would there.
        let binary = BuiltPrograms.url("clean-transactions").path(percentEncoded: false)
        let outcome = try shell(
            "ulimit -f 100; trap '' XFSZ; cd '\(folder.url.path(percentEncoded: false))' && "
                + "'\(binary)' --input good.parquet --output output.parquet")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("output.parquet"), "\(outcome.errors)")
        let kept = try String(contentsOfFile: folder.path("output.parquet"), encoding: .utf8)
        #expect(kept == "an earlier output")
        let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder.url.path(percentEncoded: false))
            .filter { $0.contains("output.parquet") }
        #expect(leftovers == ["output.parquet"])
    }

    func shell(_ script: String) throws -> (status: Int32, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let errors = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, errors)
    }

    @Test(arguments: Executable.all)
    func everyProgramExplainsItself(name: String) throws {
        let help = try Executable.run(name, ["--help"], in: folder)
        #expect(help.status == 0 && help.errors.isEmpty)
        #expect(help.output.contains("USAGE: \(name)") && help.output.contains("OVERVIEW:"))
        let version = try Executable.run(name, ["--version"], in: folder)
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test func wrongArgumentsAreExplained() throws {
        for (name, arguments) in [
            ("train-model", ["--data", "x"]), ("clean-transactions", ["--memory-limit", "many"]),
            ("serve-model", ["--model", "m", "--port", "70000"]), ("score-stream", ["--model", "m"]),
            ("serve-model", []), ("serve-model", ["--model", "m", "--healthcheck", "http://127.0.0.1/health"]),
        ] {
            let outcome = try Executable.run(name, arguments, in: folder)
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains("--help"))
        }
    }
}
