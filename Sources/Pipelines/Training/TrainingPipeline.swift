public import Columnar
import DataPrep
import Features
import Essentials
import ModelKit
import Parallelism
import Scoring
public import StorageIO

/// Trains a fraud model: reads a data set, splits it by time or at random, computes features over one history, chooses rounds,
/// settings and threshold on validation rows, trains on all training rows, and measures on the test rows.
///
/// The same request on the same data gives the same model, whatever the number of threads.
public struct TrainingPipeline: Sendable {
    /// What is trained, and on what.
    public let request: TrainingRequest
    private let stores: ObjectStoreRegistry
    private let progress: WorkProgressHandler

    /// A pipeline; nothing is read before it runs.
    /// - Parameters:
    ///   - stores: Finds the data.
    ///   - progress: Gets rows, rounds and candidates done.
    public init(
        _ request: TrainingRequest, stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.request = request
        self.stores = stores
        self.progress = progress
    }

    /// Reads the data, trains and measures.
    /// - Throws: ``PipelineError``; `DataSetError` and what reading throws; `TrainingError` of ModelKit; `CancellationError`.
    public func run() async throws -> TrainingResult {
        var timer = StepTimer()
        let dataSet = try await DataSet.open(request.data, stores: stores)
        let names = try dataSet.available(in: request.data) { try columns(of: $0) }
        let table = try await dataSet.readAll(columns: names, reporting: progress, threads: request.threads)
        timer.step("read")
        return try await run(on: table, timer)
    }

    /// Trains and measures on a table that is in memory already; ``TrainingRequest/data`` only names it.
    public func run(on table: RecordBatch) async throws -> TrainingResult {
        try await run(on: table, StepTimer())
    }

    private func run(on table: RecordBatch, _ started: StepTimer) async throws -> TrainingResult {
        var timer = started
        progress(WorkProgress(done: 0, unit: "rows", detail: "computing features"))
        let data = try await onDedicatedThread(named: "features") { [request] _ in
            try DataPreparation.prepare(table, request)
        }
        timer.step("features")
        return try await train(data, timer)
    }

    /// Trains on rows that are ready.
    private func train(_ data: PreparedData, _ timer: StepTimer) async throws -> TrainingResult {
        var timer = timer
        let selection = try await ModelSelection(request: request, progress: progress).run(data.training)
        timer.step("selection")
        let trained = try await LearnerTraining.train(
            selection.learner, data.training.features, labels: data.training.labels, threads: request.threads,
            progress: progress)
        timer.step("training")
        let threshold = request.threshold ?? selection.threshold ?? 0.5
        var outcome = TrainingResult(
            model: try FraudModel(
                features: data.definition, classifier: trained.classifier, threshold: threshold,
                provenance: ModelProvenance(
                    createdAt: Date.now.formatted(.iso8601), data: request.data, rows: data.training.count,
                    parameters: selection.learner.parameters),
                state: data.state, history: data.history, custom: request.custom),
            trainingRows: data.training.count, trainingFrauds: data.training.positiveCount,
            candidates: selection.candidates, history: selection.history.isEmpty ? trained.history : selection.history,
            parameters: parameters(selection.learner, threshold), seconds: [:], test: data.test, testProbabilities: [])
        outcome.model.provenance.trainedTimes = data.trainedTimes
        outcome.model.provenance.label = label
        if let test = data.test { try await evaluate(&outcome, test, trained.classifier, threshold) }
        timer.step("evaluation")
        outcome.seconds = timer.seconds
        outcome.model.provenance.metrics = outcome.metrics
        return outcome
    }

    private func evaluate(
        _ outcome: inout TrainingResult, _ test: PreparedRows, _ classifier: any BinaryClassifier, _ threshold: Double
    ) async throws {
        let request = request, threads = request.threads
        let frauds = test.positiveCount
        guard frauds > 0, frauds < test.count else {
            (outcome.testProbabilities, outcome.oneClassQuality) = try await onDedicatedThread(named: "evaluation") {
                _ in
                let probabilities = try classifier.probabilities(test.features, threads: threads)
                return (
                    probabilities,
                    try OneClassQuality(
                        probabilities: probabilities, labels: test.labels, threshold: threshold, threads: threads)
                )
            }
            try measureCards(&outcome, test)
            return
        }
        (outcome.testProbabilities, outcome.evaluation, outcome.details) = try await onDedicatedThread(
            named: "evaluation"
        ) { _ in
            let probabilities = try classifier.probabilities(test.features, threads: threads)
            return (
                probabilities,
                try EvaluationSummary(
                    probabilities: probabilities, labels: test.labels, threshold: threshold, threads: threads),
                try QualityDetails(ModelScores(probabilities, threshold: threshold), test, request)
            )
        }
        try measureCards(&outcome, test)
    }

    private func measureCards(_ outcome: inout TrainingResult, _ test: PreparedRows) throws {
        if let cards = test.cards {
            outcome.cardPrecisionAt100 = try CardPrecision(
                k: 100, scores: outcome.testProbabilities, labels: test.labels, customers: cards.cards, days: cards.days
            ).mean
        }
    }

    /// Where the labels are, if not in `tx_fraud`.
    private var label: String? {
        let name =
            switch request.features {
            case .transactions(_, let label): label
            case .plan(_, let schema): schema.column(.label)?.name
            case .columns(_, let label): label
            }
        return name == TransactionColumn.fraud.name ? nil : name
    }

    /// The columns to read: all that a transaction has, or just the ones named.
    private func columns(of dataSet: DataSet) throws -> [String] {
        switch request.features {
        case .transactions(_, let label):
            return try dataSet.transactionColumns(
                and: label.map { [TransactionColumn.spelling(of: $0, in: dataSet.schema)] } ?? [],
                needing: label == nil ? TransactionColumn.labelled : TransactionColumn.unlabelled)
        case .plan(let plan, let schema):
            return try FeatureDefinition.plan(plan, schema: schema.restricted(to: plan)).columns(of: dataSet)
        case .columns(let names, let label):
            var columns = names + [TransactionColumn.spelling(of: label, in: dataSet.schema)]
            if case .fromDay = request.testRows { columns.append(TransactionColumn.timeDays.name) }
            // Times of training are noted where there are any.
            let time = TransactionColumn.dateTime.name
            if !columns.contains(time), dataSet.schema.index(of: time) != nil { columns.append(time) }
            return columns
        }
    }

    private func parameters(_ learner: Learner, _ threshold: Double) -> [String: String] {
        var parameters = learner.parameters
        parameters["threshold"] = "\(threshold)"
        switch request.features {
        case .transactions(let set, _): parameters["features"] = set.rawValue
        case .plan(let plan, _): parameters["features"] = plan.name
        case .columns(let names, _): parameters["features"] = names.joined(separator: ",")
        }
        if let label { parameters["label"] = label }
        return parameters
    }
}
