import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelTracking
import ScoringJobs
import StorageIO
import Tracking
import TrackingJobs

@main
struct ScoreTransactions: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "score-transactions",
        abstract: "Score a data set with a saved model.",
        discussion: """
            Writes Parquet, or CSV if the name of the output ends with .csv or .tsv, with the columns transaction_id \
            (if the input has it), probability and prediction, one row \
            for each row of the input, in its order. Ids are copied unchanged. Rows may be in any order: if they are \
            not in time order they are sorted first, with a temporary file for what does not fit into memory.

            A row whose amount is not a finite number gets nulls instead of a score, and a warning gives the number of such rows.

              score-transactions --data new.parquet --model model --output scores.parquet

            Window features continue the history saved with the model if that ends before the data begin; \
            otherwise they start with the data. The result says which.
            """,
        version: Version.current)

    @Option(help: "The location of the data: Parquet, CSV or JSON lines.", completion: .file())
    var data: String

    @Option(help: "The folder of the model, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.", completion: .file())
    var model: String

    @Option(
        help: "The file to write, Parquet or CSV by its ending; an earlier one is replaced in one step.",
        completion: .file())
    var output: String

    @Flag(help: "Add the column feature_digest: what the features were, for verify-features.")
    var featureDigests = false

    @OptionGroup var location: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    mutating func run() async throws {
        let bar = talk.progress("scoring")
        defer { bar.finish() }
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("score-transactions"))
        let result = try await ScoringJob(
            data: data, model: model, output: output, digests: featureDigests,
            models: ModelLoader(stores: stores, tracking: TrackingDestination(location), program: "score-transactions"),
            stores: stores, threads: run.threads, logger: talk.logger("score-transactions")
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
    }
}
