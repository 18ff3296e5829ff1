import Foundation
import TestSupport

/// A process that logs until it is ended; see Tests/TrackingWriter.
enum TrackingWriter {
    static func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = BuiltPrograms.url("tracking-writer")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }
}
