package import Parallelism
import Synchronization

/// Trains a random forest (Breiman 2001): trees on bootstrap samples, each node split on a random choice of features; the
/// probability is the mean of the leaves' shares of positive rows. Settings make it extra trees or a balanced forest.
///
/// The same rows, configuration and seed give the same model on any number of threads and any processor. Missing values
/// (NaN) go to the side that each split has learned.
public struct RandomForestTrainer: Sendable {
    /// The settings of each training.
    public let configuration: RandomForestConfiguration

    /// - Throws: ``ModelError/invalidSetting(_:)``.
    public init(_ configuration: RandomForestConfiguration = RandomForestConfiguration()) throws(ModelError) {
        try configuration.validate()
        self.configuration = configuration
    }

    /// Trains on dedicated threads, each tree on one.
    /// - Parameters:
    ///   - labels: 0 or 1 for each row.
    ///   - weights: one for each row, finite and not negative; nil: all 1.
    ///   - progress: called with the number of finished trees, on any of the training's threads.
    /// - Throws: ``ModelError`` for settings, shapes and data that cannot be trained on; `CancellationError` when the
    ///   task is cancelled, which is checked once per tree.
    public func train(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil,
        progress: (@Sendable (_ treesDone: Int) -> Void)? = nil
    ) async throws -> TreeEnsemble {
        try await onDedicatedThread(named: "forest") { [self] flag in
            try trainBlocking(features, labels: labels, weights: weights, flag: flag, progress: progress)
        }
    }

    /// ``train(_:labels:weights:progress:)`` on the calling thread and worker threads.
    package func trainBlocking(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil,
        flag: CancellationFlag = CancellationFlag(), progress: (@Sendable (_ treesDone: Int) -> Void)? = nil
    ) throws -> TreeEnsemble {
        let rows = try TrainingRows(
            features, labels: labels, weights: weights, scalePositiveWeight: configuration.scalePositiveWeight)
        let team = ThreadTeam(threads: configuration.threads > 0 ? configuration.threads : Processors.available)
        let matrix = rows.binned(maxBins: configuration.maxBins, seed: configuration.seed, team: team)
        var trees = [DecisionTree](repeating: DecisionTree(constant: 0), count: configuration.trees)
        var workers = [ForestWorker?](repeating: nil, count: team.threadCount)
        let done = Atomic<Int>(0)
        trees.withUnsafeMutableBufferPointer { trees in
            workers.withUnsafeMutableBufferPointer { workers in
                team.forEach(count: configuration.trees) { index, thread in
                    guard !flag.isCancelled else { return }
                    let worker = workers[thread] ?? ForestWorker(rows, matrix, configuration)
                    workers[thread] = worker
                    trees[index] = worker.grow(index)
                    progress?(done.wrappingAdd(1, ordering: .relaxed).newValue)
                }
            }
        }
        try flag.check()
        return try TreeEnsemble(featureNames: features.names, trees: trees, combination: .mean, link: .identity)
    }
}

/// What one thread needs to grow trees of a forest.
private final class ForestWorker {
    private let rows: TrainingRows
    private let configuration: RandomForestConfiguration
    private let grower: TreeGrower
    private let partition: RowPartition
    private let team = ThreadTeam(threads: 1)
    private var draws: [UInt8]
    /// Rows by class, if trees are balanced; those without a weight are not among them.
    private let classes: [[Int]]
    private var gradients: [GradientPair]

    init(_ rows: TrainingRows, _ matrix: BinnedRows, _ configuration: RandomForestConfiguration) {
        self.rows = rows
        self.configuration = configuration
        grower = TreeGrower(
            matrix, settings: configuration.growthSettings(featureCount: rows.features.featureCount), team: team)
        partition = grower.makePartition()
        draws = [UInt8](repeating: 0, count: rows.rowCount)
        classes =
            configuration.isBalanced
            ? [0, 1].map { label in
                rows.labels.indices.filter { rows.labels[$0] == label && rows.weights?[$0] != 0 }
            } : []
        gradients = [GradientPair](repeating: .zero, count: rows.rowCount)
    }

    /// The tree whose leaf values are the shares of positive weight: with gradient -wy and hessian w, `-G / H`.
    func grow(_ index: Int) -> DecisionTree {
        let seed = RandomBits.bits(configuration.seed, UInt64(index))
        draw(seed)
        if configuration.hasRandomThresholds {
            var grower = RandomSplitGrower(
                rows.features, labels: rows.labels,
                weights: draws.indices.map { Double(draws[$0]) * Double(rows.weights?[$0] ?? 1) },
                settings: configuration.growthSettings(featureCount: rows.features.featureCount), seed: seed)
            return grower.grow()
        }
        let largest = rows.largestWeight * Double(draws.max() ?? 1)
        let scale = GradientScale(largestGradient: largest, largestHessian: largest)
        for row in draws.indices where draws[row] > 0 {
            let weight = Double(rows.weights?[row] ?? 1) * Double(draws[row]) / scale.hessian
            let units = Int32(weight.rounded())
            gradients[row] = GradientPair(rows.labels[row] == 1 ? -units : 0, units)
        }
        partition.start(team: team) { draws[$0] > 0 && rows.weights?[$0] != 0 }
        return gradients.withUnsafeBufferPointer { gradients in
            guard let base = gradients.baseAddress else { return DecisionTree(constant: 0) }
            return grower.grow(partition, gradients: base, scale: scale, seed: seed).tree
        }
    }

    /// How often the tree has each row.
    private func draw(_ seed: UInt64) {
        let count = rows.rowCount
        let share = configuration.rowSubsample
        if configuration.isBalanced {
            drawBalanced(seed)
        } else if configuration.isBootstrapped {
            for row in draws.indices { draws[row] = 0 }
            for index in 0..<max(1, Int((Double(count) * share).rounded())) {
                let row = Int(RandomBits.bits(seed, UInt64(index)).multipliedFullWidth(by: UInt64(count)).high)
                draws[row] = draws[row] == .max ? .max : draws[row] + 1
            }
        } else {
            for row in draws.indices { draws[row] = RandomBits.unit(seed, UInt64(row)) < share ? 1 : 0 }
        }
    }
    /// Equally many rows of each class.
    private func drawBalanced(_ seed: UInt64) {
        for row in draws.indices { draws[row] = 0 }
        let fewest = classes.map(\.count).min() ?? 0
        let size = max(1, Int((Double(fewest) * configuration.rowSubsample).rounded()))
        for (label, members) in classes.enumerated() {
            let seed = RandomBits.bits(seed, UInt64(label))
            if configuration.isBootstrapped {
                for index in 0..<size {
                    let bits = RandomBits.bits(seed, UInt64(index))
                    let row = members[Int(bits.multipliedFullWidth(by: UInt64(members.count)).high)]
                    draws[row] = draws[row] == .max ? .max : draws[row] + 1
                }
            } else {
                for position in RandomBits.sample(size, of: members.count, seed: seed) { draws[members[position]] = 1 }
            }
        }
    }
}
