package import Foundation

/// Runs Python programs whose results tests compare with: pyarrow, DuckDB, scikit-learn and the like.
package enum Oracle {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// The folder of Package.swift.
    package static var packageRoot: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The interpreter of the test environment: `ANTIFRAUD_PYTHON`, or the one that `scripts/setup --test` makes.
    package static var python: String {
        ProcessInfo.processInfo.environment["ANTIFRAUD_PYTHON"]
            ?? packageRoot.appending(path: ".venv/bin/python").path(percentEncoded: false)
    }

    /// The interpreter of an environment with MLflow, which is large and has its own: `ANTIFRAUD_MLFLOW_PYTHON`, or the
    /// one that `scripts/setup --test` makes.
    package static var mlflowPython: String {
        ProcessInfo.processInfo.environment["ANTIFRAUD_MLFLOW_PYTHON"]
            ?? packageRoot.appending(path: ".venv-mlflow/bin/python").path(percentEncoded: false)
    }

    /// Runs a Python source text and returns what it printed.
    /// - Throws: ``Failure`` with the program's standard error when it does not exit with 0, or cannot be started.
    @discardableResult
    package static func run(
        _ source: String, _ arguments: [String] = [], interpreter: String = python
    ) throws -> String {
        try execute(interpreter, ["-c", source] + arguments)
    }

    /// Runs any program and returns its standard output.
    @discardableResult
    package static func execute(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let folder = try TemporaryFolder()
        let outputPath = folder.path("out"), errorPath = folder.path("err")
        for path in [outputPath, errorPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorPath)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let output = try String(contentsOfFile: outputPath, encoding: .utf8)
        guard process.terminationStatus == 0 else {
            let errors = try String(contentsOfFile: errorPath, encoding: .utf8)
            throw Failure(description: "\(program) ended with \(process.terminationStatus): \(output)\(errors)")
        }
        return output
    }

    /// Runs a Python source text that prints one JSON value.
    package static func json<Value: Decodable>(
        _ type: Value.Type, _ source: String, _ arguments: [String] = [], interpreter: String = python
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(try run(source, arguments, interpreter: interpreter).utf8))
    }
}
