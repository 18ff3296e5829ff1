import Foundation

/// A Python program to compare with. It prints its own seconds (without start-up and imports) as the
/// last line of its output.
public struct Peer: Sendable {
    /// The program failed.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    /// Python.
    public let source: String

    /// A program of that text.
    public init(_ source: String) { self.source = source }

    /// `ANTIFRAUD_PYTHON`, or the environment that `scripts/setup --test` makes.
    public static var python: String {
        ProcessInfo.processInfo.environment["ANTIFRAUD_PYTHON"] ?? "../.venv/bin/python"
    }

    /// All that the program printed.
    /// - Throws: ``Failure`` when it cannot be started or ends with an error.
    public func run(_ arguments: [String] = []) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: Peer.python)
        process.arguments = ["-c", source] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "the peer ended with \(process.terminationStatus): \(output)")
        }
        return output
    }

    /// The seconds that the program measured.
    public func seconds(_ arguments: [String] = []) throws -> Double {
        let output = try run(arguments)
        guard let last = output.split(separator: "\n").last, let seconds = Double(last) else {
            throw Failure(description: "the peer did not print its seconds last: \(output)")
        }
        return seconds
    }
}
