/// The mean of the probabilities of several classifiers of the same features, such as of different kinds, seeds or folds.
public struct AveragedClassifier: BinaryClassifier {
    /// The classifiers.
    public let members: [any BinaryClassifier]
    /// How much each counts, in any unit.
    public let weights: [Double]
    /// The weights divided by their sum.
    private let shares: [Double]

    /// An average.
    /// - Parameter weights: one for each member, finite and not negative; nil: all count the same.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for no members, and for weights that are negative, not finite, or 0 in all;
    ///   ``ModelError/shapeMismatch(_:)`` for another number of weights;
    ///   ``ModelError/featureMismatch(expected:actual:)`` when a member's features differ from the first's.
    public init(_ members: [any BinaryClassifier], weights: [Double]? = nil) throws(ModelError) {
        guard let first = members.first else { throw .invalidSetting("an average needs at least one classifier") }
        for member in members where member.featureNames != first.featureNames {
            throw .featureMismatch(expected: first.featureNames, actual: member.featureNames)
        }
        let weights = weights ?? Array(repeating: 1, count: members.count)
        guard weights.count == members.count else {
            throw .shapeMismatch("\(weights.count) weights for \(members.count) classifiers")
        }
        for weight in weights { try SettingRange.requireNotNegative("the weight of a classifier", weight) }
        let total = weights.reduce(0, +)
        try SettingRange.requirePositive("the sum of the weights", total)
        self.members = members
        self.weights = weights
        shares = weights.map { $0 / total }
    }

    /// The members' features.
    public var featureNames: [String] { members[0].featureNames }
    /// Whether any member compares in 64 bits.
    public var takesDoubles: Bool { members.contains { $0.takesDoubles } }
    /// The mean of the members'.
    public var featureImportance: [Double] {
        var means = [Double](repeating: 0, count: featureNames.count)
        for (member, share) in zip(members, shares) {
            for (feature, importance) in member.featureImportance.enumerated() { means[feature] += share * importance }
        }
        return means
    }

    /// The mean probability of each row.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        var means = [Double](repeating: 0, count: features.rowCount)
        for (member, share) in zip(members, shares) {
            let probabilities = try member.probabilities(features, threads: threads)
            for row in means.indices { means[row] += share * probabilities[row] }
        }
        return means.map { min($0, 1) }
    }

    /// The mean probability of one row.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double { mean { $0.probability(row: row) } }

    /// The mean probability of one row in 64 bits.
    public func probability(row: UnsafeBufferPointer<Double>) -> Double { mean { $0.probability(row: row) } }

    private func mean(_ probability: (any BinaryClassifier) -> Double) -> Double {
        var mean = 0.0
        for index in members.indices { mean += shares[index] * probability(members[index]) }
        // The shares may add up to a last digit more than 1.
        return min(mean, 1)
    }
}
