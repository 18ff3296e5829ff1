import Parallelism

/// The joined codes of ``HistogramLayout``'s groups, row by row within a tile: everything that a row adds to a
/// histogram is in one cache line.
///
/// `@unchecked Sendable`: the memory is written in `init` only.
final class BinnedRows: @unchecked Sendable {
    let layout: HistogramLayout
    let columns: BinnedColumns
    /// Of features whose codes are groups of bins.
    let orders: [Int: BinOrder]
    /// Bytes of a row, for each tile.
    let strides: [Int]
    private let tiles: [UnsafeMutablePointer<UInt8>]

    init(_ columns: BinnedColumns, orders: [Int: BinOrder], layout: HistogramLayout, team: ThreadTeam) {
        self.orders = orders
        self.columns = columns
        self.layout = layout
        let rowCount = columns.rowCount
        // Whole words: the kernel reads four codes at once.
        let strides = layout.tiles.map { ($0.groups.count + 3) / 4 * 4 }
        let tiles = strides.map { stride in
            let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: stride * rowCount + 8)
            bytes.initialize(repeating: 0, count: stride * rowCount + 8)
            return bytes
        }
        self.strides = strides
        self.tiles = tiles
        team.forEach(count: columns.shardCount) { shard, _ in
            for (tile, stride) in zip(layout.tiles.indices, strides) {
                let first = layout.tiles[tile].groups.lowerBound
                let shardRows = tiles[tile] + shard * BinnedColumns.shardRows * stride
                for group in layout.tiles[tile].groups {
                    for member in layout.groups[group].members {
                        let source = columns.column(member.feature, shard: shard)
                        let target = shardRows + (group - first)
                        let missingCode = layout.codeCounts[member.feature]
                        for row in 0..<columns.rowCount(ofShard: shard) {
                            let bin = source[row] == FeatureBins.missing ? missingCode : Int(source[row])
                            target[row &* stride] &+= UInt8(truncatingIfNeeded: bin &* member.divisor)
                        }
                    }
                }
            }
        }
    }

    deinit { for tile in tiles { tile.deallocate() } }

    /// The codes of a tile from the first row of a shard on.
    func rows(tile: Int, shard: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(tiles[tile] + shard * BinnedColumns.shardRows * strides[tile])
    }
}
