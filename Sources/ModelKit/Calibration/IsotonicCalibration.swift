/// Isotonic regression (Zadrozny and Elkan 2002): the rising curve nearest to the labels, found by pooling neighbours that fall
/// (pool adjacent violators); linear between its points and constant beyond them.
///
/// Definitions are scikit-learn's `IsotonicRegression`: probabilities less than 1e-15 apart are tied and count as one point of
/// their mean label.
public struct IsotonicCalibration: Sendable, Hashable, Codable {
    /// Probabilities of the classifier, ascending.
    public let inputs: [Double]
    /// The calibrated probability of each input, not descending.
    public let outputs: [Double]

    /// A curve of known points.
    /// - Throws: ``ModelError/malformedModel(_:)`` for no points, different numbers of inputs and outputs, inputs that do not
    ///   ascend, outputs that descend or are not from 0 to 1.
    public init(inputs: [Double], outputs: [Double]) throws(ModelError) {
        guard !inputs.isEmpty, inputs.count == outputs.count else {
            throw .malformedModel("isotonic regression has \(inputs.count) inputs and \(outputs.count) outputs")
        }
        for index in inputs.indices {
            let isAscending = index == 0 || (inputs[index] > inputs[index - 1] && outputs[index] >= outputs[index - 1])
            guard isAscending, inputs[index].isFinite, outputs[index] >= 0, outputs[index] <= 1 else {
                throw .malformedModel(
                    "point \(index) of isotonic regression, \(inputs[index]) to \(outputs[index]), does not ascend "
                        + "or is not a probability")
            }
        }
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Reads and checks points.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            inputs: container.decode([Double].self, forKey: .inputs),
            outputs: container.decode([Double].self, forKey: .outputs))
    }

    /// Rows that share a calibrated probability.
    private struct Pool {
        var first: Double
        var last: Double
        var weight: Double
        /// The weighted sum of labels.
        var labels: Double
        var mean: Double { labels / weight }
    }

    private static let resolution = 1e-15

    init(validated probabilities: [Double], _ labels: [UInt8], _ weights: [Float]?) {
        let rows = probabilities.indices.filter { (weights?[$0] ?? 1) > 0 }
            .sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        var points: [Pool] = []
        for row in rows {
            let weight = weights.map { Double($0[row]) } ?? 1, label = weight * Double(labels[row])
            if let last = points.last, probabilities[row] - last.first < Self.resolution {
                points[points.count - 1].weight += weight
                points[points.count - 1].labels += label
            } else {
                points.append(
                    Pool(first: probabilities[row], last: probabilities[row], weight: weight, labels: label))
            }
        }
        var pools: [Pool] = []
        for point in points {
            var pool = point
            while let before = pools.last, before.mean >= pool.mean {
                pool = Pool(
                    first: before.first, last: pool.last, weight: before.weight + pool.weight,
                    labels: before.labels + pool.labels)
                pools.removeLast()
            }
            pools.append(pool)
        }
        var inputs: [Double] = [], outputs: [Double] = []
        for pool in pools {
            inputs += pool.first == pool.last ? [pool.first] : [pool.first, pool.last]
            outputs += [Double](repeating: pool.mean, count: inputs.count - outputs.count)
        }
        self.inputs = inputs
        self.outputs = outputs
    }

    func probability(_ probability: Double) -> Double {
        let above = Quantile.count(of: inputs, below: probability)
        if above == 0 { return outputs[0] }
        if above == inputs.count { return outputs[above - 1] }
        let slope = (outputs[above] - outputs[above - 1]) / (inputs[above] - inputs[above - 1])
        // Held by the ends, which rounding could pass.
        return min(outputs[above - 1] + slope * (probability - inputs[above - 1]), outputs[above])
    }
}
