import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelKit
import ModelTracking
import StorageIO
import Tracking
import TrackingJobs
import TrainingJobs

@main
struct PromoteModel: ToolCommand {
    static func main() async { await start() }

    /// The alias stays where it was: not a failure, and distinguished from one.
    private static let keptChampion = ExitCode(3)

    static let configuration = CommandConfiguration(
        commandName: "promote-model",
        abstract: "Compare a registered model with the one in use, and move the alias to it when it is better.",
        discussion: """
            The comparison is that of compare-models, on rows later than the training rows of both models. It is logged to the \
            candidate's run (test_bootstrap_roc_auc, p_value, the interval of the difference) with the decision; services that \
            follow the alias switch to the new version by themselves.

              train-model --data clean.parquet --output model --test-share 0.2 \\
                --tracking sqlite:///mlflow.db --register
              promote-model --candidate models:/antifraud/latest \\
                --champion models:/antifraud@champion --data clean.parquet \\
                --tracking sqlite:///mlflow.db

            If no version has the alias, the candidate gets it. To go back to an earlier version:

              promote-model --candidate models:/antifraud/7 \\
                --champion models:/antifraud@champion --policy always

            The exit code is 0 when the candidate has the alias now, or would have it without --dry-run; 3 when the champion \
            keeps it; another one for errors.
            """,
        version: Version.current)

    @Option(help: "The registered model to promote: models:/NAME/VERSION, models:/NAME@ALIAS, runs:/ID/model.")
    var candidate: String

    @Option(help: "The alias of the model in use: models:/NAME@ALIAS.")
    var champion: String

    @Option(
        help: "Labelled transactions, or a table with the models' columns; needed unless --policy is always.",
        completion: .file())
    var data: String?

    @Option(help: "Candidates to accept: better; not-worse, also those without a significant difference; always.")
    var policy = PromotionPolicy.better

    @Flag(help: "Compare and show the decision; log nothing and do not move the alias.")
    var dryRun = false

    @OptionGroup var comparison: ComparisonOptions
    @OptionGroup var location: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard data != nil || policy == .always else {
            throw ValidationError("--data is needed to compare on, unless --policy is always.")
        }
        if data == nil, comparison.report != nil { throw ValidationError("--report needs --data to compare on.") }
        guard TrackingDestination(location).uri != nil else {
            throw ValidationError("Name the registry with --tracking, or set MLFLOW_TRACKING_URI.")
        }
    }

    mutating func run() async throws {
        let bar = talk.progress("comparing")
        defer { bar.finish() }
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("promote-model"))
        try await stores.checkOutputs([comparison.report], against: [data])
        let result = try await ModelPromotion(
            PromotionRequest(
                candidate: candidate, champion: champion, data: data, label: comparison.label,
                policy: policy, isDryRun: dryRun, includesTrainingRows: comparison.includeTrainingRows,
                report: comparison.report,
                settings: ModelComparison.Settings(samples: comparison.samples, seed: comparison.seed)),
            tracking: TrackingDestination(location), stores: stores, program: "promote-model", threads: run.threads
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
        if result.decision == .keptChampion { throw Self.keptChampion }
    }
}
