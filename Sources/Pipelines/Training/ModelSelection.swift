import Features
import DataPrep
import ModelKit
import Parallelism
import StorageIO
import Synchronization

/// Chooses among candidates, and the threshold, on the last part of the training rows.
struct ModelSelection: Sendable {
    struct Result: Sendable {
        var learner: Learner
        var threshold: Double?
        var candidates: [TrainingResult.Candidate] = []
        var history: [BoostingRound] = []
    }

    let request: TrainingRequest
    let progress: WorkProgressHandler

    func run(_ rows: PreparedRows) async throws -> Result {
        guard request.validationShare > 0 else {
            guard request.grid.isEmpty else {
                throw PipelineError.contradictorySettings(
                    "a grid needs validation rows; give a validation share above 0")
            }
            return Result(learner: request.learner)
        }
        let (fitting, validation) = try split(rows)
        guard !request.grid.isEmpty else { return try await single(fitting, validation) }
        return try await grid(fitting, validation)
    }

    /// The last days where rows are transactions, else rows drawn at random.
    private func split(_ rows: PreparedRows) throws -> (fitting: PreparedRows, validation: PreparedRows) {
        if let days = rows.transactions?.calendarDays {
            let first = DataPreparation.lastDays(request.validationShare, of: days)
            let before = days.indices.filter { days[$0] < first }, after = days.indices.filter { days[$0] >= first }
            guard !before.isEmpty, !after.isEmpty else {
                throw PipelineError.unusableData(
                    location: request.data, reason: "the training rows span too few days for a validation share")
            }
            let times = rows.transactions?.dateTime
            return try checked(
                rows.take(before), TransactionTimes.range(times, before), rows.take(after),
                TransactionTimes.range(times, after))
        }
        let split = try RowSplit.random(
            rowCount: rows.count, trainShare: 1 - request.validationShare, seed: request.seed, stratifiedBy: rows.labels
        )
        return try checked(rows.take(split.train), nil, rows.take(split.test), nil)
    }

    /// Neither rounds nor a threshold can be chosen by rows of one class.
    private func checked(
        _ fitting: PreparedRows, _ fittingTimes: ClosedRange<Int64>?, _ validation: PreparedRows,
        _ validationTimes: ClosedRange<Int64>?
    ) throws -> (fitting: PreparedRows, validation: PreparedRows) {
        func check(_ purpose: String) -> ClassCheck {
            ClassCheck(location: request.data, purpose: purpose, wayOut: "give another --validation-share")
        }
        try check("to fit candidates on").require(fitting.labels, times: fittingTimes)
        try check("to choose by").require(validation.labels, times: validationTimes)
        return (fitting, validation)
    }

    private func single(_ fitting: PreparedRows, _ validation: PreparedRows) async throws -> Result {
        let trained = try await LearnerTraining.train(
            request.learner, fitting.features, labels: fitting.labels,
            validation: ValidationSet(features: validation.features, labels: validation.labels),
            threads: request.threads, progress: progress)
        let summary = try await evaluate(trained.classifier, validation)
        var learner = request.learner
        if case .boostedTrees(var settings) = learner, settings.earlyStoppingRounds != nil {
            settings.rounds = trained.bestRound ?? settings.rounds
            settings.earlyStoppingRounds = nil
            learner = .boostedTrees(settings)
        }
        return Result(
            learner: learner, threshold: summary.bestF1Threshold,
            candidates: [.init(parameters: learner.parameters, validationROCAUC: summary.rocAUC)],
            history: trained.history)
    }

    private func grid(_ fitting: PreparedRows, _ validation: PreparedRows) async throws -> Result {
        let threads = request.threads, count = Int64(request.grid.count), handler = progress
        let done = Atomic<Int64>(0)
        let search = try await GridSearch(request.grid).run(
            validation: validation.features, labels: validation.labels, threads: threads,
            metric: { try Metrics.rocAUC(scores: $0, labels: $1, threads: threads) }
        ) { configuration in
            let index = done.wrappingAdd(1, ordering: .relaxed).oldValue
            return try await LearnerTraining.train(
                .boostedTrees(configuration), fitting.features, labels: fitting.labels, threads: threads
            ) { inner in
                handler(
                    WorkProgress(
                        done: index, total: count, unit: "candidates",
                        detail: "round \(inner.done) of \(inner.total ?? 0)"))
            }.classifier
        }
        let summary = try await evaluate(search.model, validation)
        return Result(
            learner: .boostedTrees(search.best.parameters), threshold: summary.bestF1Threshold,
            candidates: search.trials.map {
                .init(parameters: Learner.boostedTrees($0.parameters).parameters, validationROCAUC: $0.score)
            })
    }

    private func evaluate(_ classifier: any BinaryClassifier, _ rows: PreparedRows) async throws -> EvaluationSummary {
        let threads = request.threads
        return try await onDedicatedThread(named: "validation") { _ in
            try EvaluationSummary(
                probabilities: classifier.probabilities(rows.features, threads: threads), labels: rows.labels,
                threads: threads)
        }
    }
}
