import Foundation
import StorageIO

/// Lines for people: progress, notes, errors.
package enum StandardError {
    package static let isTerminal = isatty(STDERR_FILENO) == 1

    package static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}

/// Results; on standard error once data have been written to `/dev/stdout`.
package enum StandardOutput {
    package static func write(_ text: String) throws { try write(Data(text.utf8)) }

    private static func write(_ data: Data) throws {
        let isTaken = LocalObjectStore.hasTakenStandardOutput
        try (isTaken ? FileHandle.standardError : .standardOutput).write(contentsOf: data)
    }

    /// One JSON document with sorted keys and a closing line break.
    package static func write(json value: some Encodable) throws {
        try write(Data(ResultJSON.encode(value)) + Data("\n".utf8))
    }
}
