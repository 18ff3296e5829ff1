import DataPrep
import Scoring

/// Turns a batch of messages into a batch of results: decode, order by time, score, encode. Keeps its buffers.
struct MicroBatchScorer {
    /// What came of a batch.
    struct Outcome {
        var predictedFrauds = 0
        /// The messages that are no transactions.
        var malformed: [Int] = []
        /// What is wrong with the first of them.
        var firstProblem: TransactionJSONError?
    }

    private let scorer: OnlineScorer
    private let threads: Int
    private var transactions: [Transaction] = []
    private var ordered: [Transaction] = []
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

    /// Appends a result a transaction, keyed by the transaction's id: a result that is sent again after a crash lands
    /// beside its first copy.
    mutating func score(_ batch: ConsumedBatch, into results: inout MessageBatch) throws -> Outcome {
        var outcome = Outcome()
        decode(batch, &outcome)
        sortByTime()
        results.reserveCapacity(messages: transactions.count, bytes: transactions.count * 96)
        for score in try scorer.score(transactions, threads: threads) {
            outcome.predictedFrauds += Int(score.prediction)
            results.append {
                DecimalText.append(score.transactionID, to: &$0)
            } value: {
                TransactionJSON.appendScore(
                    transactionID: score.transactionID, probability: score.probability, prediction: score.prediction,
                    to: &$0)
            }
        }
        return outcome
    }

    private mutating func decode(_ batch: ConsumedBatch, _ outcome: inout Outcome) {
        transactions.removeAll(keepingCapacity: true)
        transactions.reserveCapacity(batch.count)
        batch.bytes.withUnsafeBufferPointer { bytes in
            for (index, message) in batch.messages.enumerated() {
                do throws(TransactionJSONError) {
                    let text = UnsafeBufferPointer(rebasing: bytes[message.valueRange])
                    transactions.append(try TransactionJSON.decode(text))
                } catch {
                    outcome.malformed.append(index)
                    if outcome.firstProblem == nil { outcome.firstProblem = error }
                }
            }
        }
    }

    /// Partitions come one after the other; the history needs one order, that of the batch features: by time, then id.
    private mutating func sortByTime() {
        order.removeAll(keepingCapacity: true)
        order.reserveCapacity(transactions.count)
        var isSorted = true
        for (index, transaction) in transactions.enumerated() {
            let key = Key(time: transaction.dateTime, id: transaction.transactionID, index: Int32(index))
            if let last = order.last, Self.precedes(key, last) { isSorted = false }
            order.append(key)
        }
        guard !isSorted else { return }
        order.sort(by: Self.precedes)
        ordered.removeAll(keepingCapacity: true)
        ordered.reserveCapacity(order.count)
        for key in order { ordered.append(transactions[Int(key.index)]) }
        swap(&ordered, &transactions)
    }

    private static func precedes(_ left: Key, _ right: Key) -> Bool {
        if left.time != right.time { return left.time < right.time }
        return left.id != right.id ? left.id < right.id : left.index < right.index
    }
}
