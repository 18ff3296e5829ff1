import ArgumentParser
import CommandLineSupport
import JobSupport
import StorageIO
import Tracking
import TrackingJobs

@main
struct TrackingReplay: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "tracking-replay",
        abstract: "Upload tracking journals, after a crash or after work without a network.",
        discussion: """
              train-model --data clean.parquet --output model \\
                --tracking https://mlflow.example.org --journal journal
              tracking-replay journal --tracking https://mlflow.example.org

            Journals that a running process writes are skipped. A journal is removed once it is uploaded completely. Entries \
            that arrive twice are stored once, so this may be run at any time and be interrupted. Entries that the tracking \
            store rejects are listed in NAME.rejected. The exit code is 1 when something is left.
            """,
        version: Version.current)

    @Argument(help: "The folder of the journals.", completion: .directory)
    var folder: String

    @OptionGroup var location: TrackingArguments
    @OptionGroup var talk: OutputOptions

    mutating func run() async throws {
        let logger = talk.logger("tracking-replay")
        let result = try await TrackingReplayJob(
            folder: folder, location: TrackingDestination(location), stores: .ofThisProcess(logger: logger),
            logger: logger
        ).run()
        try talk.print(result, text: result.text)
        if result.hasPending { throw ExitCode(1) }
    }
}
