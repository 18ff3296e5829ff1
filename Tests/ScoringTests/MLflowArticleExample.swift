import Columnar
import ModelKit
import Scoring

// The article's example, word for word; a test compares the two.
func featureTable(_ transactions: RecordBatch, for model: FraudModel) throws -> RecordBatch {
    var scorer = try BatchScorer(model)
    let features = try scorer.features(transactions, threads: 2)
    return try RecordBatch(zip(features.names, features.columns).map { (name: $0, column: .float32($1)) })
}
