package import Columnar
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
    /// The history at the end of training, so that scoring can continue from there, of a pipeline's features.
    public var state: FeatureState?
    /// The same of a plan's features.
    public var history: FeatureHistory?
    /// Computes a plan's features.
    package let engine: FeatureEngine?

    /// - Parameter custom: The kinds of features that the plan has from the program.
    /// - Throws: ``ScoringError`` when the classifier expects other features, the threshold is not in 0...1, the plan does not
    ///   suit its schema, or the state or history was kept for other features.
    public init(
        features: FeatureDefinition, classifier: any BinaryClassifier, threshold: Double = 0.5,
        provenance: ModelProvenance, state: FeatureState? = nil, history: FeatureHistory? = nil,
        custom: CustomFeatures = .none
    ) throws(ScoringError) {
        guard classifier.featureNames == features.names else {
            throw .featureMismatch(expected: classifier.featureNames, actual: features.names)
        }
        guard (0...1).contains(threshold) else { throw .invalidThreshold(threshold) }
        if let state, let pipeline = features.pipeline, state.windows != pipeline.windows {
            throw .stateMismatch(expected: pipeline.windows, actual: state.windows)
        }
        do {
            engine =
                if case .plan(let plan, let schema) = features {
                    try FeatureEngine(plan, schema: schema, custom: custom)
                } else { nil }
            if let history { try engine?.requireHistory(history) }
        } catch {
            throw .unusablePlan(error)
        }
        self.features = features
        self.classifier = classifier
        self.threshold = threshold
        self.provenance = provenance
        self.state = state
        self.history = engine?.usesHistory == true ? history : nil
    }

    /// Whether features depend on earlier transactions.
    package var usesHistory: Bool { engine?.usesHistory ?? features.pipeline?.usesHistory ?? false }

    /// The column of a table that holds the transactions' id, and the name that it has in scores.
    package func idColumn(of table: Schema) -> (index: Int, name: String)? {
        guard let schema = features.schema else {
            return TransactionColumn.index(of: .transactionID, in: table).map {
                ($0, TransactionColumn.transactionID.name)
            }
        }
        guard let index = schema.columns.firstIndex(where: { $0.role == .id }),
            let match = try? schema.match(table, optional: Set(ColumnRole.Kind.allCases)),
            let position = match.positions[index]
        else { return nil }
        return (position, schema.columns[index].name)
    }

    /// 1 for a probability at or above the threshold, else 0.
    public func prediction(_ probability: Double) -> Int32 { probability >= threshold ? 1 : 0 }
}
