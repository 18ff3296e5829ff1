import CTreeKernels
import Parallelism

/// Interventional Shapley values of an ensemble: those of f(S) = the mean, over a background's rows, of the prediction for a
/// row's values of S and the background row's other values (Lundberg et al. 2020; Janzing et al. 2020).
///
/// At a leaf of value v only the features matter that the row takes the path of and the background row does not (a of
/// them), or the other way round (b); if both leave the path at one feature, no set reaches the leaf. Each of the first gets
/// (a - 1)! b! / (a + b)! times v, each of the second -a! (b - 1)! / (a + b)! times v. Rows are many, but their patterns at a
/// leaf are few: values are computed once for each pattern of rows and each pattern of the background.
struct InterventionalShapley: Sendable {
    let expectedValue: Double
    private let ensemble: TreeEnsemble
    private let trees: [InterventionalTree]
    /// Of each tree and leaf.
    private let backgrounds: [[BackgroundPatterns]]
    private let weights: SetWeights

    /// The distinct patterns of a background's rows at one leaf.
    private struct BackgroundPatterns {
        var patterns: [UInt64] = []
        /// The share of the background's rows with each.
        var shares: [Double] = []
    }

    /// Numbers that patterns of a background's rows may take on the path to a leaf, on each thread.
    private static let mostBackgroundNumbers = 1 << 26
    /// The same of rows that are explained.
    private static let mostRowNumbers = 1 << 22

    /// - Parameter background: of at least one row and the ensemble's features.
    /// - Throws: ``ModelError/unusableData(_:)`` for a background of too many rows for trees as deep as these.
    init(_ ensemble: TreeEnsemble, background: FeatureMatrix, threads: Int) throws(ModelError) {
        self.ensemble = ensemble
        let scale = ensemble.valueScale
        let trees = zip(ensemble.trees, ensemble.nodeTests).map { InterventionalTree($0, $1, scale: scale) }
        let mostRows = Self.mostBackgroundNumbers / (trees.map { ($0.depth + 1) * $0.words }.max() ?? 1)
        guard background.rowCount <= mostRows else {
            throw .unusableData(
                "the background has \(background.rowCount) rows; for trees of this depth it may have \(mostRows)")
        }
        self.trees = trees
        let rows = ensemble.compared(background, threads: threads)
        var patterns = [[BackgroundPatterns]](repeating: [], count: trees.count)
        rows.withColumnPointers { columns in
            patterns.withUnsafeMutableBufferPointer { patterns in
                // Each tree writes its own element.
                nonisolated(unsafe) let (columns, patterns) = (columns, patterns)
                parallelFor(count: trees.count, threads: threads) { index in
                    patterns[index] = Self.patterns(trees[index], columns, rowCount: rows.rowCount)
                }
            }
        }
        backgrounds = patterns
        weights = SetWeights(mostFeatures: trees.flatMap { $0.leaves.map(\.features.count) }.max() ?? 0)
        var expected = 0.0
        for (tree, leaves) in zip(trees, patterns) {
            for (leaf, background) in zip(tree.leaves, leaves) {
                for (index, share) in background.shares.enumerated()
                where (0..<tree.words).allSatisfy({
                    background.patterns[index * tree.words + $0] == LeafPatterns.mask(leaf.features.count, word: $0)
                }) {
                    expected += share * leaf.value
                }
            }
        }
        expectedValue = expected
    }

    private static func patterns(
        _ tree: InterventionalTree, _ columns: UnsafePointer<UnsafePointer<Float>?>, rowCount: Int
    ) -> [BackgroundPatterns] {
        var result = [BackgroundPatterns](repeating: BackgroundPatterns(), count: tree.leaves.count)
        Worker([tree], rowCapacity: rowCount).forEachLeaf(tree, columns, 0..<rowCount) { leaf, distinct in
            var counts = [Int](repeating: 0, count: distinct.count)
            for pattern in distinct.patternOfRow { counts[pattern] += 1 }
            result[leaf] = BackgroundPatterns(
                patterns: distinct.patterns, shares: counts.map { Double($0) / Double(rowCount) })
        }
        return result
    }

