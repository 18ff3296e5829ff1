import ArgumentParser
import CommandLineSupport
import DataPrep
import Jobs
import ModelKit
import StorageIO
import Tracking

@main
struct TrainModel: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "train-model",
        abstract: "Train a fraud model and save it as a bundle that scores anywhere.",
        discussion: """
            The data are transactions (nine columns, see the documentation of DataPrep), from which features are computed:

              train-model --data clean.parquet --output model --test-share 0.2

            or ready numeric columns of any table:

              train-model --data features.parquet --output model --feature-columns a,b,c --label tx_fraud

            Places are files, folders, patterns such as 'clean/*.parquet', or URLs.
            """,
        version: Version.current)

    @Option(help: "The place of the training data: Parquet or CSV.")
    var data: String

    @Option(help: "The folder to save the model in. An earlier model there is replaced once the new one is whole.")
    var output: String

    @Option(
        help: "Which features to compute from transactions: 'windows' (counts, means and risks over days) or 'basic'.")
    var features: FeatureSet = .windows

    @Option(help: "Ready numeric columns to train on instead, parted by commas.")
    var featureColumns: String?

    @Option(help: "The column that holds 1 for a fraud and 0 for none.")
    var label = "tx_fraud"

    @OptionGroup(title: "Learner")
    var learner: LearnerOptions

    @Option(help: "Keep rows with tx_time_days at or above this day from training, and measure the model on them.")
    var testFromDay: Int32?

    @Option(
        help: "Keep the last days that make up this share of all days (or random rows of ready columns) to measure on.")
    var testShare: Double?

    @Option(help: "The share of the training days on which grid, rounds and threshold are chosen.")
    var validationShare: Double?

    @Flag(help: "Try the grid depth {5, 10} x rounds {10, 20, 30} x row share {0.5, 0.7, 1}.")
    var grid = false

    @Option(help: "Probabilities from here on are predicted to be fraud; chosen on the validation rows otherwise.")
    var threshold: Double?

    @Option(help: "Where to log the run, such as sqlite:///mlflow.db; nowhere otherwise.")
    var tracking: String?

    @Option(help: "The experiment to log to.")
    var experiment = ModelPublication.experimentName

    @Flag(help: "Register the model as a new version (with --tracking).")
    var register = false

    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if testFromDay != nil, testShare != nil {
            throw ValidationError("Give --test-from-day or --test-share, not both.")
        }
        for (name, share) in [("--test-share", testShare), ("--validation-share", validationShare)] {
            if let share, !(share > 0 && share < 1) { throw ValidationError("\(name) must lie between 0 and 1.") }
        }
        if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold must lie in 0...1.") }
        if register, tracking == nil { throw ValidationError("--register needs --tracking.") }
        if grid, learner.learner != .boostedTrees { throw ValidationError("--grid is for boosted trees.") }
    }

    private var request: TrainingRequest {
        let columns = featureColumns?.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
        let settings = learner.boostedTrees
        let needsValidation = grid || learner.earlyStoppingRounds != nil
        return TrainingRequest(
            data: data, features: columns.map { .columns($0, label: label) } ?? .transactions(features),
            learner: learner.choice,
            testRows: testFromDay.map { .fromDay($0) } ?? testShare.map { .share($0) } ?? .none,
            grid: grid ? TrainingRequest.originalGrid(settings) : [],
            validationShare: validationShare ?? (needsValidation ? 0.2 : 0), threshold: threshold, seed: learner.seed,
            threads: run.threads)
    }

    mutating func run() async throws {
        let stores = ObjectStores.ofThisProcess(logger: talk.logger("train-model"))
        let bar = talk.progress("training")
        defer { bar.finish() }
        // A place that cannot be logged to is found out before the work, not after it.
        let summary: TrainingSummary
        if let tracking {
            summary = try await ModelPublication.withTracking(
                tracking, experiment: experiment, source: "train-model", stores: stores
            ) { publication in
                let outcome = try await trainAndSave(stores, bar)
                let receipt = try await publication.publish(
                    outcome, model: stores.resolve(output), data: data, registers: register)
                return TrainingSummary(outcome, model: output, publication: receipt)
            }
        } else {
            summary = TrainingSummary(try await trainAndSave(stores, bar), model: output, publication: nil)
        }
        bar.finish()
        try talk.print(summary, text: summary.text)
    }

    private func trainAndSave(_ stores: ObjectStores, _ bar: ProgressBar) async throws -> TrainingOutcome {
        let outcome = try await TrainingJob(request, stores: stores) { bar.update($0) }.run()
        try await ModelFolder.save(outcome.model, to: output, stores: stores)
        return outcome
    }
}
