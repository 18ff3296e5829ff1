import CTreeKernels

/// One thread's histogram under construction.
///
/// An entry of the accumulator holds the gradient in one 64-bit half, and hessian and row count in the other: a row
/// adds `hessian << 16 | 1`. After at most ``largestBatch`` rows the entries are spilled to wide sums.
final class HistogramAccumulator {
    /// It fits the count's 16 bits, and 2^30 (the largest gradient and hessian) times it fits 47 bits.
    private static let largestBatch = 65535

    private let layout: HistogramLayout
    private let entries: UnsafeMutablePointer<SIMD2<Int64>>
    private let sums: UnsafeMutablePointer<GradientSums>
    private var batchRows = 0
    private var hasSpilled = false
    /// Whether rows were added since the last ``reset()``.
    private(set) var isUsed = false

    /// All entries are zero.
    init(_ layout: HistogramLayout) {
        self.layout = layout
        entries = .allocate(capacity: layout.accumulatorEntries)
        entries.initialize(repeating: .zero, count: layout.accumulatorEntries)
        sums = .allocate(capacity: layout.accumulatorEntries)
        sums.initialize(repeating: GradientSums(), count: layout.accumulatorEntries)
    }

    deinit {
        entries.deallocate()
        sums.deallocate()
    }

    /// Adds rows of a shard: those listed, or without a list the first `count`. `gradients` begin at the shard's first row.
    /// - Parameter groups: the groups to count, in ascending order; nil for all.
    func add(
        _ matrix: BinnedRows, shard: Int, rows: UnsafePointer<UInt16>?, count: Int,
        gradients: UnsafePointer<GradientPair>, groups: [Int]?
    ) {
        guard count > 0 else { return }
        if batchRows + count > Self.largestBatch { spill(groups) }
        batchRows += count
        isUsed = true
        for (index, tile) in layout.tiles.enumerated() {
            let stride = matrix.strides[index]
            let codes = matrix.rows(tile: index, shard: shard)
            if let groups {
                for group in groups where tile.groups.contains(group) {
                    addColumn(
                        codes + (group - tile.groups.lowerBound), stride: stride, rows: rows, count: count,
                        gradients: gradients, to: entries + layout.groups[group].offset)
                }
            } else if let rows {
                addListed(tile, codes: codes, stride: stride, rows: rows, count: count, gradients: gradients)
            } else {
                addAll(tile, codes: codes, stride: stride, count: count, gradients: gradients)
            }
        }
    }

    /// Calls `body` with the sums of each code of a group, and clears them.
    @inline(__always)
    func drain(group: Int, _ body: (_ code: Int, _ sums: GradientSums) -> Void) {
        let offset = layout.groups[group].offset
        for code in 0..<layout.groups[group].codeCount {
            let entry = entries[offset + code]
            var total = GradientSums(gradient: entry[0], hessian: entry[1] &>> 16, count: Int(entry[1] & 0xFFFF))
            entries[offset + code] = .zero
            if hasSpilled {
                total = total + sums[offset + code]
                sums[offset + code] = GradientSums()
            }
            if total.count != 0 { body(code, total) }
        }
    }

    /// Called once all groups are drained.
    func reset() {
        batchRows = 0
        hasSpilled = false
        isUsed = false
    }

    private func spill(_ groups: [Int]?) {
        for group in groups ?? Array(layout.groups.indices) {
            let offset = layout.groups[group].offset
            for index in offset..<(offset + layout.groups[group].codeCount) {
                let entry = entries[index]
                sums[index] =
                    sums[index]
                    + GradientSums(gradient: entry[0], hessian: entry[1] &>> 16, count: Int(entry[1] & 0xFFFF))
                entries[index] = .zero
            }
        }
        batchRows = 0
        hasSpilled = true
    }

    @inline(__always)
    private static func packed(_ pair: GradientPair) -> SIMD2<Int64> {
        SIMD2(Int64(pair.x), Int64(pair.y) &<< 16 | 1)
    }

    private func addColumn(
        _ codes: UnsafePointer<UInt8>, stride: Int, rows: UnsafePointer<UInt16>?, count: Int,
        gradients: UnsafePointer<GradientPair>, to entries: UnsafeMutablePointer<SIMD2<Int64>>
    ) {
        if let rows {
            for index in 0..<count {
                let row = Int(rows[index])
                entries[Int(codes[row &* stride])] &+= Self.packed(gradients[row])
            }
        } else {
            for row in 0..<count { entries[Int(codes[row &* stride])] &+= Self.packed(gradients[row]) }
        }
    }

    private func addListed(
        _ tile: HistogramLayout.Tile, codes: UnsafePointer<UInt8>, stride: Int, rows: UnsafePointer<UInt16>, count: Int,
        gradients: UnsafePointer<GradientPair>
    ) {
        let ahead = 16
        let target = entries + tile.offset, groupCount = tile.groups.count
        for index in 0..<max(0, count - ahead) {
            let next = Int(rows[index &+ ahead])
            tree_kernel_prefetch(codes + next &* stride)
            tree_kernel_prefetch(gradients + next)
            let row = Int(rows[index])
            Self.addRow(codes + row &* stride, Self.packed(gradients[row]), to: target, groupCount)
        }
        for index in max(0, count - ahead)..<count {
            let row = Int(rows[index])
            Self.addRow(codes + row &* stride, Self.packed(gradients[row]), to: target, groupCount)
        }
    }

    private func addAll(
        _ tile: HistogramLayout.Tile, codes: UnsafePointer<UInt8>, stride: Int, count: Int,
        gradients: UnsafePointer<GradientPair>
    ) {
        let target = entries + tile.offset, groupCount = tile.groups.count
        for row in 0..<count {
            Self.addRow(codes + row &* stride, Self.packed(gradients[row]), to: target, groupCount)
        }
    }

    /// Adds one row's pair to all groups of a tile, four codes from one load.
    @inline(__always)
    private static func addRow(
        _ codes: UnsafePointer<UInt8>, _ pair: SIMD2<Int64>, to entries: UnsafeMutablePointer<SIMD2<Int64>>,
        _ groupCount: Int
    ) {
        let stride = HistogramLayout.groupStride
        var target = entries
        var group = 0
        while group &+ 4 <= groupCount {
            let word = UnsafeRawPointer(codes + group).loadUnaligned(as: UInt32.self)
            target[Int(word & 255)] &+= pair
            target[stride &+ Int((word &>> 8) & 255)] &+= pair
            target[2 &* stride &+ Int((word &>> 16) & 255)] &+= pair
            target[3 &* stride &+ Int(word &>> 24)] &+= pair
            target += 4 &* stride
            group &+= 4
        }
        while group < groupCount {
            target[Int(codes[group])] &+= pair
            target += stride
            group &+= 1
        }
    }
}
