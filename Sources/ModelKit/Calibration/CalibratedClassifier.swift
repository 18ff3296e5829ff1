/// A classifier whose probabilities are calibrated.
public struct CalibratedClassifier: BinaryClassifier {
    /// The classifier underneath.
    public let base: any BinaryClassifier
    /// What its probabilities become.
    public let calibration: Calibration

    /// A classifier and its calibration.
    public init(_ base: any BinaryClassifier, calibration: Calibration) {
        self.base = base
        self.calibration = calibration
    }

    /// Calibrates a classifier on rows that it was not trained on. Blocks the calling thread; in a task, fit a
    /// ``Calibration`` on probabilities that the `async` variant of
    /// ``BinaryClassifier/probabilities(_:threads:)`` gives.
    /// - Throws: ``ModelError`` as ``Calibration`` says; ``ModelError/featureMismatch(expected:actual:)``.
    public init(
        _ base: any BinaryClassifier, method: Calibration.Method, features: FeatureMatrix, labels: [UInt8],
        weights: [Float]? = nil, threads: Int = 1
    ) throws(ModelError) {
        self.init(
            base,
            calibration: try Calibration(
                method, probabilities: base.probabilities(features, threads: threads), labels: labels, weights: weights)
        )
    }

    /// The base's features.
    public var featureNames: [String] { base.featureNames }
    /// Whether the base compares in 64 bits.
    public var takesDoubles: Bool { base.takesDoubles }
    /// The base's; a calibration uses no feature.
    public var featureImportance: [Double] { base.featureImportance }

    /// The calibrated probability of each row.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try base.probabilities(features, threads: threads).map(calibration.probability)
    }

    /// The calibrated probability of one row.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double {
        calibration.probability(base.probability(row: row))
    }

    /// The calibrated probability of one row in 64 bits.
    public func probability(row: UnsafeBufferPointer<Double>) -> Double {
        calibration.probability(base.probability(row: row))
    }
}
