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
        var depth: Int
        /// The node above and whether the leaf is on its left.
        var parent: (node: Int, isLeft: Bool)?
        var histogram: LeafHistograms.Histogram?
        /// Splits its features are drawn by.
        var identity: UInt64
    }

    /// A leaf whose best split is sought, and where its histogram goes.
    private struct Target {
        let leaf: Int
        let histogram: LeafHistograms.Histogram
        let sums: GradientSums
        let isSearched: Bool
    }

    private let matrix: BinnedRows
    private let settings: GrowthSettings
    private let team: ThreadTeam
    private let layout: HistogramLayout
    private let accumulators: [HistogramAccumulator]
    private let histograms: LeafHistograms
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
        accumulators = (0..<team.threadCount).map { _ in HistogramAccumulator(matrix.layout) }
        histograms = LeafHistograms(binCount: matrix.layout.totalBins)
        scratch = (0..<team.threadCount).map { _ in .allocate(capacity: RowPartition.scratchRows) }
    }

    deinit { for rows in scratch { rows.deallocate() } }

    /// Grows a tree on the rows of the partition's leaf 0.
    /// - Parameters:
    ///   - gradients: one pair for each row of the matrix.
    ///   - seed: what features are drawn by.
    func grow(
        _ partition: RowPartition, gradients: UnsafePointer<GradientPair>, scale: GradientScale, seed: UInt64
    ) -> GrownTree {
        let search = SplitSearch(settings: settings, scale: scale)
        treeFeatures = features(ofTree: seed)
        nodes = []
        splits = []
        leaves = [Leaf(sums: sums(partition, gradients), depth: 0, parent: nil, histogram: nil, identity: 0)]
        var queue = LeafQueue(settings.growth)
        if canBeSplit(0, search) {
            for entry in build([0], partition, gradients, search, seed) { queue.insert(entry) }
        }
        let mostLeaves = settings.maxLeaves > 0 ? settings.maxLeaves : Int.max
        while leaves.count < mostLeaves, let entry = queue.popFirst() {
            let isLast = leaves.count + 1 == mostLeaves
            for entry in split(entry, partition, gradients, search, seed, isLast: isLast) { queue.insert(entry) }
        }
        for leaf in leaves { if let histogram = leaf.histogram { histograms.giveBack(histogram) } }
        let tree = DecisionTree(
            nodes: nodes,
            leaves: leaves.map {
                DecisionTree.Leaf(
                    value: search.leafValue($0.sums) * settings.learningRate, weight: scale.hessian($0.sums),
                    count: $0.sums.count)
            })
        return GrownTree(tree: tree, splits: splits)
    }

    // MARK: One split

    private func split(
        _ entry: LeafQueue.Entry, _ partition: RowPartition, _ gradients: UnsafePointer<GradientPair>,
        _ search: SplitSearch, _ seed: UInt64, isLast: Bool
    ) -> [LeafQueue.Entry] {
        let left = entry.leaf, right = leaves.count
        let candidate = entry.candidate
        let parent = leaves[left]
        link(entry, right: right, search)
        let applied = AppliedSplit(split: candidate.split, leaf: left, newLeaf: right)
        splits.append(applied)
        let depth = parent.depth + 1
        for (leaf, sums, isLeft) in [(left, candidate.left, true), (right, candidate.right, false)] {
            let child = Leaf(
                sums: sums, depth: depth, parent: (nodes.count - 1, isLeft), histogram: nil,
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
            accumulators[thread].add(
                matrix, shard: shard, rows: rows.list, count: rows.count,
                gradients: gradients + shard * BinnedColumns.shardRows, groups: nil)
        }
        partition.noteFirstSplit()
        guard subtracts, let parentHistogram = parent.histogram else {
            return searched.isEmpty ? [] : build(searched, partition, gradients, search, seed)
        }
        let larger = smaller == left ? right : left
        let built = Target(
            leaf: smaller, histogram: histograms.take(), sums: leaves[smaller].sums,
            isSearched: searched.contains(smaller))
        let subtracted = Target(
            leaf: larger, histogram: parentHistogram, sums: leaves[larger].sums, isSearched: searched.contains(larger))
        return finish(built, subtracted, features: treeFeatures, groups: nil, search)
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
                threshold: matrix.columns.bins[split.feature].upperBounds[Int(split.threshold)],
                defaultLeft: split.missingGoesLeft, left: ~Int32(entry.leaf), right: ~Int32(right),
                gain: entry.candidate.gain, value: search.leafValue(leaf.sums) * settings.learningRate,
                weight: search.scale.hessian(leaf.sums), count: leaf.sums.count))
    }

    private func canBeSplit(_ leaf: Int, _ search: SplitSearch) -> Bool {
        (settings.maxDepth == 0 || leaves[leaf].depth < settings.maxDepth) && search.mayBeSplit(leaves[leaf].sums)
    }

    // MARK: Histograms and search

    /// Builds the histograms of leaves from their rows and searches them.
    private func build(
        _ targets: [Int], _ partition: RowPartition, _ gradients: UnsafePointer<GradientPair>, _ search: SplitSearch,
        _ seed: UInt64
    ) -> [LeafQueue.Entry] {
        targets.flatMap { leaf -> [LeafQueue.Entry] in
            for features in featureSets(of: leaf, seed) {
                let groups: [Int]? =
                    features.count == layout.featureOffsets.count
                    ? nil : Array(Set(features.compactMap { layout.groupOfFeature[$0] })).sorted()
                forEachShard(leaves[leaf].sums.count >= Self.fewestSharedRows) { shard, thread in
                    let rows = partition.rows(leaf: leaf, shard: shard)
                    accumulators[thread].add(
                        matrix, shard: shard, rows: rows.list, count: rows.count,
                        gradients: gradients + shard * BinnedColumns.shardRows, groups: groups)
                }
                let target = Target(
                    leaf: leaf, histogram: histograms.take(), sums: leaves[leaf].sums, isSearched: true)
                let found = finish(target, nil, features: features, groups: groups, search)
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    /// Builds histograms from the accumulators, searches them, and keeps those of leaves that will be split.
    private func finish(
        _ built: Target, _ subtracted: Target?, features: [Int], groups: [Int]?, _ search: SplitSearch
    ) -> [LeafQueue.Entry] {
        let groups = groups ?? Array(layout.groups.indices)
        let allowed = Set(features)
        var best = [(built: SplitCandidate?, subtracted: SplitCandidate?)](repeating: (nil, nil), count: groups.count)
        best.withUnsafeMutableBufferPointer { best in
            team.forEach(count: groups.count) { index, _ in
                gather(groups[index], into: built.histogram, subtractingFrom: subtracted?.histogram)
                for member in layout.groups[groups[index]].members where allowed.contains(member.feature) {
                    let found = (
                        self.search(member.feature, built, search), self.search(member.feature, subtracted, search)
                    )
                    if let candidate = found.0, candidate.isBetter(than: best[index].built) {
                        best[index].built = candidate
                    }
                    if let candidate = found.1, candidate.isBetter(than: best[index].subtracted) {
                        best[index].subtracted = candidate
                    }
                }
            }
        }
        for accumulator in accumulators { accumulator.reset() }
        var result: [LeafQueue.Entry] = []
        for (target, candidates) in [(built, best.map(\.built)), (subtracted, best.map(\.subtracted))] {
            guard let target else { continue }
            var winner: SplitCandidate?
            for case .some(let candidate) in candidates where candidate.isBetter(than: winner) { winner = candidate }
            if let winner {
                result.append(LeafQueue.Entry(leaf: target.leaf, depth: leaves[target.leaf].depth, candidate: winner))
            }
            if winner != nil, keepsHistogram(target.sums) {
                leaves[target.leaf].histogram = target.histogram
            } else {
                histograms.giveBack(target.histogram)
            }
        }
        return result
    }

    /// A histogram of all features serves the children; of few rows it is built as fast as subtracted.
    private func keepsHistogram(_ sums: GradientSums) -> Bool {
        settings.featuresPerNode == nil && sums.count * layout.groups.count >= layout.totalBins && !histograms.isFull
    }

    private func search(_ feature: Int, _ target: Target?, _ search: SplitSearch) -> SplitCandidate? {
        guard let target, target.isSearched else { return nil }
        return search.best(
            feature: feature, bins: target.histogram + layout.featureOffsets[feature],
            binCount: layout.binCounts[feature], hasMissing: layout.hasMissing[feature], total: target.sums)
    }

    private func gather(
        _ group: Int, into histogram: LeafHistograms.Histogram, subtractingFrom parent: LeafHistograms.Histogram?
    ) {
        let members = layout.groups[group].members
        for member in members {
            (histogram + layout.featureOffsets[member.feature])
                .update(repeating: GradientSums(), count: member.codeCount)
        }
        for accumulator in accumulators where accumulator.isUsed {
            if members.count == 1 {
                let bins = histogram + layout.featureOffsets[members[0].feature]
                accumulator.drain(group: group) { bins[$0] = bins[$0] + $1 }
            } else {
                accumulator.drain(group: group) { code, sums in
                    for member in members {
                        let bin = layout.featureOffsets[member.feature] + Int(member.digits[code])
                        histogram[bin] = histogram[bin] + sums
                    }
                }
            }
        }
        guard let parent else { return }
        for member in members {
            let offset = layout.featureOffsets[member.feature]
            for bin in offset..<(offset + member.codeCount) { parent[bin] = parent[bin] - histogram[bin] }
        }
    }

    // MARK: Features

    private func features(ofTree seed: UInt64) -> [Int] {
        let count = layout.featureOffsets.count
        guard settings.columnSubsample < 1 else { return Array(0..<count) }
        let usable = (0..<count).filter { layout.groupOfFeature[$0] != nil }
        let share = max(1, Int((settings.columnSubsample * Double(usable.count)).rounded()))
        return RandomBits.sample(min(share, usable.count), of: usable.count, seed: seed).map { usable[$0] }
    }

    /// The features a leaf may be split on; further sets are used one after the other when there is no split on the
    /// earlier ones.
    private func featureSets(of leaf: Int, _ seed: UInt64) -> [[Int]] {
        guard let size = settings.featuresPerNode, size < treeFeatures.count else { return [treeFeatures] }
        let identity = leaves[leaf].identity ^ seed
        let order = treeFeatures.filter { layout.groupOfFeature[$0] != nil }
            .map { (key: RandomBits.bits(identity, UInt64($0)), feature: $0) }.sorted { $0 < $1 }.map(\.feature)
        return stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min(order.count, $0 + size)]) }
    }

    // MARK: Rows

    private func sums(_ partition: RowPartition, _ gradients: UnsafePointer<GradientPair>) -> GradientSums {
        var byShard = [GradientSums](repeating: GradientSums(), count: matrix.columns.shardCount)
        byShard.withUnsafeMutableBufferPointer { byShard in
            team.forEach(count: matrix.columns.shardCount) { shard, _ in
                let pairs = gradients + shard * BinnedColumns.shardRows
                let (list, count) = partition.rows(leaf: 0, shard: shard)
                var gradient: Int64 = 0, hessian: Int64 = 0
                if let list {
                    for index in 0..<count {
                        gradient &+= Int64(pairs[Int(list[index])].x)
                        hessian &+= Int64(pairs[Int(list[index])].y)
                    }
                } else {
                    for row in 0..<count {
                        gradient &+= Int64(pairs[row].x)
                        hessian &+= Int64(pairs[row].y)
                    }
                }
                byShard[shard] = GradientSums(gradient: gradient, hessian: hessian, count: count)
            }
        }
        return byShard.reduce(GradientSums(), +)
    }

    private func forEachShard(_ isShared: Bool, _ body: (_ shard: Int, _ thread: Int) -> Void) {
        if isShared {
            team.forEach(count: matrix.columns.shardCount, body)
        } else {
            for shard in 0..<matrix.columns.shardCount { body(shard, 0) }
        }
    }
}
