import Parallelism

/// A trained model that gives the probability of the positive class.
public protocol BinaryClassifier: Sendable {
    /// The features, in the order in which rows hold them.
    var featureNames: [String] { get }

    /// The probability of each row, on at most `threads` threads. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double]

    /// The probability of one row of `featureNames.count` values. Allocates nothing.
    func probability(row: UnsafeBufferPointer<Float>) -> Double

    /// Whether values that 32 bits do not hold, such as long identifiers, may get other probabilities once they are
    /// rounded to 32 bits. Pass them to such a classifier in 64 bits: rows of `Double`, or a ``FeatureMatrix`` that
    /// keeps them.
    var takesDoubles: Bool { get }

    /// The probability of one row of `featureNames.count` values in 64 bits. Allocates nothing on the heap.
    func probability(row: UnsafeBufferPointer<Double>) -> Double

    /// How much each feature contributes to the model, in `featureNames`' order; not negative, and 1 in all (0 in all
    /// for a model that uses none).
    var featureImportance: [Double] { get }
}

extension BinaryClassifier {
    /// The probability of each row, computed on a thread of its own and at most `threads - 1` others.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ; `CancellationError` if the
    ///   task is cancelled.
    public func probabilities(_ features: FeatureMatrix, threads: Int) async throws -> [Double] {
        try await computeOnDedicatedThread(named: "prediction") { _ in
            try probabilities(features, threads: threads)
        }
    }

    /// False: the features are 32-bit.
    public var takesDoubles: Bool { false }

    /// The probability of the row rounded to 32 bits.
    public func probability(row: UnsafeBufferPointer<Double>) -> Double {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: row.count) { values in
            for (index, value) in row.enumerated() { values.initializeElement(at: index, to: Float(value)) }
            return probability(row: UnsafeBufferPointer(values))
        }
    }

    package func requireFeatures(_ features: FeatureMatrix) throws(ModelError) {
        guard features.names == featureNames else {
            throw .featureMismatch(expected: featureNames, actual: features.names)
        }
    }
}
