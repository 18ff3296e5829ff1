import ArgumentParser
import Essentials

/// Options of programs that compute.
package struct RunOptions: ParsableArguments {
    @Option(help: "How many threads to use. Results do not depend on it.")
    package var threads = ProcessInfo.processInfo.activeProcessorCount

    package init() {}

    package mutating func validate() throws {
        guard threads >= 1 else { throw ValidationError("--threads must be at least 1.") }
    }
}
