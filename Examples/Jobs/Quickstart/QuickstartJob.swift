import CleaningJobs
import Columnar
import DataPrep
package import Features
import Essentials
import Foundation
import JobSupport
package import Logging
import ModelKit
import ModelTracking
import Pipelines
import Scoring
package import StorageIO
package import Tracking
import TrainingJobs

/// The whole system, step by step, on embedded defaults.
package struct QuickstartJob: Sendable {
    package struct Settings: Sendable {
        /// Simulated when nil.
        package var data: String?
        /// The folder for everything that is written, in any store.
        package var output: String
        /// Where runs are logged; nil for a file in the output if that is a local folder, else in the working directory.
        package var tracking: TrackingDestination
        package var simulatedTransactions: Int
        package var streamedTransactions: Int
        package var features: FeatureSet
        package var seed: UInt64
        package var threads: Int

        package init(
            data: String?, output: String, tracking: TrackingDestination, simulatedTransactions: Int,
            streamedTransactions: Int, features: FeatureSet,
            seed: UInt64, threads: Int
        ) {
            self.data = data
            self.output = output
            self.tracking = tracking
            self.simulatedTransactions = simulatedTransactions
            self.streamedTransactions = streamedTransactions
            self.features = features
            self.seed = seed
            self.threads = threads
        }
    }

    /// Shows one step's progress.
    package struct StepProgress: Sendable {
        package var update: WorkProgressHandler
        package var finish: @Sendable () -> Void

        package init(update: @escaping WorkProgressHandler, finish: @escaping @Sendable () -> Void) {
            self.update = update
            self.finish = finish
        }
    }

    let settings: Settings
    private let stores: ObjectStoreRegistry
    private let version: String
    let logger: Logger
    private let progress: @Sendable (_ title: String) -> StepProgress
    private let note: @Sendable (_ line: String) -> Void

    package init(
        settings: Settings, stores: ObjectStoreRegistry, version: String, logger: Logger,
        progress: @escaping @Sendable (_ title: String) -> StepProgress,
        note: @escaping @Sendable (_ line: String) -> Void
    ) {
        self.settings = settings
        self.stores = stores
        self.version = version
        self.logger = logger
        self.progress = progress
        self.note = note
    }

    package func run() async throws -> QuickstartResult {
        let start = ContinuousClock.now
        var steps: [QuickstartResult.Step] = []

        let raw = try await simulate(&steps)
        let cleaning = try await clean(raw, &steps)
        let (outcome, table) = try await train(&steps)
        let served = try await servedModel(outcome)
        try await served.save(to: stores.resolve(location("model")))

        let (contest, publication) = try await ModelPublisher.withTracking(
            TrackingDestination(
                uri: settings.tracking.uri ?? "sqlite:///" + (localPath("mlflow.db") ?? "mlflow.db"),
                // A server chooses itself where files are stored.
                artifactRoot: settings.tracking.artifactRoot
                    ?? (settings.tracking.isServer ? nil : localPath("mlruns") ?? location("mlruns"))),
            program: "quickstart", stores: stores
        ) { publication in
            let contest = try await compare(outcome, table, publication, &steps)
            return (contest, try await publish(outcome, contest, publication, &steps))
        }

        let streaming = try await stream(outcome, &steps)
        let serving = try await serve(served, outcome, &steps)

        var result = QuickstartResult(
            version: version, createdAt: outcome.model.provenance.createdAt, data: settings.data ?? raw,
            output: settings.output, report: location("report.html"), cleaning: cleaning, metrics: outcome.metrics,
            publication: publication, champion: contest.championName, isPromoted: contest.isPromoted,
            decision: contest.decision, streaming: streaming, serving: serving, steps: steps, seconds: 0)
        result.seconds = (ContinuousClock.now - start).inSeconds
        let page = QuickstartReport(
            result: result, outcome: outcome, comparison: contest.comparison,
            championEvaluation: contest.championEvaluation)
        let target = try stores.resolve(result.report)
        try await target.store.put(Array(page.html().utf8), to: target.key())
        return result
    }

    private func location(_ name: String) -> String {
        settings.output.hasSuffix("/") ? settings.output + name : "\(settings.output)/\(name)"
    }

    /// The absolute path of something in the output; nil where that is not on this machine.
    private func localPath(_ name: String) throws -> String? {
        let location = try StorageURI(location(name))
        return location.scheme == "file" ? "/" + location.path : nil
    }

    /// Runs one step under a progress bar and notes what came of it.
    func step<Result>(
        _ title: String, _ steps: inout [QuickstartResult.Step], detail: (Result) -> String,
        _ body: (@escaping WorkProgressHandler) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let bar = progress(title)
        defer { bar.finish() }
        let start = ContinuousClock.now
        let result = try await body(bar.update)
        let seconds = (ContinuousClock.now - start).inSeconds
        bar.finish()
        steps.append(QuickstartResult.Step(name: title, seconds: seconds, detail: detail(result)))
        note(
            "\(title.padding(toLength: 12, withPad: " ", startingAt: 0)) \(seconds.text(decimals: 1)) s  "
                + detail(result))
        return result
    }

    private func simulate(_ steps: inout [QuickstartResult.Step]) async throws -> String {
        if let data = settings.data { return data }
        let folder = location("raw")
        let options = HandbookOptions.scaled(
            toTransactions: settings.simulatedTransactions, seed: settings.seed)
        _ = try await step("simulate", &steps) { (result: SimulationJob.Result) in
            "\(result.lines) lines of raw text with \(result.frauds) frauds in \(folder)"
        } _: { progress in
            try await SimulationJob(
                options: options, output: folder, stores: stores, threads: settings.threads, progress: progress
            ).writeRawText(DirtRates(each: 2e-4))
        }
        return folder
    }

    private func clean(
        _ raw: String, _ steps: inout [QuickstartResult.Step]
    ) async throws -> QuickstartResult.Cleaning {
        let report = location("cleaning.html")
        let result = try await step("clean", &steps) { (result: CleaningReport) in
            "\(result.rowsKept) of \(result.rowsRead) rows kept, report in \(report)"
        } _: { progress in
            try await CleaningJob(
                input: raw, output: location("clean.parquet"),
                choice: .transactions(CleaningPlan(repairsTimeDays: true)),
                report: report,
                options: CleaningOptions(threads: settings.threads), stores: stores, progress: progress
            ).run()
        }
        return QuickstartResult.Cleaning(rowsRead: result.rowsRead, rowsKept: result.rowsKept, report: report)
    }

    private func train(
        _ steps: inout [QuickstartResult.Step]
    ) async throws -> (TrainingResult, RecordBatch) {
        let clean = location("clean.parquet")
        let dataSet = try await DataSet.open(clean, stores: stores)
        let table = try await dataSet.readAll(
            columns: dataSet.transactionColumns(needing: TransactionColumn.labelled), threads: settings.threads)
        var base = BoostedTreesConfiguration()
        base.seed = settings.seed
        let request = TrainingRequest(
            data: clean, features: .transactions(settings.features), learner: .boostedTrees(base),
            testRows: .share(0.2), grid: Self.grid(base), validationShare: 0.2, seed: settings.seed,
            threads: settings.threads)
        let outcome = try await step("train", &steps) { (outcome: TrainingResult) in
            let evaluation = outcome.evaluation
            return "ROC AUC \((evaluation?.rocAUC ?? 0).text(decimals: 4)), average precision "
                + "\((evaluation?.averagePrecision ?? 0).text(decimals: 4)) on the last days, best of "
                + "\(outcome.candidates.count) candidates"
        } _: { progress in
            try await TrainingPipeline(request, stores: stores, progress: progress).run(on: table)
        }
        return (outcome, table)
    }

    /// Tree shapes around the usual default; rounds and learning rate suffice for all of them.
    private static func grid(_ base: BoostedTreesConfiguration) -> [BoostedTreesConfiguration] {
        [(15, 1.0), (31, 1.0), (63, 1.0), (31, 0.7)].map { leaves, rowShare in
            var configuration = base
            configuration.maxLeaves = leaves
            configuration.rowSubsample = rowShare
            return configuration
        }
    }
}

