import ArgumentParser
import CommandLineSupport
import Features
import JobSupport
import QuickstartJobs
import StorageIO
import Tracking
import TrackingJobs

@main
struct Quickstart: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "The whole system in one process: simulate, clean, train, track, compare, stream, serve, report.",
        discussion: """
            Without --data, transactions are simulated, some of them dirty. A second run compares its model with the first \
            one's champion. Everything is written to one folder; `mlflow ui --backend-store-uri sqlite:///FOLDER/mlflow.db` \
            shows the runs. With --tracking, or MLFLOW_TRACKING_URI, runs are logged there instead; if the output is not on \
            this machine, to ./mlflow.db.
            """,
        version: Version.current)

    @Option(
        help: "Transactions to use instead of simulated ones: files of Parquet, CSV or JSON lines.",
        completion: .file())
    var data: String?

    @Option(help: "The folder for everything that is written; also in S3 or HDFS.")
    var output = "quickstart-output"

    @Option(help: "About how many transactions to simulate.")
    var transactions = 1_000_000

    @Option(help: "How many transactions to stream.")
    var stream = 20_000

    @Option(help: "Which features to compute: 'windows' or 'basic'.")
    var features: FeatureSet = .windows

    @Option(help: "The seed of the transactions and the model.")
    var seed: UInt64 = 42

    @OptionGroup var location: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard transactions >= 20_000 else { throw ValidationError("--transactions must be at least 20000.") }
        guard stream >= 1 else { throw ValidationError("--stream must be at least 1.") }
    }

    mutating func run() async throws {
        let talk = talk
        let result = try await QuickstartJob(
            settings: QuickstartJob.Settings(
                data: data, output: output, tracking: TrackingDestination(location),
                simulatedTransactions: transactions,
                streamedTransactions: stream,
                features: features, seed: seed, threads: run.threads),
            stores: .ofThisProcess(logger: talk.logger("quickstart")), version: Version.current,
            logger: talk.logger("quickstart")
        ) { title in
            let bar = talk.progress(title)
            return QuickstartJob.StepProgress(update: { bar.update($0) }, finish: { bar.finish() })
        } note: { line in
            talk.note(line)
        }.run()
        try talk.print(result, text: result.text)
    }
}
