import Parallelism

/// A tree as it was grown: leaf i of the tree holds the rows of leaf i of the partition.
struct GrownTree {
    var tree: DecisionTree
    var splits: [AppliedSplit]
}

/// Grows trees, one after another, on the same binned rows.
///
/// A split takes two steps on all threads. First, shard by shard: divide the leaf's rows and add those of the smaller
/// child to the thread's accumulator. Then, group by group of features: sum the accumulators up to the smaller child's
/// histogram, make the larger child's by subtraction in its parent's memory, and search both.
final class TreeGrower {
    /// A leaf while the tree grows.
    private struct Leaf {
        var sums: GradientSums
        var limits = LeafLimits()
        var depth: Int
        /// The node above and whether the leaf is on its left.
        var parent: (node: Int, isLeft: Bool)?
        var histogram: LeafHistograms.Histogram?
        /// Splits its features are drawn by.
        var identity: UInt64
    }

    private let matrix: BinnedRows
    private let settings: GrowthSettings
    private let team: ThreadTeam
    private let layout: HistogramLayout
    private let histograms: LeafHistograms
    private let histogramSearch: HistogramSearch
    private let sampling: FeatureSampling
    /// One for each thread, for dividing rows.
    let scratch: [UnsafeMutablePointer<UInt16>]

    // The state of the tree that is being grown.
    private var leaves: [Leaf] = []
    private var nodes: [DecisionTree.Node] = []
    private var splits: [AppliedSplit] = []
    private var treeFeatures: [Int] = []

    /// A leaf of fewer rows is worked on by one thread.
    private static let fewestSharedRows = 4096

    init(_ matrix: BinnedRows, settings: GrowthSettings, team: ThreadTeam) {
        self.matrix = matrix
        self.settings = settings
        self.team = team
        layout = matrix.layout
        sampling = FeatureSampling(
            usable: matrix.layout.groupOfFeature.indices.filter { matrix.layout.groupOfFeature[$0] != nil },
            settings: settings)
        scratch = (0..<team.threadCount).map { _ in .allocate(capacity: RowPartition.scratchRows) }
        histogramSearch = HistogramSearch(matrix, team: team, scratch: scratch)
        histograms = histogramSearch.histograms
    }

    /// A partition for the trees' rows.
    func makePartition() -> RowPartition { RowPartition(matrix.columns, tracksRows: !matrix.orders.isEmpty) }

    deinit { for rows in scratch { rows.deallocate() } }

    /// Grows a tree on the rows of the partition's leaf 0.
    /// - Parameters:
    ///   - partition: from ``makePartition()``.
    ///   - gradients: one pair for each row of the matrix.
    ///   - seed: what features are drawn by.
    func grow(
        _ partition: RowPartition, gradients: UnsafePointer<GradientPair>, scale: GradientScale, seed: UInt64
    ) -> GrownTree {
        let search = SplitSearch(settings: settings, scale: scale)
        var tree = GrowingTree(partition: partition, gradients: gradients, search: search, seed: seed)
        treeFeatures = sampling.features(ofTree: seed)
        nodes = []
        splits = []
        let sums = tree.start(team: team)
        leaves = [Leaf(sums: sums, depth: 0, parent: nil, histogram: nil, identity: 0)]
        var queue = LeafQueue(settings.growth)
        if canBeSplit(0, search) {
            for entry in build([0], tree) { queue.insert(entry) }
        }
        let mostLeaves = settings.maxLeaves > 0 ? settings.maxLeaves : Int.max
        while leaves.count < mostLeaves, let entry = queue.popFirst() {
            let isLast = leaves.count + 1 == mostLeaves
            for entry in split(entry, tree, isLast: isLast) { queue.insert(entry) }
        }
        for leaf in leaves { if let histogram = leaf.histogram { histograms.giveBack(histogram) } }
        return GrownTree(tree: decisionTree(search), splits: splits)
    }

    private func decisionTree(_ search: SplitSearch) -> DecisionTree {
        DecisionTree(
            nodes: nodes,
            leaves: leaves.map {
                DecisionTree.Leaf(
                    value: search.leafValue($0.sums, limits: $0.limits) * settings.learningRate,
                    weight: search.scale.hessian($0.sums), count: $0.sums.count)
            })
    }

    // MARK: One split

