public import Features

/// The score of one transaction of a schema.
public struct RecordScore: Sendable, Hashable {
    /// The value of the column with the role `id`; null where the schema has none.
    public var id: TransactionValue
    /// The probability of fraud, 0 to 1; NaN for a transaction that cannot be scored.
    public var probability: Double
    /// 1 where the probability is at or above the model's threshold, else 0.
    public var prediction: Int32
    /// What the features were; nil unless the scorer was asked for it.
    public var featureDigest: FeatureDigest?

    /// Creates a score from its parts.
    public init(
        id: TransactionValue, probability: Double, prediction: Int32, featureDigest: FeatureDigest? = nil
    ) {
        self.id = id
        self.probability = probability
        self.prediction = prediction
        self.featureDigest = featureDigest
    }
}
