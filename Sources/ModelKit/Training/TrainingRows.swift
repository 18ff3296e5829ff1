import Parallelism

/// Checked input of a training.
struct TrainingRows: Sendable {
    let features: FeatureMatrix
    let labels: [UInt8]
    /// Each row's weight times the class's; nil: all are 1.
    let weights: [Float]?
    let positiveWeight: Double
    let negativeWeight: Double

    /// - Throws: ``ModelError/shapeMismatch(_:)`` where counts differ; ``ModelError/unusableData(_:)`` for no rows, no features,
    ///   labels other than 0 and 1 or of one class only, weights that are negative or not finite.
    init(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]?, scalePositiveWeight: Double = 1
    ) throws(ModelError) {
        guard features.featureCount > 0 else { throw .unusableData("there is no feature") }
        guard labels.count == features.rowCount else {
            throw .shapeMismatch("\(labels.count) labels for \(features.rowCount) rows")
        }
        if let weights, weights.count != labels.count {
            throw .shapeMismatch("\(weights.count) weights for \(labels.count) rows")
        }
        guard !labels.isEmpty else { throw .unusableData("there is no row") }
        guard labels.count <= Int(Int32.max) else { throw .unusableData("\(labels.count) rows are more than 2^31 - 1") }
        if let row = labels.firstIndex(where: { $0 > 1 }) {
            throw .unusableData("the label of row \(row) is \(labels[row]), not 0 or 1")
        }
        var sums = [0.0, 0.0]
        if let weights {
            for row in labels.indices {
                guard weights[row] >= 0, weights[row].isFinite else {
                    throw .unusableData("the weight of row \(row) is \(weights[row])")
                }
                sums[Int(labels[row])] += Double(weights[row])
            }
        } else {
            let positives = labels.reduce(0) { $0 + Int($1) }
            sums = [Double(labels.count - positives), Double(positives)]
        }
        guard sums[0] > 0, sums[1] > 0 else {
            throw .unusableData("all rows of weight have the label \(sums[1] > 0 ? 1 : 0); both classes are needed")
        }
        self.features = features
        self.labels = labels
        negativeWeight = sums[0]
        positiveWeight = sums[1] * scalePositiveWeight
        if scalePositiveWeight == 1 {
            self.weights = weights
        } else {
            let scale = Float(scalePositiveWeight)
            self.weights = labels.indices.map { (labels[$0] == 1 ? scale : 1) * (weights?[$0] ?? 1) }
        }
    }

    var rowCount: Int { labels.count }

    /// The rows with a weight above 0; nil when all have one.
    var rowsOfWeight: [Int]? {
        guard let weights, weights.contains(0) else { return nil }
        return weights.indices.filter { weights[$0] > 0 }
    }

    var largestWeight: Double { Double(weights?.max() ?? 1) }

    /// Codes of the features, column by column and row by row.
    func binned(maxBins: Int, seed: UInt64, team: ThreadTeam) -> BinnedRows {
        let candidates = rowsOfWeight
        let resolution = BinResolution(maxBins: maxBins, rowCount: candidates?.count ?? rowCount)
        let found = FeatureBins.bins(of: features, rows: candidates, resolution: resolution, seed: seed, team: team)
        let bins = found.map(\.bins)
        var orders: [Int: BinOrder] = [:]
        for (feature, entry) in found.enumerated() { orders[feature] = entry.order }
        let columns = BinnedColumns(features, bins: bins, team: team)
        let layout = HistogramLayout(bins: bins, hasMissing: columns.hasMissing)
        return BinnedRows(columns, orders: orders, layout: layout, team: team)
    }
}
