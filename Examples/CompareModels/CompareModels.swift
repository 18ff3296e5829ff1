import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelKit
import ModelTracking
import Pipelines
import StorageIO
import Tracking
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
            champion; the two-sample t-test over bootstrap areas is shown as well. Models are compared on the rows that are \
            later than the training rows of both; the earlier ones are their history.

              compare-models --data test.parquet --champion old-model \\
                --candidate new-model --report comparison.html
            """,
        version: Version.current)

    @Option(help: "The location of labelled transactions, or of a table with the models' columns.", completion: .file())
    var data: String

    @Option(
        help: "The folder of the model in use, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.",
        completion: .file())
    var champion: String

    @Option(help: "The model that might replace it, in the same form.", completion: .file())
    var candidate: String

    @OptionGroup var comparison: ComparisonOptions
    @OptionGroup var location: TrackingArguments
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    mutating func run() async throws {
        let bar = talk.progress("comparing")
        defer { bar.finish() }
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("compare-models"))
        try await stores.checkOutputs([comparison.report], against: [data, champion, candidate])
        let models = ModelLoader(
            stores: stores, tracking: TrackingDestination(location), program: "compare-models")
        let result = try await ComparisonPipeline(
            data: data, champion: models.load(champion), candidate: models.load(candidate), label: comparison.label,
            includesTrainingRows: comparison.includeTrainingRows,
            settings: ModelComparison.Settings(samples: comparison.samples, seed: comparison.seed), stores: stores,
            threads: run.threads
        ) { bar.update($0) }.run()
        var summary = result.summary
        if let report = comparison.report {
            try await result.writeReport(to: stores.resolve(report))
            summary.report = report
        }
        bar.finish()
        try talk.print(summary, text: summary.text)
    }
}
