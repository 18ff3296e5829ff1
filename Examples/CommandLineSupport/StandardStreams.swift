import Foundation

/// Lines for people: progress, notes, errors.
package enum StandardError {
    package static let isTerminal = isatty(STDERR_FILENO) == 1

    package static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}

/// Results.
package enum StandardOutput {
    package static func write(_ text: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    /// One JSON document with sorted keys and a closing line break.
    package static func write(json value: some Encodable) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(ResultJSON.encode(value)) + Data("\n".utf8))
    }
}
