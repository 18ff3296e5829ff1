package import Features
import Essentials
package import Scoring

/// Messages with the Handbook's nine columns, for models whose features no plan declares.
package struct HandbookMessages: TransactionMessages {
    package static var lowestID: Int64 { .min }

    package init() {}

    package func decode(_ text: UnsafeBufferPointer<UInt8>) throws(TransactionJSONError) -> Transaction {
        try TransactionJSON.decode(text)
    }

    package func time(of transaction: Transaction) -> Int64 { transaction.dateTime }

    package func id(of transaction: Transaction) -> Int64 { transaction.transactionID }

    package func alignment(_ chosen: Duration?) -> Duration? { chosen }

    package func score(
        _ transactions: [Transaction], by scorer: OnlineScorer, threads: Int, into results: inout MessageBatch
    ) throws -> Int {
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
                score.featureDigest?.append(asMemberOfObjectEnding: &$0)
            }
        }
        return predictedFrauds
    }

    package func decodeLabel(
        _ text: UnsafeBufferPointer<UInt8>
    ) throws(TransactionJSONError) -> TransactionLabel {
        try TransactionJSON.decodeLabel(text)
    }

    package func apply(_ label: TransactionLabel, to scorer: OnlineScorer) throws { _ = try scorer.applyLabel(label) }

    package func adopt(_ model: FraudModel) {}
}
