import CTreeKernels
import Parallelism

/// How a split of a tree divides the bins of a feature: codes up to `threshold` go to the left.
struct BinSplit: Sendable, Hashable {
    let feature: Int
    let threshold: UInt8
    let missingGoesLeft: Bool
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
    private var extents: UnsafeMutablePointer<Extent>
    private var leafCapacity: Int
    /// All rows are in leaf 0 and its list has not been written.
    private var isWhole = true
    private let kernelLevel: Int32

    /// A thread's temporary memory for a split.
    static let scratchRows = BinnedColumns.shardRows + 32

    init(_ columns: BinnedColumns, kernelLevel: Int32 = tree_kernel_best_level()) {
        self.columns = columns
        self.kernelLevel = kernelLevel
        leafCapacity = 32
        rows = .allocate(capacity: columns.rowCount + 32)
        extents = .allocate(capacity: leafCapacity * columns.shardCount)
        startWithAllRows()
    }

    deinit {
        rows.deallocate()
        extents.deallocate()
    }

    /// Puts all rows into leaf 0.
    func startWithAllRows() {
        isWhole = true
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
                rows[first + count] = UInt16(truncatingIfNeeded: row)
                count += isChosen(first + row) ? 1 : 0
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

    /// A leaf's rows in a shard, numbered from the shard's first; without a list they are the first `count`.
    func rows(leaf: Int, shard: Int) -> (list: UnsafePointer<UInt16>?, count: Int) {
        let extent = extents[leaf * columns.shardCount + shard]
        let list = rows + shard * BinnedColumns.shardRows + Int(extent.start)
        return (isWhole ? nil : UnsafePointer(list), Int(extent.count))
    }

    /// The same for a leaf that a split has touched in this shard.
    func listedRows(leaf: Int, shard: Int) -> (list: UnsafePointer<UInt16>, count: Int) {
        let extent = extents[leaf * columns.shardCount + shard]
        return (UnsafePointer(rows + shard * BinnedColumns.shardRows + Int(extent.start)), Int(extent.count))
    }

    /// Moves those of a leaf's rows in a shard that go to the right into a new leaf.
    /// - Parameter isFirst: this is the shard's first split.
    func split(
        _ split: BinSplit, leaf: Int, newLeaf: Int, shard: Int, isFirst: Bool, scratch: UnsafeMutablePointer<UInt16>
    ) {
        let extent = extents[leaf * columns.shardCount + shard]
        let list = rows + shard * BinnedColumns.shardRows + Int(extent.start)
        let column = columns.column(split.feature, shard: shard)
        // Missing is 255: shifted by one it becomes 0, the lowest code.
        let shift: UInt8 = split.missingGoesLeft ? 1 : 0
        let partition = isWhole && isFirst ? tree_kernel_partition_all : tree_kernel_partition
        let leftCount = Int32(
            partition(kernelLevel, list, Int(extent.count), column, shift, split.threshold + shift, scratch))
        extents[leaf * columns.shardCount + shard].count = leftCount
        extents[newLeaf * columns.shardCount + shard] = Extent(
            start: extent.start + leftCount, count: extent.count - leftCount)
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
