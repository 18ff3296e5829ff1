/// The bounds that separate the 1, 2, 4, 8, ... smallest and largest of a feature's values from the others.
///
/// Bins of equal numbers of rows put all of them into two bins. Among payments the few extreme values are often the frauds.
struct RareTails: Sendable, Hashable {
    /// In ascending order.
    let bounds: [Float]

    /// - Parameters:
    ///   - rows: the rows of the column that count; nil: all.
    ///   - sample: some of the values in ascending order.
    init(of column: [Float], rows: [Int]?, sample: [Float]) {
        // The tails reach to the size of an average bin, and further for want of values that are exactly so far.
        let reach = 2 * sample.count / FeatureBins.maximumCodes
        guard reach > 0 else {
            bounds = []
            return
        }
        let low = sample[reach], high = sample[sample.count - 1 - reach]
        var smallest: [Float] = [], largest: [Float] = []
        func add(_ value: Float) {
            if value < low { smallest.append(value) }
            if value > high { largest.append(value) }
        }
        if let rows { for row in rows { add(column[row]) } } else { column.forEach(add) }
        let total = rows?.count ?? column.count
        let limit = total / FeatureBins.maximumCodes
        var result: [Float] = []
        let ascending = RadixSort.sorted(smallest)
        for rank in Self.ranks(below: min(limit, ascending.count - 1)) where ascending[rank - 1] < ascending[rank] {
            result.append(FeatureBins.bound(ascending[rank - 1], ascending[rank]))
        }
        let descending = Array(RadixSort.sorted(largest).reversed())
        for rank in Self.ranks(below: min(limit, descending.count - 1)) where descending[rank - 1] > descending[rank] {
            result.append(FeatureBins.bound(descending[rank], descending[rank - 1]))
        }
        bounds = result.sorted()
    }

    private static func ranks(below limit: Int) -> [Int] {
        var ranks: [Int] = []
        var rank = 1
        while rank <= limit {
            ranks.append(rank)
            rank *= 2
        }
        return ranks
    }
}

extension FeatureBins {
    /// At most 255 bins, of which the tails have theirs.
    init(sorted: [Float], tails: RareTails) {
        let body = FeatureBins(sorted: sorted, maximum: Self.maximumCodes - tails.bounds.count)
        let bounds = Set(body.upperBounds + tails.bounds).sorted()
        self.init(bounds: bounds, counts: [Int](repeating: 1, count: bounds.count))
    }
}