extension QuickstartJob {
    /// What came of the comparison with the champion.
    struct Contest: Sendable {
        var championName: String?
        var comparison: ModelComparison?
        var championEvaluation: EvaluationSummary?
        var bootstrapAUC: Double
        var isPromoted: Bool
        var decision: String
    }

    private func compare(
        _ outcome: TrainingResult, _ table: RecordBatch, _ publication: ModelPublisher,
        _ steps: inout [QuickstartResult.Step]
    ) async throws -> Contest {
        guard let test = outcome.test else {
            throw JobError.unusableData(location: settings.output, reason: "there are no test rows to compare on")
        }
        return try await step("compare", &steps) { (contest: Contest) in
            contest.decision
        } _: { progress in
            progress(WorkProgress(done: 0, unit: "samples", detail: "drawing bootstrap samples"))
            let champion = try await Champion.find(publication.tracking, experiment: publication.experiment)
            guard let champion else { return try await first(outcome, test) }
            return try await contest(outcome, test, table, champion)
        }
    }

    private func first(_ outcome: TrainingResult, _ test: PreparedRows) async throws -> Contest {
        let own = try await ModelContest.compare(
            candidate: outcome.testProbabilities, champion: outcome.testProbabilities, labels: test.labels,
            settings: .init(samples: 100, seed: settings.seed), threads: settings.threads)
        return Contest(
            championName: nil, comparison: nil, championEvaluation: nil, bootstrapAUC: own.candidateBootstrapAUC,
            isPromoted: true, decision: "The first model becomes the champion; run again to compare with it.")
    }

