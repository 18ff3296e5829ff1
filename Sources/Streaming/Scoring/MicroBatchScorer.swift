import Features
import Essentials
import Scoring

/// Turns transactions into a batch of results: score, encode.
struct MicroBatchScorer {
    let scorer: OnlineScorer
    private let threads: Int

    init(_ scorer: OnlineScorer, threads: Int) {
        self.scorer = scorer
        self.threads = threads
    }

    /// Appends a result a transaction, in their order, keyed by the transaction's id: a result that is sent again after a
    /// crash goes to the same partition as its first copy.
    /// - Returns: how many transactions are predicted to be frauds.
    func score(_ transactions: [Transaction], into results: inout MessageBatch) throws -> Int {
        var predictedFrauds = 0
        results.reserveCapacity(messages: transactions.count, bytes: transactions.count * 96)
        for score in try scorer.score(transactions, threads: threads) {
            predictedFrauds += Int(score.prediction)
            results.append {
                $0.append(decimal: score.transactionID)
            } value: {
                TransactionJSON.appendScore(
                    transactionID: score.transactionID, probability: score.probability, prediction: score.prediction,
                    to: &$0)
            }
        }
        return predictedFrauds
    }
}
