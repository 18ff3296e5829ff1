public import Features
public import ModelKit

/// Everything that is needed to score transactions: the features' definition, the classifier, the threshold, and the
/// history at the end of training.
public struct FraudModel: Sendable {
    /// How the classifier's features are computed.
    public let features: FeatureDefinition
    /// Gives the probability of fraud.
    public let classifier: any BinaryClassifier
    /// Probabilities at or above this value are predicted to be fraud.
    public var threshold: Double
    /// Where the model comes from.
    public var provenance: ModelProvenance
    /// The history at the end of training, so that scoring can continue from there.
    public var state: FeatureState?

    /// - Throws: ``ScoringError`` when the classifier expects other features, the threshold is not in 0...1, or the state was
    ///   kept for other windows.
    public init(
        features: FeatureDefinition, classifier: any BinaryClassifier, threshold: Double = 0.5,
        provenance: ModelProvenance, state: FeatureState? = nil
    ) throws(ScoringError) {
        guard classifier.featureNames == features.names else {
            throw .featureMismatch(expected: classifier.featureNames, actual: features.names)
        }
        guard (0...1).contains(threshold) else { throw .invalidThreshold(threshold) }
        if let state, let pipeline = features.pipeline, state.windows != pipeline.windows {
            throw .stateMismatch(expected: pipeline.windows, actual: state.windows)
        }
        self.features = features
        self.classifier = classifier
        self.threshold = threshold
        self.provenance = provenance
        self.state = state
    }

    /// 1 for a probability at or above the threshold, else 0.
    public func prediction(_ probability: Double) -> Int32 { probability >= threshold ? 1 : 0 }
}
