import Parallelism

/// Finds the best splits of leaves by histograms of the codes of their rows.
///
/// Where codes are groups of bins, a histogram has a second part: the same sums of only those rows whose gradient has the
/// rarer sign. ``SplitRefinement`` sees from both parts which groups can hold a better split than those between codes.
final class HistogramSearch {
    typealias Histogram = LeafHistograms.Histogram

    /// A leaf whose best split is sought, and where its histogram goes.
    struct Target {
        let leaf: Int
        let histogram: Histogram
        let sums: GradientSums
        let limits: LeafLimits
        let isSearched: Bool
    }

    let layout: HistogramLayout
    let histograms: LeafHistograms
    private let matrix: BinnedRows
    private let team: ThreadTeam
    private let accumulators: [HistogramAccumulator]
    /// For the second parts; empty where no code is a group.
    private let rarerAccumulators: [HistogramAccumulator]
    private let refinement: SplitRefinement?
    /// One for each thread.
    private let scratch: [UnsafeMutablePointer<UInt16>]

    init(_ matrix: BinnedRows, team: ThreadTeam, scratch: [UnsafeMutablePointer<UInt16>]) {
        self.matrix = matrix
        self.team = team
        self.scratch = scratch
        layout = matrix.layout
        let isRefined = !matrix.orders.isEmpty
        accumulators = scratch.map { _ in HistogramAccumulator(matrix.layout) }
        rarerAccumulators = isRefined ? scratch.map { _ in HistogramAccumulator(matrix.layout) } : []
        refinement = isRefined ? SplitRefinement(matrix, team: team) : nil
        histograms = LeafHistograms(codeCount: matrix.layout.totalCodes * (isRefined ? 2 : 1))
    }

    /// Adds rows of a shard to a thread's accumulators.
    /// - Parameter groups: the groups to count, in ascending order; nil for all.
    func add(_ rows: LeafRows, shard: Int, thread: Int, groups: [Int]?, _ tree: GrowingTree) {
        let gradients = tree.gradients(shard: shard)
        accumulators[thread].add(
            matrix, shard: shard, rows: rows.list, count: rows.count, gradients: gradients, groups: groups)
        guard refinement != nil else { return }
        let count = tree.rarerRows(of: rows, shard: shard, to: scratch[thread])
        rarerAccumulators[thread].add(
            matrix, shard: shard, rows: scratch[thread], count: count, gradients: gradients, groups: groups)
    }

    /// Builds histograms from the accumulators and searches them.
    /// - Parameters:
    ///   - built: a leaf whose rows were added.
    ///   - subtracted: its sibling, whose histogram is still their parent's.
    ///   - features: those that may be split on.
    /// - Returns: the best split of each.
    func find(
        _ built: Target, _ subtracted: Target?, features: [Int], groups: [Int]?, _ tree: GrowingTree
    ) -> [SplitCandidate?] {
        let groups = groups ?? Array(layout.groups.indices)
        let allowed = Set(features)
        let targets = [built] + (subtracted.map { [$0] } ?? [])
        var found = [SplitCandidate?](repeating: nil, count: targets.count * layout.codeCounts.count)
        found.withUnsafeMutableBufferPointer { found in
            team.forEach(count: groups.count) { index, _ in
                gather(groups[index], into: built.histogram, subtractingFrom: subtracted?.histogram)
                for member in layout.groups[groups[index]].members where allowed.contains(member.feature) {
                    for (number, target) in targets.enumerated() where target.isSearched {
                        found[number * layout.codeCounts.count + member.feature] = search(
                            member.feature, target, tree.search)
                    }
                }
            }
        }
        for accumulator in accumulators + rarerAccumulators { accumulator.reset() }
        return targets.indices.map { number in
            let start = number * layout.codeCounts.count
            var candidates = Array(found[start..<(start + layout.codeCounts.count)])
            let winner = Self.best(candidates)
            guard let refinement, targets[number].isSearched else { return winner }
            refinement.refine(&candidates, of: targets[number], floor: winner?.gain, allowed: allowed, tree)
            return Self.best(candidates).map { refinement.valued($0, leaf: targets[number].leaf, tree) }
        }
    }

    private static func best(_ candidates: [SplitCandidate?]) -> SplitCandidate? {
        var winner: SplitCandidate?
        for case .some(let candidate) in candidates where candidate.isBetter(than: winner) { winner = candidate }
        return winner
    }

    private func search(_ feature: Int, _ target: Target, _ search: SplitSearch) -> SplitCandidate? {
        search.best(
            feature: feature, codes: target.histogram + layout.featureOffsets[feature],
            codeCount: layout.codeCounts[feature], hasMissing: layout.hasMissing[feature],
            cut: BestCut(of: target, feature: feature, search))
    }

    private func gather(_ group: Int, into histogram: Histogram, subtractingFrom parent: Histogram?) {
        gather(group, of: accumulators, into: histogram, subtractingFrom: parent)
        guard !rarerAccumulators.isEmpty else { return }
        gather(
            group, of: rarerAccumulators, into: histogram + layout.totalCodes,
            subtractingFrom: parent.map { $0 + layout.totalCodes })
    }

    private func gather(
        _ group: Int, of accumulators: [HistogramAccumulator], into histogram: Histogram,
        subtractingFrom parent: Histogram?
    ) {
        let members = layout.groups[group].members
        for member in members {
            (histogram + layout.featureOffsets[member.feature])
                .update(repeating: GradientSums(), count: member.codeCount)
        }
        for accumulator in accumulators where accumulator.isUsed {
            if members.count == 1 {
                let codes = histogram + layout.featureOffsets[members[0].feature]
                accumulator.drain(group: group) { codes[$0] = codes[$0] + $1 }
            } else {
                accumulator.drain(group: group) { code, sums in
                    for member in members {
                        let digit = layout.featureOffsets[member.feature] + Int(member.digits[code])
                        histogram[digit] = histogram[digit] + sums
                    }
                }
            }
        }
        guard let parent else { return }
        for member in members {
            let offset = layout.featureOffsets[member.feature]
            for code in offset..<(offset + member.codeCount) { parent[code] = parent[code] - histogram[code] }
        }
    }
}
