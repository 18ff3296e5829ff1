import Foundation

/// A contestant in a process of its own, so that its memory and processor time are its own, too.
public enum ChildProcess {
    /// The program failed.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened.
        public let description: String

        /// A failure of that description.
        public init(description: String) { self.description = description }
    }

    /// All that a program printed.
    /// - Throws: ``Failure`` when it cannot be started or ends with an error.
    public static func run(_ program: URL, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                description: "\(program.lastPathComponent) ended with \(process.terminationStatus): \(output)")
        }
        return output
    }

    /// What this program prints with other arguments.
    /// - Throws: ``Failure`` when it cannot be started or ends with an error.
    public static func runSelf(_ arguments: [String]) throws -> String {
        try run(URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), arguments)
    }
}
