import CTreeKernels
import Parallelism

/// Path-dependent Shapley values of an ensemble; see ``PathShapleyTree``.
struct PathShapley: Sendable {
    let expectedValue: Double
    private let ensemble: TreeEnsemble
    private let trees: [PathShapleyTree]
    private let level: Int32

    /// Coefficients of all trees up to a quarter of a gigabyte are computed once, else for each block of rows, which takes about a
    /// fifth longer.
    private static let mostKeptCoefficients = 1 << 25

    /// - Throws: ``ModelError/unusableData(_:)`` for trees without cover, or with paths of too many features.
    init(
        _ ensemble: TreeEnsemble, cover: TreeCover?, level: Int32 = tree_kernel_best_level()
    ) throws(ModelError) {
        let cover = try ensemble.usableCover(cover)
        self.ensemble = ensemble
        self.level = level
        let scale = ensemble.valueScale
        var trees: [PathShapleyTree] = []
        for (number, (tree, tests)) in zip(ensemble.trees, ensemble.nodeTests).enumerated() {
            trees.append(try PathShapleyTree(tree, tests, cover: cover, scale: scale, number: number))
        }
        if trees.reduce(0, { $0 + $1.coefficientCount }) <= Self.mostKeptCoefficients {
            for index in trees.indices { trees[index].keepCoefficients() }
        }
        self.trees = trees
        expectedValue = trees.reduce(0) { $0 + $1.expectedValue }
    }

    /// One array per feature of the log-odds (boosted trees) or probability (forests) that it adds to each row. The features
    /// are the ensemble's.
    func contributions(
        _ features: FeatureMatrix, threads: Int, flag: CancellationFlag?,
        progress: (@Sendable (_ rowsDone: Int) -> Void)?
    ) -> [[Double]] {
        let capacity = ContributionBlocks.rowCapacity(features)
        return ContributionBlocks.compute(
            ensemble.compared(features, threads: threads), featureCount: features.featureCount, rowCapacity: capacity,
            threads: threads, flag: flag, progress: progress
        ) {
            let worker = Worker(trees, rowCapacity: capacity, level: level)
            return { columns, rows, contributions in worker.add(columns, rows, to: contributions) }
        }
    }

    /// What one task needs to walk trees.
    private final class Worker {
        private let trees: [PathShapleyTree]
        private let level: Int32
        private let capacity: Int
        private let decisions: NodeDecisions
        private let products: UnsafeMutableRawPointer
        private let sums: UnsafeMutableRawPointer
        private let taken: UnsafeMutableRawPointer
        private let path: UnsafeMutablePointer<UInt32>
        /// Of a tree that does not keep its own.
        private let coefficients: UnsafeMutablePointer<Double>

        init(_ trees: [PathShapleyTree], rowCapacity: Int, level: Int32) {
            self.trees = trees
            self.level = level
            capacity = rowCapacity
            decisions = NodeDecisions(
                nodeCapacity: trees.map(\.tests.tree.nodes.count).max() ?? 0, rowCapacity: capacity)
            func vectors(_ count: Int) -> UnsafeMutableRawPointer { .allocate(byteCount: 64 * count, alignment: 64) }
            let mostNumbers = trees.map { $0.points * ($0.depth + 1) }.max() ?? 1
            let mostEdges = trees.map { $0.depth + 1 }.max() ?? 1
            products = vectors(mostNumbers)
            sums = vectors(mostNumbers)
            taken = vectors(mostEdges)
            path = .allocate(capacity: mostEdges)
            coefficients = .allocate(
                capacity: max(1, trees.map { $0.coefficients == nil ? $0.coefficientCount : 0 }.max() ?? 0))
        }

        deinit {
            products.deallocate()
            sums.deallocate()
            taken.deallocate()
            path.deallocate()
            coefficients.deallocate()
        }

        func add(
            _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>,
            to contributions: UnsafeMutablePointer<Double>
        ) {
            for tree in trees where !tree.edges.isEmpty {
                decisions.decide(tree.tests, columns, rows)
                if let kept = tree.coefficients {
                    walk(tree, kept, rows, contributions)
                } else {
                    tree.writeCoefficients(to: coefficients)
                    walk(tree, coefficients, rows, contributions)
                }
            }
        }

        private func walk(
            _ tree: PathShapleyTree, _ coefficients: UnsafePointer<Double>, _ rows: Range<Int>,
            _ contributions: UnsafeMutablePointer<Double>
        ) {
            tree_kernel_path_shapley(
                level, tree.edges, tree.edges.count, coefficients, tree.points, decisions.pointer,
                decisions.groupCapacity, (rows.count + 7) / 8, products.assumingMemoryBound(to: Double.self),
                sums.assumingMemoryBound(to: Double.self), taken.assumingMemoryBound(to: Int64.self), path,
                contributions, capacity)
        }
    }
}
