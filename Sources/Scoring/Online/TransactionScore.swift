/// The score of one transaction.
public struct TransactionScore: Sendable, Hashable {
    /// The transaction that was scored.
    public var transactionID: Int64
    /// The probability of fraud, 0 to 1.
    public var probability: Double
    /// 1 where the probability is at or above the model's threshold, else 0.
    public var prediction: Int32
    /// What the features were; nil unless the scorer was asked for it.
    public var featureDigest: FeatureDigest?

    /// Creates a score from its parts.
    public init(
        transactionID: Int64, probability: Double, prediction: Int32, featureDigest: FeatureDigest? = nil
    ) {
        self.transactionID = transactionID
        self.probability = probability
        self.prediction = prediction
        self.featureDigest = featureDigest
    }
}
