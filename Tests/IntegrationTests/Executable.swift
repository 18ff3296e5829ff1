import Foundation
import TestSupport

/// Runs the built executables as a user does.
enum Executable {
    /// Every program of the package.
    static let all = [
        "clean-transactions", "compare-models", "convert-model", "copy-data", "describe-data", "explain-scores",
        "handbook-protocol",
        "produce-transactions", "promote-model", "quickstart", "score-stream", "score-transactions", "serve-model",
        "simulate-transactions",
        "storage-cost", "tracking-copy", "tracking-replay", "train-model", "unfinished-objects",
        "verify-features",
    ]

    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    static func start(
        _ name: String, _ arguments: [String], in workingFolder: TemporaryFolder, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = BuiltPrograms.url(name)
        process.arguments = arguments
        process.currentDirectoryURL = workingFolder.url
        process.standardInput = FileHandle.nullDevice
        let identifier = UUID().uuidString
        for (suffix, keyPath) in [("out", \Process.standardOutput), ("err", \Process.standardError)] {
            let path = workingFolder.path(".\(identifier).\(suffix)")
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            process[keyPath: keyPath] = FileHandle(forWritingAtPath: path)
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .merging(["ANTIFRAUD_TEST_ID": identifier]) { $1 }
        try process.run()
        return process
    }

    static func end(_ process: Process, in workingFolder: TemporaryFolder) throws -> Outcome {
        process.waitUntilExit()
        let identifier = process.environment?["ANTIFRAUD_TEST_ID"] ?? ""
        func text(_ suffix: String) throws -> String {
            try String(contentsOfFile: workingFolder.path(".\(identifier).\(suffix)"), encoding: .utf8)
        }
        return Outcome(status: process.terminationStatus, output: try text("out"), errors: try text("err"))
    }

    static func run(
        _ name: String, _ arguments: [String], in workingFolder: TemporaryFolder, environment: [String: String] = [:]
    ) throws -> Outcome {
        try end(start(name, arguments, in: workingFolder, environment: environment), in: workingFolder)
    }

    /// The JSON that a run printed; the run must succeed, and the JSON follow its schema.
    static func json<Value: Decodable>(
        _ type: Value.Type, _ name: String, _ arguments: [String], in workingFolder: TemporaryFolder,
        environment: [String: String] = [:]
    ) throws -> Value {
        let outcome = try run(name, arguments + ["--json"], in: workingFolder, environment: environment)
        guard outcome.status == 0 else {
            throw Oracle.Failure(description: "\(name) ended with \(outcome.status): \(outcome.errors)")
        }
        let problems = try OutputSchemas.problems([(name, outcome.output)])
        guard problems.isEmpty else { throw Oracle.Failure(description: problems) }
        return try decode(type, outcome.output)
    }

    /// Decodes what a program printed with `--json`: its keys are in snake_case, `run_id` is read as `runID`.
    static func decode<Value: Decodable>(_ type: Value.Type, _ output: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in Key(snakeCase: path.last?.stringValue ?? "") }
        return try decoder.decode(type, from: Data(output.utf8))
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(snakeCase: String) {
            let acronyms = ["id": "ID", "ids": "IDs", "auc": "AUC", "uri": "URI", "url": "URL"]
            let words = snakeCase.split(separator: "_").map(String.init)
            let others = words.dropFirst().map { acronyms[$0] ?? $0.prefix(1).uppercased() + $0.dropFirst() }
            stringValue = (words.first ?? "") + others.joined()
        }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}
