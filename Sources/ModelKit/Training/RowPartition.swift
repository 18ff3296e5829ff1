import CTreeKernels
import Parallelism

/// How a split of a tree divides the bins of a feature: codes up to `code` go to the left.
struct BinSplit: Sendable, Hashable {
    let feature: Int
    let code: UInt8
    /// Where codes are groups of bins: values up to this one go to the left, and `code` is that of the value.
    var value: Float?
    let missingGoesLeft: Bool
}

/// A leaf's rows in a shard, numbered from the shard's first; without a list they are the first `count`.
struct LeafRows {
    let list: UnsafePointer<UInt16>?
    let count: Int
}

/// Which rows are in which leaf while a tree grows.
///
/// Each shard keeps its rows in one list, those of a leaf side by side and in ascending order. Shards are independent:
/// a thread that works on one needs no data of another.
final class RowPartition {
    private struct Extent {
        var start: Int32
        var count: Int32
    }

    let columns: BinnedColumns
    private let rows: UnsafeMutablePointer<UInt16>
    /// The leaf of each row, or ``noLeaf``; nil when nobody asks for it.
    let leafOfRow: UnsafeMutablePointer<UInt32>?
    private var extents: UnsafeMutablePointer<Extent>
    private var leafCapacity: Int
    /// All rows are in leaf 0 and its list has not been written.
    private var isWhole = true
    private let kernelLevel: Int32

    /// A thread's temporary memory for a split.
    static let scratchRows = BinnedColumns.shardRows + 32

    static let noLeaf = UInt32.max

    /// - Parameter tracksRows: whether ``leafOfRow`` is kept.
    init(_ columns: BinnedColumns, tracksRows: Bool = false, kernelLevel: Int32 = tree_kernel_best_level()) {
        self.columns = columns
        self.kernelLevel = kernelLevel
        leafCapacity = 32
        leafOfRow = tracksRows ? .allocate(capacity: columns.rowCount) : nil
        rows = .allocate(capacity: columns.rowCount + 32)
        extents = .allocate(capacity: leafCapacity * columns.shardCount)
        startWithAllRows()
    }

    deinit {
        rows.deallocate()
        leafOfRow?.deallocate()
        extents.deallocate()
    }

    /// Puts all rows into leaf 0.
    func startWithAllRows() {
        isWhole = true
        leafOfRow?.initialize(repeating: 0, count: columns.rowCount)
        for shard in 0..<columns.shardCount {
            extents[shard] = Extent(start: 0, count: Int32(columns.rowCount(ofShard: shard)))
        }
    }

    /// Puts those rows into leaf 0 for which `isChosen` says so.
    func start(team: ThreadTeam, where isChosen: (_ row: Int) -> Bool) {
        isWhole = false
        team.forEach(count: columns.shardCount) { shard, _ in
            let first = shard * BinnedColumns.shardRows
            var count = 0
            for row in 0..<columns.rowCount(ofShard: shard) {
                let isChosen = isChosen(first + row)
                rows[first + count] = UInt16(truncatingIfNeeded: row)
                count += isChosen ? 1 : 0
                leafOfRow?[first + row] = isChosen ? 0 : Self.noLeaf
            }
            extents[shard] = Extent(start: 0, count: Int32(count))
        }
    }

    /// Makes room for leaves with numbers below `count`; not while threads work on shards.
    func reserve(leaves count: Int) {
        guard count > leafCapacity else { return }
        let capacity = max(count, leafCapacity * 2)
        let larger = UnsafeMutablePointer<Extent>.allocate(capacity: capacity * columns.shardCount)
        larger.update(from: extents, count: leafCapacity * columns.shardCount)
        extents.deallocate()
        extents = larger
        leafCapacity = capacity
    }

    /// Called once all shards have been split for the first time.
    func noteFirstSplit() { isWhole = false }

    /// A leaf's rows in a shard.
    func rows(leaf: Int, shard: Int) -> LeafRows {
        let rows = listedRows(leaf: leaf, shard: shard)
        return LeafRows(list: isWhole ? nil : rows.list, count: rows.count)
    }

    /// The same for a leaf that a split has touched in this shard.
    func listedRows(leaf: Int, shard: Int) -> LeafRows {
        let extent = extents[leaf * columns.shardCount + shard]
        let list = rows + shard * BinnedColumns.shardRows + Int(extent.start)
        return LeafRows(list: UnsafePointer(list), count: Int(extent.count))
    }

    /// Moves those of a leaf's rows in a shard that go to the right into a new leaf.
    /// - Parameter isFirst: this is the shard's first split.
    func split(
        _ split: BinSplit, leaf: Int, newLeaf: Int, shard: Int, isFirst: Bool, scratch: UnsafeMutablePointer<UInt16>
    ) {
        let extent = extents[leaf * columns.shardCount + shard]
        let list = rows + shard * BinnedColumns.shardRows + Int(extent.start)
        let leftCount = Int32(
            divide(split, list, Int(extent.count), shard: shard, isUnwritten: isWhole && isFirst, scratch: scratch))
        extents[leaf * columns.shardCount + shard].count = leftCount
        extents[newLeaf * columns.shardCount + shard] = Extent(
            start: extent.start + leftCount, count: extent.count - leftCount)
        if let leafOfRow {
            let leaves = leafOfRow + shard * BinnedColumns.shardRows
            for index in Int(leftCount)..<Int(extent.count) { leaves[Int(list[index])] = UInt32(newLeaf) }
        }
    }

    /// - Parameter isUnwritten: the list does not yet hold the first `count` rows that it stands for.
    /// - Returns: how many rows go to the left.
    private func divide(
        _ split: BinSplit, _ list: UnsafeMutablePointer<UInt16>, _ count: Int, shard: Int, isUnwritten: Bool,
        scratch: UnsafeMutablePointer<UInt16>
    ) -> Int {
        if let value = split.value {
            if isUnwritten { for row in 0..<count { list[row] = UInt16(truncatingIfNeeded: row) } }
            return columns.withValues(split.feature, shard: shard) {
                tree_kernel_partition_values(
                    kernelLevel, list, count, $0.baseAddress, split.missingGoesLeft ? 1 : 0, value, scratch)
            }
        }
        // Missing is 255: shifted by one it becomes 0, the lowest code.
        let shift: UInt8 = split.missingGoesLeft ? 1 : 0
        let partition = isUnwritten ? tree_kernel_partition_all : tree_kernel_partition
        return partition(
            kernelLevel, list, count, columns.column(split.feature, shard: shard), shift, split.code + shift, scratch)
    }

    /// Divides the rows of leaf 0 by the splits of a tree that was grown on other rows.
    func follow(_ splits: [AppliedSplit], team: ThreadTeam, scratch: [UnsafeMutablePointer<UInt16>]) {
        guard !splits.isEmpty else { return }
        reserve(leaves: splits.count + 1)
        team.forEach(count: columns.shardCount) { shard, thread in
            for (index, applied) in splits.enumerated() {
                split(
                    applied.split, leaf: applied.leaf, newLeaf: applied.newLeaf, shard: shard, isFirst: index == 0,
                    scratch: scratch[thread])
            }
        }
        isWhole = false
    }
}

/// A split in the order in which a tree grew: `leaf` keeps the left side.
struct AppliedSplit: Sendable, Hashable {
    let split: BinSplit
    let leaf: Int
    let newLeaf: Int
}
