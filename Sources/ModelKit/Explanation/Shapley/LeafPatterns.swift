/// The patterns that a block of rows has at each leaf of a tree; see ``InterventionalTree``.
struct LeafPatterns: ~Copyable {
    /// The distinct patterns at a leaf, in the order of the first row that has each, and which one each row has.
    struct Distinct {
        /// `words` numbers a pattern.
        var patterns: [UInt64] = []
        var count = 0
        var patternOfRow: [Int] = []
    }

    private var words = 1
    private let rowCapacity: Int
    /// Of each depth: bits of features of which a row has left the path, `words` numbers a row.
    private let missed: UnsafeMutablePointer<UInt64>
    /// Open addressing: the number of a pattern, plus one; 0 where there is none.
    private let slots: UnsafeMutablePointer<Int32>
    private let slotMask: Int
    private var distinct = Distinct()

    /// Room for these trees.
    init(_ trees: [InterventionalTree], rowCapacity: Int) {
        self.rowCapacity = rowCapacity
        let count = rowCapacity * (trees.map { ($0.depth + 1) * $0.words }.max() ?? 1)
        missed = .allocate(capacity: count)
        missed.initialize(repeating: 0, count: count)
        var slotCount = 16
        while slotCount < 2 * rowCapacity { slotCount *= 2 }
        slotMask = slotCount - 1
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
    }

    deinit {
        missed.deallocate()
        slots.deallocate()
    }

    /// Calls `body` for each leaf, from left to right, with the patterns of as many rows as decisions were made for.
    mutating func forEachLeaf(
        _ tree: InterventionalTree, _ decisions: borrowing NodeDecisions, rowCount: Int,
        _ body: (_ leaf: Int, _ distinct: borrowing Distinct) -> Void
    ) {
        words = tree.words
        // On top, no row has left the path.
        missed.update(repeating: 0, count: rowCount * words)
        guard !tree.edges.isEmpty else {
            distinct = Distinct(patterns: [UInt64](repeating: 0, count: words), count: 1)
            distinct.patternOfRow = [Int](repeating: 0, count: rowCount)
            return body(0, distinct)
        }
        for edge in tree.edges {
            let above = missed + (edge.depth - 1) * rowCapacity * words
            let here = missed + edge.depth * rowCapacity * words
            let word = edge.bit / 64, shift = UInt64(edge.bit % 64)
            let left = decisions.pointer + edge.node * decisions.groupCapacity
            let turned: UInt64 = edge.isLeft ? 1 : 0
            for row in 0..<rowCount {
                let goesLeft = UInt64(left[row / 8] >> UInt8(row & 7) & 1)
                if words == 1 {
                    here[row] = above[row] | (goesLeft ^ turned) << shift
                } else {
                    for index in 0..<words { here[row * words + index] = above[row * words + index] }
                    here[row * words + word] |= (goesLeft ^ turned) << shift
                }
            }
            guard let leaf = edge.leaf else { continue }
            collect(here, rowCount: rowCount, featureCount: tree.leaves[leaf].features.count)
            body(leaf, distinct)
        }
    }

    private mutating func collect(_ missed: UnsafePointer<UInt64>, rowCount: Int, featureCount: Int) {
        distinct.patterns.removeAll(keepingCapacity: true)
        distinct.patternOfRow.removeAll(keepingCapacity: true)
        distinct.count = 0
        var used: [Int] = []
        // Few features: each pattern has a slot of its own.
        let isDirect = featureCount < Int.bitWidth && (slotMask + 1) >> featureCount > 0
        for row in 0..<rowCount {
            let own = missed + row * words
            var slot = isDirect ? Int(own[0]) : self.slot(own)
            while true {
                let number = Int(slots[slot]) - 1
                if number < 0 {
                    slots[slot] = Int32(distinct.count + 1)
                    used.append(slot)
                    distinct.patternOfRow.append(distinct.count)
                    distinct.count += 1
                    for index in 0..<words {
                        distinct.patterns.append(~own[index] & Self.mask(featureCount, word: index))
                    }
                    break
                }
                if isEqual(own, number, featureCount) {
                    distinct.patternOfRow.append(number)
                    break
                }
                slot = (slot + 1) & slotMask
            }
        }
        for slot in used { slots[slot] = 0 }
    }

    private func slot(_ missed: UnsafePointer<UInt64>) -> Int {
        var hash = missed[0]
        for index in 1..<max(1, words) { hash = (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9 &+ missed[index] }
        return Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 32) & slotMask
    }

    private func isEqual(_ missed: UnsafePointer<UInt64>, _ number: Int, _ featureCount: Int) -> Bool {
        for index in 0..<words
        where distinct.patterns[number * words + index] != ~missed[index] & Self.mask(featureCount, word: index) {
            return false
        }
        return true
    }

    /// The bits of a word that belong to features.
    static func mask(_ featureCount: Int, word: Int) -> UInt64 {
        let count = featureCount - word * 64
        return count >= 64 ? .max : count <= 0 ? 0 : 1 << UInt64(count) - 1
    }
}
