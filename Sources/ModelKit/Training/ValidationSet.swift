/// Rows on which a model is measured while it is trained.
public struct ValidationSet: Sendable {
    /// Of the training's features, in their order.
    public var features: FeatureMatrix
    /// 0 or 1 for each row.
    public var labels: [UInt8]
    /// One for each row; nil: all 1.
    public var weights: [Float]?
    /// What is measured instead of the configuration's metric.
    public var metric: ValidationMetric?

    /// A set whose counts and labels are checked when training starts.
    public init(
        features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil, metric: ValidationMetric? = nil
    ) {
        self.features = features
        self.labels = labels
        self.weights = weights
        self.metric = metric
    }
}

/// A metric of one's own on the rows of a ``ValidationSet``.
public struct ValidationMetric: Sendable {
    /// For errors.
    public var name: String
    /// Whether a greater value is better.
    public var isGreaterBetter: Bool
    /// The value for the rows' probabilities and labels; training ends with what it throws.
    public var value: @Sendable (_ probabilities: [Double], _ labels: [UInt8]) throws -> Double

    /// A metric; its value must be a number.
    public init(
        name: String, isGreaterBetter: Bool = true,
        value: @escaping @Sendable (_ probabilities: [Double], _ labels: [UInt8]) throws -> Double
    ) {
        self.name = name
        self.isGreaterBetter = isGreaterBetter
        self.value = value
    }

    /// The mean of ``CardPrecision`` over the days of the rows.
    /// - Parameters:
    ///   - k: the number of cards that can be checked in a day.
    ///   - customers: the card of each row.
    ///   - days: the day of each row.
    public static func cardPrecision(k: Int, customers: [Int64], days: [Int32]) -> ValidationMetric {
        ValidationMetric(name: "card precision@\(k)") { probabilities, labels in
            try CardPrecision(k: k, scores: probabilities, labels: labels, customers: customers, days: days).mean
        }
    }
}
