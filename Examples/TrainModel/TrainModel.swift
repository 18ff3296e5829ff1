import ArgumentParser
import CommandLineSupport
import Features
import JobSupport
import ModelKit
import ModelTracking
import Pipelines
import Scoring
import StorageIO
import Tracking
import TrackingJobs
import TrainingJobs

@main
struct TrainModel: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "train-model",
        abstract: "Train a fraud model and save it as a bundle that all programs can score with.",
        discussion: """
            The data are transactions, from which features are computed: the Handbook's nine columns, or those that a schema \
            describes (describe-data proposes one):

              train-model --data clean.parquet --output model --test-share 0.2
              train-model --data clean.parquet --schema schema.json --output model --test-share 0.3

            or ready numeric columns of any table:

              train-model --data features.parquet --output model --feature-columns a,b,c --label tx_fraud

            Locations are files, folders, patterns such as 'clean/*.parquet', or URLs.
            """,
        version: Version.current)

    @Option(help: "The location of the training data: Parquet, CSV or JSON lines.", completion: .file())
    var data: String

    @Option(
        help: "The folder to save the model in. An earlier model there is replaced once the new one is complete.",
        completion: .file())
    var output: String

    @Option(help: "The schema of the transactions, as JSON. Without one they are the Handbook's.", completion: .file())
    var schema: String?

    @Option(
        help: """
            Which features to compute from transactions: 'basic' (their own values), 'windows' (counts, means and risks over \
            days; the default without a schema), 'extended' (whatever the roles of a schema allow; the default with one), or a \
            plan of features as JSON.
            """)
    var features: String?

    @Option(help: "Ready numeric columns to train on instead, separated by commas.")
    var featureColumns: String?

    @Option(
        help: """
            The column that holds 1 for a fraud and 0 for none: numbers, booleans or text; 'tx_fraud' unless told otherwise. \
            With a schema, its label.
            """)
    var label: String?

    @OptionGroup(title: "Learner")
    var learner: LearnerOptions

    @Option(help: "Test the model on rows with tx_time_days at or above this day, and do not train on them.")
    var testFromDay: Int32?

    @Option(
        help: """
            Test on the last days that make up this share of all days with rows (or on random rows of ready columns).
            """)
    var testShare: Double?

    @Option(help: "The share of the training days on which grid, rounds and threshold are chosen.")
    var validationShare: Double?

    @Flag(help: "Try the grid depth {5, 10} x rounds {10, 20, 30} x row share {0.5, 0.7, 1}.")
    var grid = false

    @Option(
        help: """
            Probabilities from here on are predicted to be fraud. By default the threshold with the best F1 on the validation \
            rows if there are any (--validation-share, --grid, --early-stopping-rounds), else 0.5.
            """)
    var threshold: Double?

    @OptionGroup(title: "Tracking")
    var location: TrackingArguments

    @Option(help: "The experiment to log to: MLFLOW_EXPERIMENT_NAME, or 'antifraud-experiment'.")
    var experiment: String?

    @Flag(help: "Register the model as a new version of 'antifraud' (needs a tracking URI).")
    var register = false

    @Option(help: "Register it under another name.")
    var registeredModelName: String?

    @Option(
        help: """
            Register it and point this alias at the new version: with 'champion', models:/antifraud@champion is this model.
            """)
    var alias: String?

    @Option(
        help: """
            A local folder for a journal: the run is logged from the start, nothing waits for the tracking store, \
            and what cannot be uploaded is kept for tracking-replay.
            """, completion: .directory)
    var journal: String?

    @Option(
        help: "Seconds between samples of CPU, memory, disk and network usage, logged with --journal; 0 for none.")
    var systemMetrics = 0.0

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
        let isTracked = TrackingDestination(location).uri != nil
        if registration != nil, !isTracked {
            throw ValidationError("--register, --registered-model-name and --alias need --tracking.")
        }
        if let flaw = registration?.flaw { throw ValidationError(flaw) }
        if journal != nil, !isTracked { throw ValidationError("--journal needs --tracking.") }
        guard (0...86_400).contains(systemMetrics) else {
            throw ValidationError("--system-metrics is a number of seconds.")
        }
        if systemMetrics > 0, journal == nil { throw ValidationError("--system-metrics needs --journal.") }
        if grid, learner.learner != .boostedTrees { throw ValidationError("--grid is for boosted trees.") }
        let unused = learner.unusedOptions(grid: grid)
        guard unused.isEmpty else {
            throw ValidationError(
                "\(unused.joined(separator: ", ")) \(unused.count == 1 ? "has" : "have") no effect with "
                    + "\(grid ? "--grid" : "--learner \(learner.learner.rawValue)").")
        }
        if learner.learner == .logisticRegression, let l2 = learner.l2, l2 <= 0 {
            throw ValidationError("--l2 must be above 0 with --learner logistic-regression.")
        }
        if featureColumns != nil, features != nil {
            throw ValidationError("Give --features or --feature-columns, not both.")
        }
        if featureColumns != nil, schema != nil {
            throw ValidationError("Give --schema or --feature-columns, not both: ready columns need no schema.")
        }
        if label != nil, schema != nil || isPlan {
            throw ValidationError("--label has no effect here: the schema says which column is the label.")
        }
        if featureColumns != nil, columnNames.isEmpty { throw ValidationError("--feature-columns names no column.") }
    }

    private var registration: ModelRegistration? {
        guard register || registeredModelName != nil || alias != nil else { return nil }
        return ModelRegistration(name: registeredModelName ?? ModelPublisher.modelName, alias: alias)
    }

    private var columnNames: [String] {
        (featureColumns ?? "").split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }

    /// Whether a plan declares the features, and not one of the two lists for the Handbook's columns.
    private var isPlan: Bool { schema != nil || features.map { FeatureSet(rawValue: $0) == nil } ?? false }

    private func features(_ stores: ObjectStoreRegistry) async throws -> TrainingRequest.Features {
        if featureColumns != nil { return .columns(columnNames, label: label ?? TransactionColumn.fraud.name) }
        guard isPlan else { return .transactions(features.flatMap(FeatureSet.init) ?? .windows, label: label) }
        let schema = try await Declarations.schema(schema, stores: stores)
        return .plan(try await Declarations.plan(features ?? "extended", for: schema, stores: stores), schema: schema)
    }

    private func request(_ stores: ObjectStoreRegistry) async throws -> TrainingRequest {
        let settings = learner.boostedTrees(isPlan: isPlan)
        let needsValidation = grid || learner.earlyStoppingRounds != nil
        return TrainingRequest(
            data: data,
            features: try await features(stores),
            learner: learner.choice(isPlan: isPlan),
            testRows: testFromDay.map { .fromDay($0) } ?? testShare.map { .share($0) } ?? .none,
            grid: grid ? TrainingRequest.originalGrid(settings) : [],
            validationShare: validationShare ?? (needsValidation ? 0.2 : 0), threshold: threshold, seed: learner.seed,
            threads: run.threads)
    }

    mutating func run() async throws {
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("train-model"))
        let bar = talk.progress("training")
        defer { bar.finish() }
        let tracking = TrackingDestination(location)
        let summary: TrainingSummary
        if let journal {
            let (outcome, receipt) = try await JournaledTraining(
                JournaledTraining.Settings(
                    journal: journal, experiment: experiment, registration: registration,
                    systemMetricsInterval: systemMetrics > 0 ? .seconds(systemMetrics) : nil),
                destination: tracking, stores: stores, logger: talk.logger("train-model")
            ).run(program: "train-model", data: data, model: output) { try await trainAndSave(stores, bar) }
            summary = TrainingSummary(outcome, model: output, publication: receipt)
        } else if tracking.uri != nil {
            // A tracking store that cannot be logged to is an error before the work, not after it.
            summary = try await ModelPublisher.withTracking(
                tracking, experiment: experiment, program: "train-model", stores: stores
            ) { publication in
                let outcome = try await trainAndSave(stores, bar)
                let receipt = try await publication.publish(
                    outcome, model: stores.resolve(output), data: data, registration: registration)
                return TrainingSummary(outcome, model: output, publication: receipt)
            }
        } else {
            summary = TrainingSummary(try await trainAndSave(stores, bar), model: output, publication: nil)
        }
        bar.finish()
        try talk.print(summary, text: summary.text)
    }

    private func trainAndSave(_ stores: ObjectStoreRegistry, _ bar: ProgressBar) async throws -> TrainingResult {
        try await stores.checkOutputs([output], against: [data])
        let outcome = try await TrainingPipeline(try await request(stores), stores: stores) { bar.update($0) }.run()
        try await outcome.model.save(to: stores.resolve(output))
        return outcome
    }
}