    private func split(_ entry: LeafQueue.Entry, _ tree: GrowingTree, isLast: Bool) -> [LeafQueue.Entry] {
        let partition = tree.partition, search = tree.search
        let left = entry.leaf, right = leaves.count
        let candidate = entry.candidate
        let parent = leaves[left]
        link(entry, right: right, search)
        let applied = AppliedSplit(split: candidate.split, leaf: left, newLeaf: right)
        splits.append(applied)
        let depth = parent.depth + 1
        let limits = parent.limits.divided(
            left: search.leafValue(candidate.left, limits: parent.limits),
            right: search.leafValue(candidate.right, limits: parent.limits),
            direction: settings.monotone[candidate.split.feature])
        for (leaf, sums, limits, isLeft) in [
            (left, candidate.left, limits.left, true), (right, candidate.right, limits.right, false),
        ] {
            let child = Leaf(
                sums: sums, limits: limits, depth: depth, parent: (nodes.count - 1, isLeft), histogram: nil,
                identity: RandomBits.bits(parent.identity, isLeft ? 1 : 2))
            if leaf == left { leaves[left] = child } else { leaves.append(child) }
        }
        let searched = isLast ? [] : [left, right].filter { canBeSplit($0, search) }
        let smaller = candidate.left.count <= candidate.right.count ? left : right
        partition.reserve(leaves: leaves.count)

        // Without a parent's histogram to subtract from, each child's is built.
        let subtracts = parent.histogram != nil && !searched.isEmpty
        if !subtracts, let histogram = parent.histogram { histograms.giveBack(histogram) }
        let isShared = parent.sums.count >= Self.fewestSharedRows
        forEachShard(isShared) { shard, thread in
            partition.split(
                candidate.split, leaf: left, newLeaf: right, shard: shard, isFirst: right == 1,
                scratch: scratch[thread])
            guard subtracts else { return }
            let rows = partition.listedRows(leaf: smaller, shard: shard)
            histogramSearch.add(rows, shard: shard, thread: thread, groups: nil, tree)
        }
        partition.noteFirstSplit()
        guard subtracts, let parentHistogram = parent.histogram else {
            return searched.isEmpty ? [] : build(searched, tree)
        }
        let larger = smaller == left ? right : left
        let built = HistogramSearch.Target(
            leaf: smaller, histogram: histograms.take(), sums: leaves[smaller].sums,
            limits: leaves[smaller].limits, isSearched: searched.contains(smaller))
        let subtracted = HistogramSearch.Target(
            leaf: larger, histogram: parentHistogram, sums: leaves[larger].sums, limits: leaves[larger].limits,
            isSearched: searched.contains(larger))
        return find(built, subtracted, features: treeFeatures, groups: nil, tree)
    }

    /// Turns a leaf into a node of the tree.
    private func link(_ entry: LeafQueue.Entry, right: Int, _ search: SplitSearch) {
        let leaf = leaves[entry.leaf]
        let split = entry.candidate.split
        let node = Int32(nodes.count)
        if let parent = leaf.parent {
            if parent.isLeft { nodes[parent.node].left = node } else { nodes[parent.node].right = node }
        }
        nodes.append(
            DecisionTree.Node(
                feature: Int32(split.feature),
                threshold: split.value ?? matrix.columns.bins[split.feature].codeBounds[Int(split.code)],
                defaultLeft: split.missingGoesLeft, left: ~Int32(entry.leaf), right: ~Int32(right),
                gain: entry.candidate.gain,
                value: search.leafValue(leaf.sums, limits: leaf.limits) * settings.learningRate,
                weight: search.scale.hessian(leaf.sums), count: leaf.sums.count))
    }

    private func canBeSplit(_ leaf: Int, _ search: SplitSearch) -> Bool {
        (settings.maxDepth == 0 || leaves[leaf].depth < settings.maxDepth) && search.mayBeSplit(leaves[leaf].sums)
    }

    // MARK: Histograms and search

    /// Builds the histograms of leaves from their rows and searches them.
    private func build(_ targets: [Int], _ tree: GrowingTree) -> [LeafQueue.Entry] {
        targets.flatMap { leaf -> [LeafQueue.Entry] in
            for features in sampling.sets(of: treeFeatures, node: leaves[leaf].identity ^ tree.seed) {
                let groups: [Int]? =
                    features.count == sampling.usable.count
                    ? nil : Array(Set(features.compactMap { layout.groupOfFeature[$0] })).sorted()
                forEachShard(leaves[leaf].sums.count >= Self.fewestSharedRows) { shard, thread in
                    let rows = tree.partition.rows(leaf: leaf, shard: shard)
                    histogramSearch.add(rows, shard: shard, thread: thread, groups: groups, tree)
                }
                let target = HistogramSearch.Target(
                    leaf: leaf, histogram: histograms.take(), sums: leaves[leaf].sums, limits: leaves[leaf].limits,
                    isSearched: true)
                let found = find(target, nil, features: features, groups: groups, tree)
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    /// Searches leaves whose rows were added, and keeps the histograms of those that will be split.
    private func find(
        _ built: HistogramSearch.Target, _ subtracted: HistogramSearch.Target?, features: [Int], groups: [Int]?,
        _ tree: GrowingTree
    ) -> [LeafQueue.Entry] {
        let found = histogramSearch.find(built, subtracted, features: features, groups: groups, tree)
        return zip([built, subtracted], found).compactMap { target, winner in
            guard let target else { return nil }
            if winner != nil, keepsHistogram(target.sums) {
                leaves[target.leaf].histogram = target.histogram
            } else {
                histograms.giveBack(target.histogram)
            }
            return winner.map {
                LeafQueue.Entry(leaf: target.leaf, depth: leaves[target.leaf].depth, candidate: $0)
            }
        }
    }

    /// A histogram of all features serves the children; of few rows it is built as fast as subtracted.
    private func keepsHistogram(_ sums: GradientSums) -> Bool {
        settings.featuresPerNode == nil && sums.count * layout.groups.count >= layout.totalCodes && !histograms.isFull
    }

    private func forEachShard(_ isShared: Bool, _ body: (_ shard: Int, _ thread: Int) -> Void) {
        if isShared {
            team.forEach(count: matrix.columns.shardCount, body)
        } else {
            for shard in 0..<matrix.columns.shardCount { body(shard, 0) }
        }
    }
}
