import Features
import DataPrep
import Essentials
import JobSupport
import Parallelism
import Pipelines
import Scoring

extension QuickstartJob {
    /// The model with the history up to the end of the data, so that serving continues from there.
    func servedModel(_ outcome: TrainingResult) async throws -> FraudModel {
        guard let pipeline = outcome.model.features.pipeline, let transactions = outcome.test?.transactions,
            let trained = outcome.model.state
        else { return outcome.model }
        var model = outcome.model
        model.state = try await onDedicatedThread(named: "history") { [settings] _ in
            var state = trained
            _ = try pipeline.columns(transactions, state: &state, threads: settings.threads)
            return state
        }
        return model
    }

    func serve(
        _ model: FraudModel, _ outcome: TrainingResult, _ steps: inout [QuickstartResult.Step]
    ) async throws -> QuickstartResult.Serving {
        guard let transactions = outcome.test?.transactions, transactions.count > 0 else {
            throw JobError.unusableData(location: settings.output, reason: "there are no transactions to serve")
        }
        let plan = ServingPlan(after: transactions)
        return try await step("serve", &steps) { (result: QuickstartResult.Serving) in
            let requests =
                "\(result.requests) requests over HTTP, median \(result.medianMilliseconds.text(decimals: 2)) ms"
            guard let labels = result.labels else { return requests }
            return requests + "; \(labels.frauds) labels of fraud at a terminal raise its score from "
                + "\(labels.scoreBefore.text(decimals: 4)) to \(labels.scoreAfter.text(decimals: 4))"
        } _: { _ in
            let demo = try await ServingDemo.run(model, plan, logger: logger)
            // The same steps without HTTP give the same scores.
            let scorer = try OnlineScorer(model)
            for (transaction, probability) in zip(plan.asked, demo.probabilities) {
                let own = try scorer.score(transaction).probability
                guard own == probability else {
                    throw JobError.inconsistentScores(
                        "transaction \(transaction.transactionID): the service says \(probability), the model \(own)")
                }
            }
            return QuickstartResult.Serving(
                requests: demo.requests, medianMilliseconds: demo.medianMilliseconds,
                labels: model.features.pipeline?.usesHistory == true
                    ? .init(
                        terminalID: plan.probe.terminalID, frauds: plan.frauds.count, scoreBefore: demo.scoreBefore,
                        scoreAfter: demo.scoreAfter) : nil)
        }
    }
}
