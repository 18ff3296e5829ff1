/// A trained model that gives the probability of the positive class.
public protocol BinaryClassifier: Sendable {
    /// The features, in the order in which rows hold them.
    var featureNames: [String] { get }

    /// The probability of each row, on at most `threads` threads. Blocks the calling thread.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double]

    /// The probability of one row of `featureNames.count` values. Allocates nothing.
    func probability(row: UnsafeBufferPointer<Float>) -> Double

    /// How much each feature adds to the model, in `featureNames`' order; not negative, and 1 in all (0 in all for a
    /// model that uses none).
    var featureImportance: [Double] { get }
}

extension BinaryClassifier {
    package func requireFeatures(_ features: FeatureMatrix) throws(ModelError) {
        guard features.names == featureNames else {
            throw .featureMismatch(expected: featureNames, actual: features.names)
        }
    }
}
