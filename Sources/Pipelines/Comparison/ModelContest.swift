package import Columnar
import Features
package import ModelKit
import Parallelism
package import Scoring

/// Scores the same rows with two models and compares the rankings.
package enum ModelContest {
    /// The probabilities of a champion on a training job's test rows.
    ///
    /// A model with the same features takes the matrix that is there; another one computes its own from `table`, from the
    /// beginning, so that its windows have their history.
    package static func probabilities(
        of champion: FraudModel, like model: FraudModel, test: PreparedRows, table: RecordBatch, threads: Int
    ) async throws -> [Double] {
        try await onDedicatedThread(named: "champion") { _ in
            // The matrix of ready columns is 32-bit, too coarse for some champions.
            let fitsMatrix = champion.features.pipeline != nil || !champion.classifier.takesDoubles
            if champion.features == model.features, fitsMatrix {
                return try champion.classifier.probabilities(test.features, threads: threads)
            }
            let scores = try champion.score(table, history: .empty, threads: threads)
            guard let transactions = test.transactions else {
                throw PipelineError.contradictorySettings("the champion needs other features than the data have")
            }
            let ids = try TransactionColumns(table).transactionID
            let probabilityOf = Dictionary(zip(ids, scores.probabilities)) { first, _ in first }
            return try transactions.transactionID.map { id in
                guard let probability = probabilityOf[id] else {
                    throw PipelineError.inconsistentScores("transaction \(id) has no score of the champion")
                }
                return probability
            }
        }
    }

    /// Compares probabilities of a candidate and a champion.
    package static func compare(
        candidate: [Double], champion: [Double], labels: [UInt8], settings: ModelComparison.Settings, threads: Int
    ) async throws -> ModelComparison {
        try await onDedicatedThread(named: "comparison") { _ in
            try ModelComparison(
                candidate: candidate, champion: champion, labels: labels, settings: settings, threads: threads)
        }
    }
}
