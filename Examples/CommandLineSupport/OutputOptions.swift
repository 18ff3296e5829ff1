import ArgumentParser
package import Logging

/// How a program talks: to a person, or to another program.
package struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as one JSON document on standard output.")
    package var json = false

    @Flag(
        name: .shortAndLong,
        help: "Show no progress, no notes and no tables; errors and the output of --json are still shown.")
    package var quiet = false

    @Flag(
        name: .shortAndLong,
        help: "Log to standard error: each step with its progress every few seconds, requests, retries.")
    package var verbose = false

    package init() {}

    /// Prints a result: as JSON with `--json`, else as text unless quiet.
    package func print(_ value: some Encodable, text: @autoclosure () -> String) throws {
        if json {
            try StandardOutput.write(json: value)
        } else if !quiet {
            try StandardOutput.write(text() + "\n")
        }
    }

    /// A line for the person who runs the program.
    package func note(_ text: @autoclosure () -> String) {
        if !quiet { StandardError.write(text() + "\n") }
    }

    /// A logger to standard error: warnings and worse, or everything with `--verbose`.
    package func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .debug : .warning
        return logger
    }

    /// A bar on the terminal; nothing when quiet or when standard error is not a terminal. With `--verbose` the log has it instead.
    package func progress(_ title: String) -> ProgressBar {
        ProgressBar(
            title, isVisible: !quiet && !verbose && StandardError.isTerminal, logger: verbose ? logger(title) : nil)
    }
}