    /// One array per feature of the log-odds (boosted trees) or probability (forests) that it adds to each row. The features
    /// are the ensemble's.
    func contributions(
        _ features: FeatureMatrix, threads: Int, flag: CancellationFlag?,
        progress: (@Sendable (_ rowsDone: Int) -> Void)?
    ) -> [[Double]] {
        let deepest = trees.map { ($0.depth + 1) * $0.words }.max() ?? 1
        let capacity = ContributionBlocks.rowCapacity(features, atMost: Self.mostRowNumbers / deepest)
        return ContributionBlocks.compute(
            ensemble.compared(features, threads: threads), featureCount: features.featureCount, rowCapacity: capacity,
            threads: threads, flag: flag, progress: progress
        ) {
            let worker = Worker(trees, rowCapacity: capacity)
            return { columns, rows, contributions in
                for (tree, backgrounds) in zip(trees, backgrounds) {
                    worker.forEachLeaf(tree, columns, rows) { leaf, distinct in
                        add(tree.leaves[leaf], backgrounds[leaf], distinct, tree.words, capacity, contributions)
                    }
                }
            }
        }
    }

    /// What one task needs to find patterns.
    private final class Worker {
        private let decisions: NodeDecisions
        private var patterns: LeafPatterns

        init(_ trees: [InterventionalTree], rowCapacity: Int) {
            decisions = NodeDecisions(
                nodeCapacity: trees.map(\.tests.tree.nodes.count).max() ?? 0, rowCapacity: rowCapacity)
            patterns = LeafPatterns(trees, rowCapacity: rowCapacity)
        }

        func forEachLeaf(
            _ tree: InterventionalTree, _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>,
            _ body: (_ leaf: Int, _ distinct: borrowing LeafPatterns.Distinct) -> Void
        ) {
            decisions.decide(tree.tests, columns, rows)
            patterns.forEachLeaf(tree, decisions, rowCount: rows.count, body)
        }
    }

    private func add(
        _ leaf: InterventionalTree.Leaf, _ background: BackgroundPatterns, _ rows: borrowing LeafPatterns.Distinct,
        _ words: Int, _ stride: Int, _ contributions: UnsafeMutablePointer<Double>
    ) {
        let count = leaf.features.count
        guard count > 0, leaf.value != 0 else { return }
        var values = [Double](repeating: 0, count: rows.count * count)
        values.withUnsafeMutableBufferPointer { values in
            for pattern in 0..<rows.count {
                add(
                    leaf, background, rows.patterns[pattern * words..<(pattern + 1) * words],
                    UnsafeMutableBufferPointer(rebasing: values[pattern * count..<(pattern + 1) * count]))
            }
            for (bit, feature) in leaf.features.enumerated() {
                let column = contributions + feature * stride
                for row in rows.patternOfRow.indices { column[row] += values[rows.patternOfRow[row] * count + bit] }
            }
        }
    }

    /// The contributions of a leaf to a row of one pattern, by bit.
    private func add(
        _ leaf: InterventionalTree.Leaf, _ background: BackgroundPatterns, _ own: ArraySlice<UInt64>,
        _ values: UnsafeMutableBufferPointer<Double>
    ) {
        let words = own.count, first = own.startIndex
        for (index, share) in background.shares.enumerated() {
            var rowOnly = 0, backgroundOnly = 0
            var isReached = true
            for word in 0..<words {
                let mine = own[first + word], other = background.patterns[index * words + word]
                if mine | other != LeafPatterns.mask(leaf.features.count, word: word) {
                    isReached = false
                    break
                }
                rowOnly += (mine & ~other).nonzeroBitCount
                backgroundOnly += (other & ~mine).nonzeroBitCount
            }
            guard isReached, rowOnly + backgroundOnly > 0 else { continue }
            let gain = leaf.value * share * weights.ofMember(rowOnly, backgroundOnly)
            let loss = leaf.value * share * weights.ofMember(backgroundOnly, rowOnly)
            for word in 0..<words {
                let mine = own[first + word], other = background.patterns[index * words + word]
                Self.forEachBit(mine & ~other) { values[word * 64 + $0] += gain }
                Self.forEachBit(other & ~mine) { values[word * 64 + $0] -= loss }
            }
        }
    }

    @inline(__always)
    private static func forEachBit(_ bits: UInt64, _ body: (Int) -> Void) {
        var rest = bits
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}

/// (a - 1)! b! / (a + b)!: the Shapley weight of each of a features that a leaf needs, where it needs b others to be absent.
private struct SetWeights: Sendable {
    private let width: Int
    private let values: [Double]

    init(mostFeatures: Int) {
        width = mostFeatures + 1
        var values = [Double](repeating: 0, count: width * width)
        for absent in 0..<width {
            var weight = 1 / Double(absent + 1)
            for present in 1..<max(1, width - absent) {
                values[present * width + absent] = weight
                weight *= Double(present) / Double(present + absent + 1)
            }
        }
        self.values = values
    }

    func ofMember(_ present: Int, _ absent: Int) -> Double { values[present * width + absent] }
}
