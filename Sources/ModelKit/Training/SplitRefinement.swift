import Parallelism

/// Finds splits within codes that are groups of bins.
///
/// The histogram of codes gives every split between codes, and for each code a bound of what a split within it could gain.
/// Only where the bound is above the best gain known are the code's rows visited, in the order of their bins. The result is
/// that of a histogram with an entry for each bin.
final class SplitRefinement {
    private let matrix: BinnedRows
    private let team: ThreadTeam
    private let features: [Int]

    init(_ matrix: BinnedRows, team: ThreadTeam) {
        self.matrix = matrix
        self.team = team
        features = matrix.orders.keys.sorted()
    }

    /// Replaces candidates by better ones within codes.
    /// - Parameters:
    ///   - candidates: the best split between codes of each feature.
    ///   - floor: the greatest of their gains; a split that gains less is not sought.
    func refine(
        _ candidates: inout [SplitCandidate?], of target: HistogramSearch.Target, floor: Double?, allowed: Set<Int>,
        _ tree: GrowingTree
    ) {
        candidates.withUnsafeMutableBufferPointer { candidates in
            team.forEach(count: features.count) { index, _ in
                let feature = features[index]
                guard allowed.contains(feature), let order = matrix.orders[feature] else { return }
                let layout = matrix.layout
                let codes = target.histogram + layout.featureOffsets[feature]
                let codeCount = layout.codeCounts[feature]
                let missing = layout.hasMissing[feature] ? codes[codeCount] : GradientSums()
                var search = CodeSearch(
                    feature: feature, target: target, columns: matrix.columns, order: order, tree: tree,
                    best: BestCut(of: target, feature: feature, tree.search))
                search.mark(codes, rarer: codes + layout.totalCodes, floor: floor, missing: missing)
                search.visit()
                let found = search.candidate(missing: missing)
                if let found, Self.precedes(found, candidates[feature], isMissing: missing.count > 0) {
                    candidates[feature] = found
                }
            }
        }
    }

    /// Whether a split within a code is better than one between codes; of equal gains, that which a search over all bins
    /// comes to first.
    private static func precedes(_ inner: SplitCandidate, _ outer: SplitCandidate?, isMissing: Bool) -> Bool {
        guard let outer else { return true }
        if inner.gain != outer.gain { return inner.gain > outer.gain }
        if isMissing, inner.split.missingGoesLeft != outer.split.missingGoesLeft { return outer.split.missingGoesLeft }
        return inner.split.code <= outer.split.code
    }

    /// A split between codes as one between bins: behind the last one that has rows of the leaf.
    func valued(_ candidate: SplitCandidate, leaf: Int, _ tree: GrowingTree) -> SplitCandidate {
        let feature = candidate.split.feature, code = Int(candidate.split.code)
        guard candidate.split.value == nil, let order = matrix.orders[feature], let leaves = tree.partition.leafOfRow
        else { return candidate }
        var result = candidate
        for index in (order.starts[code]..<order.starts[code + 1]).reversed() {
            let row = Int(order.rows[index] & ~BinOrder.lastOfBin)
            if leaves[row] == UInt32(leaf) {
                let value = matrix.columns.value(feature, row: row)
                result.split.value = matrix.columns.bins[feature].upperBound(of: value, code: code)
                return result
            }
        }
        result.split.value = matrix.columns.bins[feature].codeBounds[code]
        return result
    }
}
