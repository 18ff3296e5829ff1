import ModelKit

/// What scoring gives of some rows, in their order.
struct ScoredRows: Sendable {
    /// NaN for a row that cannot be scored.
    var probabilities: [Double]
    /// nil unless they are wanted.
    let digests: FeatureDigests?

    init(probabilities: [Double], digests: FeatureDigests?) {
        self.probabilities = probabilities
        self.digests = digests
    }

    /// - Parameter digester: nil for no digests.
    init(
        _ features: FeatureMatrix, _ classifier: any BinaryClassifier, _ digester: FeatureDigester?, threads: Int
    ) throws {
        probabilities = try classifier.probabilities(features, threads: threads)
        digests = digester?.digests(features, threads: threads)
    }
}
