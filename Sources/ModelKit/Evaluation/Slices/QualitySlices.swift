import Parallelism

/// A model's quality on each slice of the rows.
public struct QualitySlices: Sendable, Hashable, Codable {
    /// One slice.
    public struct Slice: Sendable, Hashable, Codable {
        /// Its name, of ``RowSlicing/sliceNames``.
        public let name: String
        /// Its rows, whatever their weight.
        public let rowCount: Int
        /// Frauds among them.
        public let positiveCount: Int
        /// See ``Metrics/rocAUC(scores:labels:weights:threads:)``; nil where a class has no weight.
        public let rocAUC: Double?
        /// See ``Metrics/averagePrecision(scores:labels:weights:threads:)``; nil where a class has no weight.
        public let averagePrecision: Double?
        /// See ``Metrics/brierScore(probabilities:labels:weights:threads:)``; nil where no row has a weight.
        public let brierScore: Double?
        /// The counts at the threshold.
        public let confusion: ConfusionMatrix
    }

    /// What rows are divided by.
    public let name: String
    /// The lowest probability that raises an alert.
    public let threshold: Double
    /// Slices that have rows, in ``RowSlicing/sliceNames``' order.
    public let slices: [Slice]

    /// Evaluates each slice.
    /// - Throws: ``ModelError/shapeMismatch(_:)``; ``ModelError/unusableData(_:)`` for scores that are not probabilities;
    ///   ``ModelError/invalidSetting(_:)`` for a threshold that is not a number.
    public init(
        probabilities: [Double], rows: EvaluationRows, slicing: RowSlicing, threshold: Double = 0.5, threads: Int = 1
    ) throws(ModelError) {
        guard !threshold.isNaN else { throw .invalidSetting("the threshold is not a number") }
        guard slicing.sliceOfRow.count == rows.count else {
            throw .shapeMismatch("slices of \(slicing.sliceOfRow.count) rows for \(rows.count) labels")
        }
        try EvaluationInput.validateProbabilities(probabilities, labels: rows.labels, weights: rows.weights)
        var members = [[Int]](repeating: [], count: slicing.sliceNames.count)
        for (row, slice) in slicing.sliceOfRow.enumerated() { members[slice].append(row) }
        let results = members.indices.filter { !members[$0].isEmpty }.map { index in
            Slice(slicing.sliceNames[index], members[index], probabilities, rows, threshold, threads)
        }
        name = slicing.name
        self.threshold = threshold
        slices = results
    }
}

extension QualitySlices.Slice {
    /// The probabilities must be valid.
    fileprivate init(
        _ name: String, _ members: [Int], _ probabilities: [Double], _ rows: EvaluationRows, _ threshold: Double,
        _ threads: Int
    ) {
        let probabilities = members.map { probabilities[$0] }
        let labels = members.map { rows.labels[$0] }
        let weights = rows.weights.map { weights in members.map { weights[$0] } }
        self.name = name
        rowCount = members.count
        positiveCount = labels.reduce(0) { $0 + Int($1) }
        // What is undefined throws.
        rocAUC = try? Metrics.rocAUC(scores: probabilities, labels: labels, weights: weights, threads: threads)
        averagePrecision = try? Metrics.averagePrecision(
            scores: probabilities, labels: labels, weights: weights, threads: threads)
        brierScore = try? Metrics.brierScore(
            probabilities: probabilities, labels: labels, weights: weights, threads: threads)
        confusion = Metrics.validatedConfusion(probabilities, labels, weights, threshold)
    }
}
