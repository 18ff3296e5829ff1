import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelTracking
import Pipelines
import Scoring
import ScoringJobs
import StorageIO
import Tracking
import TrackingJobs

@main
struct VerifyFeatures: ToolCommand {
    static func main() async { await start() }

    /// How the command ends when it works but not all scores are identical.
    private static let different = ExitCode(3)

    static let configuration = CommandConfiguration(
        commandName: "verify-features",
        abstract: "Compute the features of scored transactions again, and say which differ.",
        discussion: """
            With --feature-digests, score-transactions and score-stream write what the features of each transaction were: \
            a hash of their names and values, and two digits for each. This program computes them again from the data as they are \
            now, bit for bit, and says 'N of N'. Where some differ it names the first ones, the features that differ, and why: \
            the transaction changed, earlier ones are missing, labels came later, another model scored.

              score-transactions --data new.parquet --model model \\
                --output scores.parquet --feature-digests
              verify-features --scores scores.parquet --data new.parquet --model model

            Scores are any data set with the ids and a column feature_digest, also the results of a stream as JSON lines. A stream or \
            service begins with the model's history, and knows the labels that it was sent: if it got none, use --labels none.

              verify-features --scores results.jsonl --data all.parquet \\
                --model model --history saved --labels none

            The data must have all transactions since the end of the history, scored or not. The exit code is 0 when every score \
            has been compared and is identical; 3 when not; another one for errors.
            """,
        version: Version.current)

    enum History: String, CaseIterable, ExpressibleByArgument {
        case auto, saved, empty

        var choice: HistoryChoice {
            switch self {
            case .auto: .automatic
            case .saved: .saved
            case .empty: .empty
            }
        }
    }

    enum Labels: String, CaseIterable, ExpressibleByArgument {
        case known, none

        var use: LabelUse {
            switch self {
            case .known: .known
            case .none: .none
            }
        }
    }

    @Option(help: "The location of the scores: Parquet, CSV or JSON lines.", completion: .file())
    var scores: String

    @Option(help: "The location of the transactions: Parquet, CSV or JSON lines.", completion: .file())
    var data: String

    @Option(
        help: "The folder of the model that scored, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.",
        completion: .file())
    var model: String

    @Option(
        help: """
            The history that the scorer started from: the model's saved one, none (empty), or, as score-transactions does, the \
            saved one if it ends before the data begin (auto).
            """)
    var history = History.auto

    @Option(help: "What the scorer knew of labels: those in the data, from when they were known, or none.")
    var labels = Labels.known

    @Option(help: "How many scores that differ are described.")
    var show = 10

    @OptionGroup var location: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if show < 0 { throw ValidationError("--show must not be negative.") }
    }

    mutating func run() async throws {
        let bar = talk.progress("verifying")
        defer { bar.finish() }
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("verify-features"))
        let result = try await VerificationJob(
            scores: scores, data: data, model: model, history: history.choice, labels: labels.use, limit: show,
            models: ModelLoader(stores: stores, tracking: TrackingDestination(location), program: "verify-features"),
            stores: stores, threads: run.threads
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
        if !result.isVerified { throw Self.different }
    }
}
