import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelKit
import StorageIO
import TrackingJobs
import TrainingJobs

@main
struct CompareModels: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "compare-models",
        abstract: "Compare two models on the same labelled transactions.",
        discussion: """
            The paired bootstrap interval and DeLong's test decide together whether the candidate ranks better than the \
            champion; the two-sample t-test over bootstrap areas stands beside them. Rows are judged \
            that are later than what either model was trained on; the earlier ones are their history.

              compare-models --data test.parquet --champion old-model \\
                --candidate new-model --report comparison.html
            """,
        version: Version.current)

    @Option(help: "The place of labelled transactions, or of a table with the models' columns.", completion: .file())
    var data: String

    @Option(
        help: "The folder of the model in use, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.",
        completion: .file())
    var champion: String

    @Option(help: "The model that might replace it, likewise.", completion: .file())
    var candidate: String

    @Option(
        help:
            "The column that holds 1 for a fraud and 0 for none; the candidate's, 'tx_fraud' unless it was trained on another."
    )
    var label: String?

    @Flag(help: "Compare on all rows, also those that the models were trained on; the result is marked then.")
    var includeTrainingRows = false

    @Option(help: "Bootstrap samples for the paired interval.")
    var samples = 1_000

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 42

    @Option(help: "An HTML page to write.", completion: .file())
    var report: String?

    @OptionGroup var place: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard samples >= 100 else { throw ValidationError("--samples must be at least 100.") }
    }

    mutating func run() async throws {
        let bar = talk.progress("comparing")
        defer { bar.finish() }
        let stores = ObjectStores.ofThisProcess(logger: talk.logger("compare-models"))
        let result = try await ComparisonJob(
            data: data, champion: champion, candidate: candidate, label: label,
            includesTrainingRows: includeTrainingRows, report: report,
            settings: ModelComparison.Settings(samples: samples, seed: seed),
            models: ModelPlaces(stores: stores, tracking: TrackingPlace(place), program: "compare-models"),
            stores: stores, threads: run.threads
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
    }
}
