import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelKit
import ModelTracking
import ScoringJobs
import StorageIO
import Tracking
import TrackingJobs

@main
struct ExplainScores: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "explain-scores",
        abstract: "Say which features move the scores that a model gives a data set.",
        discussion: """
            Contributions are Shapley values: with the base value they add up to the score, in log-odds for boosted trees and \
            logistic regression, as a probability for forests. The output has a row for each transaction: its id, probability, \
            base_value, and for each reason from 1 on its text, feature, value and contribution.

              explain-scores --data new.parquet --model model \\
                --output reasons.csv --report report.html

            With the method tree-path, a feature that is not known counts as in training, as with LightGBM's pred_contrib. With \
            interventional it has the values of a background, such as training data; its rows are drawn at random, always the \
            same.

              explain-scores --data new.parquet --model model \\
                --method interventional --background train.parquet

            Rows that are not in the order of time come in that order. A row whose amount is not a finite number gets nulls.
            """,
        version: Version.current)

    enum Method: String, CaseIterable, ExpressibleByArgument {
        case treePath = "tree-path"
        case interventional

        var method: ExplanationMethod {
            switch self {
            case .treePath: .treePath
            case .interventional: .interventional
            }
        }
    }

    @Option(help: "The location of the data: Parquet, CSV or JSON lines.", completion: .file())
    var data: String

    @Option(help: "The folder of the model, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.", completion: .file())
    var model: String

    @Option(
        help: "The file to write, Parquet or CSV by its ending; an earlier one is replaced in one step.",
        completion: .file())
    var output: String?

    @Option(help: "An HTML page with plots to write.", completion: .file())
    var report: String?

    @Option(help: "Reasons of each transaction, at most.")
    var top = 3

    @Option(help: "How features count that are not known.")
    var method = Method.treePath

    @Option(help: "The location of the data that interventional compares with.", completion: .file())
    var background: String?

    @Option(help: "Rows of the background, at most.")
    var backgroundRows = 500

    @OptionGroup var location: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if !(0...100).contains(top) { throw ValidationError("--top must be from 0 to 100.") }
        if backgroundRows < 1 { throw ValidationError("--background-rows must be at least 1.") }
        if method == .interventional, background == nil {
            throw ValidationError("--method interventional needs --background.")
        }
        if method == .treePath, background != nil {
            throw ValidationError("--background needs --method interventional.")
        }
    }

    mutating func run() async throws {
        let bar = talk.progress("explaining")
        defer { bar.finish() }
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("explain-scores"))
        let result = try await ExplanationJob(
            data: data, model: model, output: output, report: report, method: method.method, background: background,
            backgroundRows: backgroundRows, reasons: top,
            models: ModelLoader(stores: stores, tracking: TrackingDestination(location), program: "explain-scores"),
            stores: stores, threads: run.threads, logger: talk.logger("explain-scores")
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
    }
}