    private func contest(
        _ outcome: TrainingResult, _ test: PreparedRows, _ table: RecordBatch, _ champion: Champion
    ) async throws -> Contest {
        let championScores = try await ModelContest.probabilities(
            of: champion.model, like: outcome.model, test: test, table: table, threads: settings.threads)
        let comparison = try await ModelContest.compare(
            candidate: outcome.testProbabilities, champion: championScores, labels: test.labels,
            settings: .init(seed: settings.seed), threads: settings.threads)
        let evaluation = try await EvaluationSummary(
            probabilities: championScores, labels: test.labels, threshold: champion.model.threshold,
            threads: settings.threads)
        let isPromoted = comparison.verdict == .better
        let difference = abs(comparison.deLong.difference).text(decimals: 5)
        let decision =
            switch comparison.verdict {
            case .better: "The candidate is better than \(champion.name) by \(difference) of ROC AUC and replaces it."
            case .worse: "The candidate is worse than \(champion.name) by \(difference) of ROC AUC; the champion stays."
            case .undecided:
                "The test rows do not tell the candidate from \(champion.name) (difference \(difference) of ROC AUC); "
                    + "the champion stays."
            }
        return Contest(
            championName: champion.name, comparison: comparison, championEvaluation: evaluation,
            bootstrapAUC: comparison.candidateBootstrapAUC, isPromoted: isPromoted, decision: decision)
    }

    private func publish(
        _ outcome: TrainingResult, _ contest: Contest, _ publication: ModelPublisher,
        _ steps: inout [QuickstartResult.Step]
    ) async throws -> ModelPublisher.Receipt {
        var metrics = ["test_bootstrap_roc_auc": contest.bootstrapAUC]
        if let comparison = contest.comparison {
            metrics["p_value"] = comparison.tTest.pValue
            metrics["delong_p_value"] = comparison.deLong.pValue
            metrics["champion_roc_auc"] = comparison.deLong.second.value
        }
        return try await step("track", &steps) { (receipt: ModelPublisher.Receipt) in
            "run \(receipt.runID), version \(receipt.modelVersion ?? 0) of \(ModelPublisher.modelName)"
        } _: { progress in
            progress(WorkProgress(done: 0, unit: "files", detail: "logging the run"))
            let receipt = try await publication.publish(
                outcome, model: stores.resolve(location("model")), data: settings.data ?? location("raw"),
                metrics: metrics, registration: ModelRegistration())
            if contest.isPromoted, let version = receipt.modelVersion {
                try await publication.tracking.models.setAlias(
                    ModelPublisher.championAlias, of: ModelPublisher.modelName, to: version)
            }
            return receipt
        }
    }

    private func stream(
        _ outcome: TrainingResult, _ steps: inout [QuickstartResult.Step]
    ) async throws -> QuickstartResult.Streaming {
        guard let test = outcome.test, let transactions = test.transactions else {
            throw JobError.unusableData(location: settings.output, reason: "there are no transactions to stream")
        }
        // The first ones after training, in time order: the model's history ends just before them.
        let order = transactions.dateTime.indices.sorted {
            (transactions.dateTime[$0], transactions.transactionID[$0])
                < (transactions.dateTime[$1], transactions.transactionID[$1])
        }.prefix(settings.streamedTransactions)
        let expected = Dictionary(
            order.map { (transactions.transactionID[$0], outcome.testProbabilities[$0]) }, uniquingKeysWith: { $1 })
        return try await step("stream", &steps) { (result: QuickstartResult.Streaming) in
            "\(result.transactions) transactions, \(result.transactionsPerSecond.text(decimals: 0)) a second; "
                + result.agreement
        } _: { progress in
            try await StreamingDemo.run(
                outcome.model, order.map { transactions[$0] }, expected: expected, logger: logger, progress: progress)
        }
    }
}
