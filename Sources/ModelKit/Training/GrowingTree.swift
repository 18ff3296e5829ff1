import Parallelism

/// What a tree is grown on.
struct GrowingTree {
    let partition: RowPartition
    /// One pair for each row of the matrix.
    let gradients: UnsafePointer<GradientPair>
    let search: SplitSearch
    /// What features are drawn by.
    let seed: UInt64
    /// Of negative and positive gradients, the sign of the fewer.
    private(set) var rarerSignIsNegative = true

    init(
        partition: RowPartition, gradients: UnsafePointer<GradientPair>, search: SplitSearch, seed: UInt64
    ) {
        self.partition = partition
        self.gradients = gradients
        self.search = search
        self.seed = seed
    }

    /// Sees which sign is rarer.
    /// - Returns: the sums of leaf 0.
    mutating func start(team: ThreadTeam) -> GradientSums {
        let columns = partition.columns
        var byShard = [(sums: GradientSums, negativeRows: Int)](
            repeating: (GradientSums(), 0), count: columns.shardCount)
        byShard.withUnsafeMutableBufferPointer { byShard in
            team.forEach(count: columns.shardCount) { shard, _ in
                let pairs = gradients(shard: shard)
                let rows = partition.rows(leaf: 0, shard: shard)
                var sums = GradientSums(), negativeRows = 0
                for index in 0..<rows.count {
                    let pair = pairs[rows.list.map { Int($0[index]) } ?? index]
                    sums = sums + pair
                    negativeRows &+= pair.x < 0 ? 1 : 0
                }
                byShard[shard] = (sums, negativeRows)
            }
        }
        let sums = byShard.reduce(GradientSums()) { $0 + $1.sums }
        rarerSignIsNegative = 2 * byShard.reduce(0) { $0 + $1.negativeRows } <= sums.count
        return sums
    }

    func gradients(shard: Int) -> UnsafePointer<GradientPair> { gradients + shard * BinnedColumns.shardRows }

    /// Those of a shard's rows whose gradients have the rarer sign, written to `target`.
    /// - Returns: their number.
    func rarerRows(of rows: LeafRows, shard: Int, to target: UnsafeMutablePointer<UInt16>) -> Int {
        let pairs = gradients(shard: shard)
        // With the sign turned, the rarer ones are negative.
        let sign: Int32 = rarerSignIsNegative ? 1 : -1
        var count = 0
        if let list = rows.list {
            for index in 0..<rows.count {
                target[count] = list[index]
                count &+= pairs[Int(list[index])].x &* sign < 0 ? 1 : 0
            }
        } else {
            for row in 0..<rows.count {
                target[count] = UInt16(truncatingIfNeeded: row)
                count &+= pairs[row].x &* sign < 0 ? 1 : 0
            }
        }
        return count
    }
}
