import CTreeKernels
import Essentials
import Parallelism

/// The state of a boosting between rounds: each row's score, and the rows that the next tree is grown on.
final class Boosting {
    let grower: TreeGrower
    /// What the model adds to the values of the new trees.
    let modelBase: Double

    private let rows: TrainingRows
    private let configuration: BoostedTreesConfiguration
    private let team: ThreadTeam
    private let columns: BinnedColumns
    private var scale: GradientScale
    /// Nil for log loss.
    private let objective: ObjectiveGradients?
    private let partition: RowPartition
    /// The rows that the sample left out; nil without sampling.
    private let leftOut: RowPartition?
    private let hasRowsWithoutWeight: Bool
    private let scores: UnsafeMutablePointer<Float>
    private let gradients: UnsafeMutablePointer<GradientPair>
    /// Its values are not in `scores` yet.
    private var pending: GrownTree?

    init(
        _ rows: TrainingRows, _ matrix: BinnedRows, _ configuration: BoostedTreesConfiguration,
        _ objective: BoostingObjective?, _ start: [Double]?, _ team: ThreadTeam
    ) throws(ModelError) {
        self.rows = rows
        self.configuration = configuration
        self.team = team
        columns = matrix.columns
        let settings = try configuration.growthSettings(rows.features.names)
        grower = TreeGrower(matrix, settings: settings, team: team)
        // Without scores to start from: the log-odds of the positive class's share, if the objective does not say otherwise.
        let baseScore = objective?.baseScore ?? log(rows.positiveWeight / rows.negativeWeight)
        modelBase = start == nil ? baseScore - configuration.probabilityShift : 0
        self.objective = objective.map { ObjectiveGradients($0, rows, team) }
        scale = GradientScale(largestGradient: rows.largestWeight, largestHessian: rows.largestWeight / 4)
        partition = grower.makePartition()
        leftOut = configuration.rowSubsample < 1 ? RowPartition(columns) : nil
        hasRowsWithoutWeight = rows.weights?.contains(0) ?? false
        scores = .allocate(capacity: rows.rowCount)
        scores.initialize(repeating: Float(baseScore), count: rows.rowCount)
        if let start {
            for row in start.indices { scores[row] = Float(start[row] + configuration.probabilityShift) }
        }
        gradients = .allocate(capacity: rows.rowCount)
        gradients.initialize(repeating: .zero, count: rows.rowCount)
    }

    deinit {
        scores.deallocate()
        gradients.deallocate()
    }

    /// Grows the tree of a round and adds it to the scores.
    func grow(_ round: Int) throws(ModelError) -> GrownTree {
        updateScoresAndGradients()
        if let objective { scale = try objective.write(scores: scores, to: gradients) }
        let seed = RandomBits.bits(configuration.seed, UInt64(round))
        if let leftOut {
            let share = configuration.rowSubsample
            partition.start(team: team) { hasWeight($0) && RandomBits.unit(seed, UInt64($0)) < share }
            leftOut.start(team: team) { hasWeight($0) && RandomBits.unit(seed, UInt64($0)) >= share }
        } else if hasRowsWithoutWeight {
            partition.start(team: team, where: hasWeight)
        } else {
            partition.startWithAllRows()
        }
        let grown = grower.grow(partition, gradients: gradients, scale: scale, seed: seed)
        leftOut?.follow(grown.splits, team: team, scratch: grower.scratch)
        pending = grown
        return grown
    }

    /// Rows without weight are in no tree; their scores do not matter.
    private func hasWeight(_ row: Int) -> Bool {
        guard hasRowsWithoutWeight, let weights = rows.weights else { return true }
        return weights[row] > 0
    }

    private func updateScoresAndGradients() {
        let level = tree_kernel_best_level()
        let tree = pending?.tree
        rows.labels.withUnsafeBufferPointer { labels in
            rows.weights.withOptionalPointer { weights in
                guard let labels = labels.baseAddress else { return }
                team.forEach(count: columns.shardCount) { shard, _ in
                    if let tree {
                        for partition in [partition, leftOut].compacted() {
                            partition.forEachLeaf(tree, shard: shard) { row, value in scores[row] += Float(value) }
                        }
                    }
                    guard objective == nil else { return }
                    let first = shard * BinnedColumns.shardRows
                    tree_kernel_logistic_gradients(
                        level, scores + first, labels + first, weights.map { $0 + first },
                        columns.rowCount(ofShard: shard), Float(1 / scale.gradient), Float(1 / scale.hessian),
                        UnsafeMutableRawPointer(gradients + first).assumingMemoryBound(to: Int32.self))
                }
            }
        }
    }
}

extension RowPartition {
    /// Calls `body` with each row of a shard, numbered over all shards, and the value of its leaf.
    @inline(__always)
    func forEachLeaf(_ tree: DecisionTree, shard: Int, _ body: (_ row: Int, _ value: Double) -> Void) {
        let first = shard * BinnedColumns.shardRows
        for (leaf, entry) in tree.leaves.enumerated() {
            let rows = rows(leaf: leaf, shard: shard)
            if let list = rows.list {
                for index in 0..<rows.count { body(first &+ Int(list[index]), entry.value) }
            } else {
                for row in 0..<rows.count { body(first &+ row, entry.value) }
            }
        }
    }
}

extension Optional<[Float]> {
    /// Calls `body` with a pointer to the elements; null without an array.
    fileprivate func withOptionalPointer(_ body: (UnsafePointer<Float>?) -> Void) {
        guard let array = self else { return body(nil) }
        array.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

extension [RowPartition?] {
    fileprivate func compacted() -> [RowPartition] { compactMap { $0 } }
}
