import DataPrep
import Essentials
import Scoring

/// Turns transactions into a batch of results: order by time, score, encode.
struct MicroBatchScorer {
    let scorer: OnlineScorer
    private let threads: Int
    private var order: [Key] = []

    private struct Key {
        let time: Int64
        let id: Int64
        let index: Int32
    }

    init(_ scorer: OnlineScorer, threads: Int) {
        self.scorer = scorer
        self.threads = threads
    }

    /// Appends a result a transaction, keyed by the transaction's id: a result that is sent again after a crash goes to
    /// the same partition as its first copy.
    /// - Returns: how many transactions are predicted to be frauds.
    mutating func score(_ transactions: [Transaction], into results: inout MessageBatch) throws -> Int {
        var predictedFrauds = 0
        results.reserveCapacity(messages: transactions.count, bytes: transactions.count * 96)
        for score in try scorer.score(inOrder(transactions), threads: threads) {
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

    /// By time, then id, as in the batch features: within a partition messages may be out of order.
    private mutating func inOrder(_ transactions: [Transaction]) -> [Transaction] {
        order.removeAll(keepingCapacity: true)
        order.reserveCapacity(transactions.count)
        var isSorted = true
        for (index, transaction) in transactions.enumerated() {
            let key = Key(time: transaction.dateTime, id: transaction.transactionID, index: Int32(index))
            if let last = order.last, Self.precedes(key, last) { isSorted = false }
            order.append(key)
        }
        guard !isSorted else { return transactions }
        order.sort(by: Self.precedes)
        return order.map { transactions[Int($0.index)] }
    }

    private static func precedes(_ left: Key, _ right: Key) -> Bool {
        if left.time != right.time { return left.time < right.time }
        return left.id != right.id ? left.id < right.id : left.index < right.index
    }
}
