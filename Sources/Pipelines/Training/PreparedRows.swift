import Columnar
package import Features
package import ModelKit
package import Scoring

/// Rows ready for a learner, in time order where they are transactions.
package struct PreparedRows: Sendable {
    package var features: FeatureMatrix
    package var labels: [UInt8]
    /// The transactions themselves; nil where the data are not the Handbook's.
    package var transactions: TransactionColumns?
    /// Who paid on which day; nil where the data do not say.
    package var cards: CardDays?

    package init(
        features: FeatureMatrix, labels: [UInt8], transactions: TransactionColumns? = nil, cards: CardDays? = nil
    ) {
        self.features = features
        self.labels = labels
        self.transactions = transactions
        self.cards = cards
    }

    package var count: Int { labels.count }
    package var positiveCount: Int { labels.reduce(0) { $0 + Int($1) } }

    package func take(_ rows: [Int]) -> PreparedRows {
        PreparedRows(features: features.take(rows), labels: rows.map { labels[$0] })
    }
}

/// Of each row a number for who paid, and the day since 1970-01-01.
package struct CardDays: Sendable {
    package var cards: [Int64]
    package var days: [Int32]
}

/// The rows of a training job, split.
package struct PreparedData: Sendable {
    package var definition: FeatureDefinition
    package var training: PreparedRows
    package var test: PreparedRows?
    /// The history after the last training row; nil where features need none.
    package var state: FeatureState?
    /// The same of a plan's features.
    package var history: FeatureHistory?
    /// The times of the first and the last training row, where rows have times.
    package var trainedTimes: ClosedRange<Int64>?
}
