import Foundation

/// A Python program to compare with. It prints its own seconds (without start-up and imports) as the
/// last line of its output.
public struct Peer: Sendable {
    /// Python.
    public let source: String

    /// A program of that text.
    public init(_ source: String) { self.source = source }

    /// `ANTIFRAUD_PYTHON`, or the environment that `scripts/setup --test` makes.
    public static var python: String {
        ProcessInfo.processInfo.environment["ANTIFRAUD_PYTHON"] ?? "../.venv/bin/python"
    }

    /// All that the program printed.
    /// - Throws: ``ChildProcess/Failure`` when it cannot be started or ends with an error.
    public func run(_ arguments: [String] = []) throws -> String {
        try ChildProcess.run(URL(filePath: Peer.python), ["-c", source] + arguments)
    }

    /// The seconds that the program measured.
    public func seconds(_ arguments: [String] = []) throws -> Double {
        let output = try run(arguments)
        guard let last = output.split(separator: "\n").last, let seconds = Double(last) else {
            throw ChildProcess.Failure(description: "the peer did not print its seconds last: \(output)")
        }
        return seconds
    }
}
