/// How much each feature moves each row's score from the base value: additive contributions (Shapley values).
///
/// Of every row, ``baseValue`` plus its contributions is its score on the ``scale``.
public struct Explanation: Sendable, Hashable {
    /// What contributions add up to.
    public enum Scale: String, Sendable, Hashable, Codable {
        /// The logarithm of p / (1 - p): boosted trees, logistic regression.
        case logOdds = "log_odds"
        /// The probability itself: forests.
        case probability
    }

    /// One feature's part in a row's score.
    public struct Contribution: Sendable, Hashable {
        /// The feature's position in ``Explanation/featureNames``.
        public let feature: Int
        /// How much it adds to the score, on the explanation's scale.
        public let value: Double
    }

    /// The features, in the order of the classifier's.
    public let featureNames: [String]
    /// What contributions add up to.
    public let scale: Scale
    /// The score that is expected before any feature is known.
    public let baseValue: Double
    /// One array per feature, with a number for each row.
    public let contributions: [[Double]]
    /// The rows explained.
    public let rowCount: Int

    init(featureNames: [String], scale: Scale, baseValue: Double, contributions: [[Double]], rowCount: Int) {
        self.featureNames = featureNames
        self.scale = scale
        self.baseValue = baseValue
        self.contributions = contributions
        self.rowCount = rowCount
    }

    /// A row's contributions, one a feature.
    public func values(row: Int) -> [Double] { contributions.map { $0[row] } }

    /// The base value plus a row's contributions.
    public func score(row: Int) -> Double { contributions.reduce(baseValue) { $0 + $1[row] } }

    /// The features that move a row's score most, by magnitude; of equal ones the first. Those that contribute nothing are
    /// left out.
    public func top(_ count: Int, row: Int) -> [Contribution] {
        let all = contributions.indices.map { Contribution(feature: $0, value: contributions[$0][row]) }
        let sorted = all.filter { $0.value != 0 }.sorted {
            $0.value.magnitude != $1.value.magnitude
                ? $0.value.magnitude > $1.value.magnitude : $0.feature < $1.feature
        }
        return Array(sorted.prefix(max(0, count)))
    }

    /// The mean magnitude of each feature's contributions: shap's global importance. 0 for no rows.
    public var meanMagnitudes: [Double] {
        contributions.map { column in
            column.isEmpty ? 0 : column.reduce(0) { $0 + $1.magnitude } / Double(column.count)
        }
    }
}
