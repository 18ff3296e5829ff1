import Essentials
import Parallelism

/// Follows the metric on the validation set from round to round.
final class ValidationMonitor {
    private let validation: ValidationSet
    private let metric: EvaluationMetric
    private let team: ThreadTeam
    private let columns: BinnedColumns
    private let partition: RowPartition
    private var scores: [Double]

    /// - Throws: ``ModelError`` when the set's shape, features, labels or weights do not fit.
    init(
        _ validation: ValidationSet, features: FeatureMatrix, _ configuration: BoostedTreesConfiguration,
        start: Double, _ initial: TreeEnsemble?, _ bins: [FeatureBins], _ team: ThreadTeam
    ) throws(ModelError) {
        guard validation.features.names == features.names else {
            throw .featureMismatch(expected: features.names, actual: validation.features.names)
        }
        _ = try TrainingRows(validation.features, labels: validation.labels, weights: validation.weights)
        self.validation = validation
        metric = configuration.metric
        self.team = team
        columns = BinnedColumns(validation.features, bins: bins, team: team)
        partition = RowPartition(columns)
        scores =
            try initial?.sums(validation.features, threads: team.threadCount)
            ?? [Double](repeating: start, count: validation.labels.count)
    }

    /// Adds a tree's values to the scores.
    /// - Returns: the metric with it.
    func add(_ grown: GrownTree, scratch: [UnsafeMutablePointer<UInt16>]) throws -> Double {
        partition.startWithAllRows()
        partition.follow(grown.splits, team: team, scratch: scratch)
        scores.withUnsafeMutableBufferPointer { scores in
            team.forEach(count: columns.shardCount) { shard, _ in
                partition.forEachLeaf(grown.tree, shard: shard) { row, value in scores[row] += value }
            }
        }
        let probabilities = scores.map { 1 / (1 + exp(-$0)) }
        guard let own = validation.metric else {
            return try metric.value(
                probabilities: probabilities, labels: validation.labels, weights: validation.weights,
                threads: team.threadCount)
        }
        let value = try own.value(probabilities, validation.labels)
        guard !value.isNaN else { throw ModelError.unusableData("the metric \(own.name) is not a number") }
        return value
    }

    /// Whether a value of the metric is better than another.
    func isBetter(_ value: Double, than other: Double) -> Bool {
        guard let own = validation.metric else { return metric.isBetter(value, than: other) }
        return own.isGreaterBetter ? value > other : value < other
    }
}
