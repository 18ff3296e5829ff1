/// The search for splits of a leaf within the codes of one feature.
struct CodeSearch {
    let feature: Int
    let target: HistogramSearch.Target
    let columns: BinnedColumns
    let order: BinOrder
    let tree: GrowingTree
    var best: BestCut
    /// The code and the last row before the best cut.
    private var lastRowOnLeft: (code: Int, row: Int)?
    private var visits: [Visit] = []

    /// A code within which there may be a better split.
    private struct Visit {
        let code: Int
        /// Of what is left of the code.
        let start: GradientSums
        let missingGoesLeft: Bool
        let bound: Double
    }

    init(
        feature: Int, target: HistogramSearch.Target, columns: BinnedColumns, order: BinOrder, tree: GrowingTree,
        best: BestCut
    ) {
        self.feature = feature
        self.target = target
        self.columns = columns
        self.order = order
        self.tree = tree
        self.best = best
    }

    private var bins: FeatureBins { columns.bins[feature] }

    /// The best split within a code.
    func candidate(missing: GradientSums) -> SplitCandidate? {
        lastRowOnLeft.flatMap { last in
            let value = columns.value(feature, row: last.row)
            return best.candidate(
                feature: feature, missing: missing, value: bins.upperBound(of: value, code: last.code))
        }
    }

    // MARK: Codes

    /// Finds the codes to visit.
    /// - Parameters:
    ///   - codes: the feature's part of the histogram.
    ///   - rarer: the same of the rows whose gradient has the rarer sign.
    ///   - floor: the gain that a split needs; nil: none.
    mutating func mark(
        _ codes: UnsafePointer<GradientSums>, rarer: UnsafePointer<GradientSums>, floor: Double?,
        missing: GradientSums
    ) {
        let floor = max(floor ?? -.infinity, best.gain)
        for missingGoesLeft in missing.count > 0 ? [false, true] : [false] {
            var sums = missingGoesLeft ? missing : GradientSums()
            bins.firstBins.withUnsafeBufferPointer { firstBins in
                for code in 0..<(firstBins.count - 1) {
                    let entry = codes[code]
                    if entry.count > 1, firstBins[code + 1] - firstBins[code] > 1 {
                        let rare = rarer[code].gradient, other = entry.gradient &- rare
                        let bound = best.bound(
                            after: sums, gradients: tree.rarerSignIsNegative ? (rare, other) : (other, rare),
                            hessian: entry.hessian)
                        if bound >= floor {
                            visits.append(
                                Visit(code: code, start: sums, missingGoesLeft: missingGoesLeft, bound: bound))
                        }
                    }
                    sums = sums + entry
                }
            }
        }
    }

    /// Evaluates the splits within the marked codes.
    mutating func visit() {
        guard !visits.isEmpty else { return }
        // The rows of a code are in order, but of all leaves; those of a leaf must be sorted first.
        let ordered = visits.reduce(0) { $0 + order.starts[$1.code + 1] - order.starts[$1.code] }
        if ordered > 32 * target.sums.count { visitSortedRows() } else { visitOrderedRows() }
    }

    // MARK: Rows

    private mutating func visitOrderedRows() {
        guard let leaves = tree.partition.leafOfRow else { return }
        let leaf = UInt32(target.leaf)
        order.rows.withUnsafeBufferPointer { rows in
            for visit in visits where visit.bound >= best.gain {
                var sums = visit.start
                var last: Int?
                for index in order.starts[visit.code]..<order.starts[visit.code + 1] {
                    let row = Int(rows[index] & ~BinOrder.lastOfBin)
                    if leaves[row] == leaf {
                        sums = sums + tree.gradients[row]
                        last = row
                    }
                    if rows[index] & BinOrder.lastOfBin != 0, let row = last {
                        guard offer(sums, behind: row, visit) else { break }
                        last = nil
                    }
                }
            }
        }
    }

    private mutating func visitSortedRows() {
        let keys = sortedRows()
        for visit in visits where visit.bound >= best.gain {
            let codeBins = bins.firstBins[visit.code]..<bins.firstBins[visit.code + 1]
            var index = Self.first(of: keys, notBelow: UInt64(codeBins.lowerBound) << 32)
            var sums = visit.start
            while index < keys.count, keys[index] >> 32 < codeBins.upperBound {
                let row = Int(keys[index] & 0xFFFF_FFFF)
                sums = sums + tree.gradients[row]
                index += 1
                let isLastOfBin = index == keys.count || keys[index] >> 32 != keys[index - 1] >> 32
                if isLastOfBin, !offer(sums, behind: row, visit) { break }
            }
        }
    }

    /// The leaf's rows with marked codes: bins in the upper half of the numbers, rows in the lower, in ascending order.
    private func sortedRows() -> [UInt64] {
        var isMarked = [Bool](repeating: false, count: 256)
        for visit in visits { isMarked[visit.code] = true }
        var keys: [UInt64] = []
        for shard in 0..<columns.shardCount {
            let rows = tree.partition.rows(leaf: target.leaf, shard: shard)
            let codes = columns.column(feature, shard: shard)
            let first = shard * BinnedColumns.shardRows
            for index in 0..<rows.count {
                let row = rows.list.map { Int($0[index]) } ?? index
                guard isMarked[Int(codes[row])] else { continue }
                let value = columns.value(feature, row: first + row)
                keys.append(UInt64(bins.bin(of: value, code: Int(codes[row]))) << 32 | UInt64(first + row))
            }
        }
        return keys.sorted()
    }

    private static func first(of keys: [UInt64], notBelow key: UInt64) -> Int {
        var low = 0, high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func offer(_ sums: GradientSums, behind row: Int, _ visit: Visit) -> Bool {
        let gain = best.gain
        let goesOn = best.offer(sums, code: visit.code, missingGoesLeft: visit.missingGoesLeft)
        if best.gain > gain { lastRowOnLeft = (visit.code, row) }
        return goesOn
    }
}
