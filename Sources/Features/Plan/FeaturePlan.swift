/// Features as declarations: a value that can be changed, compared, printed, and read and written as JSON.
///
/// A plan names columns of a ``TransactionSchema``; ``FeatureEngine`` computes it for batches and single transactions, with the
/// same bits. Features may use those declared before them.
public struct FeaturePlan: Sendable, Hashable {
    /// The version of the JSON that is written, and the only one that is read.
    public static let version = 1

    /// What the plan is called, for people.
    public var name: String
    /// The features, in the order in which models get them.
    public var features: [FeatureDeclaration]

    /// A plan, which ``validate(for:custom:)`` checks.
    public init(name: String, features: [FeatureDeclaration]) {
        self.name = name
        self.features = features
    }

    /// The names of the features that models get, in order.
    public var names: [String] { features.lazy.filter(\.isOutput).map(\.name) }
}

/// One feature of a ``FeaturePlan``.
public struct FeatureDeclaration: Sendable, Hashable {
    /// Unique in the plan, and no column's name unless it is that column.
    public var name: String
    /// How it is computed.
    public var kind: FeatureKind
    /// What it says about a transaction, for people; nil for a sentence made from ``kind``.
    public var meaning: String?
    /// What it is measured in, such as `EUR` or `km/h`; nil for what follows from ``kind``.
    public var unit: String?
    /// Whether models get it. False for one that only other features use.
    public var isOutput: Bool

    /// A declaration; most need a name and a kind.
    public init(
        _ name: String, _ kind: FeatureKind, meaning: String? = nil, unit: String? = nil, isOutput: Bool = true
    ) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
        self.unit = unit
        self.isOutput = isOutput
    }
}
