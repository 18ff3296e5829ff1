/// Rows that models are measured on: the truth, and what measures need besides.
public struct EvaluationRows: Sendable, Hashable {
    /// 1 for a fraud, else 0.
    public let labels: [UInt8]
    /// A weight for each row, such as the inverse of the share in which its class was sampled; nil: all 1.
    public let weights: [Float]?
    /// Who each row belongs to, such as a customer or card: rows of one key depend on each other. nil where not known.
    public let keys: [Int64]?
    /// The amount of each row, in any currency; nil where not known.
    public let amounts: [Double]?
    /// The day of each row; nil where not known.
    public let days: [Int32]?

    /// Checks lengths and values.
    /// - Throws: ``ModelError/shapeMismatch(_:)`` when lengths differ; ``ModelError/unusableData(_:)`` for no rows, a label
    ///   other than 0 and 1, a weight that is negative or not finite, no weight above 0, and an amount that is not finite.
    public init(
        labels: [UInt8], weights: [Float]? = nil, keys: [Int64]? = nil, amounts: [Double]? = nil, days: [Int32]? = nil
    ) throws(ModelError) {
        guard !labels.isEmpty else { throw .unusableData("there are no rows to evaluate") }
        for (name, count) in [("keys", keys?.count), ("amounts", amounts?.count), ("days", days?.count)] {
            guard let count, count != labels.count else { continue }
            throw .shapeMismatch("\(count) \(name) for \(labels.count) labels")
        }
        try EvaluationInput.validateLabels(labels)
        if let weights { try EvaluationInput.validateWeights(weights, count: labels.count) }
        if let amounts, let row = amounts.firstIndex(where: { !$0.isFinite }) {
            throw .unusableData("the amount of row \(row) is \(amounts[row]), not a finite number")
        }
        self.labels = labels
        self.weights = weights
        self.keys = keys
        self.amounts = amounts
        self.days = days
    }

    /// The number of rows.
    public var count: Int { labels.count }
    /// Frauds among them, whatever their weight.
    public var positiveCount: Int { labels.reduce(0) { $0 + Int($1) } }

    func weight(_ row: Int) -> Double { weights.map { Double($0[row]) } ?? 1 }

    func requireAmounts(for purpose: String) throws(ModelError) -> [Double] {
        guard let amounts else { throw .invalidSetting("\(purpose) needs the amounts of the rows") }
        return amounts
    }

    func requireDays(for purpose: String) throws(ModelError) -> [Int32] {
        guard let days else { throw .invalidSetting("\(purpose) needs the days of the rows") }
        return days
    }
}
