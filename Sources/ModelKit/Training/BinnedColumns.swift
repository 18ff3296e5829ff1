import Parallelism

/// Features as codes of one byte (see ``FeatureBins``), column by column; rows are handled in shards.
///
/// `@unchecked Sendable`: the memory is written in `init` only.
final class BinnedColumns: @unchecked Sendable {
    /// Rows of a shard: few enough that a 16-bit number names one, and that their codes and gradients stay in a core's
    /// second-level cache.
    static let shardRows = 32768
    /// Kernels read whole vectors, up to this many bytes beyond the last row.
    private static let padding = 64

    let rowCount: Int
    let bins: [FeatureBins]
    let hasMissing: [Bool]
    let shardCount: Int
    private let values: FeatureMatrix
    private let codes: UnsafeMutablePointer<UInt8>
    private let stride: Int

    init(_ features: FeatureMatrix, bins: [FeatureBins], team: ThreadTeam) {
        let rowCount = features.rowCount
        let stride = rowCount + Self.padding
        let shardCount = (rowCount + Self.shardRows - 1) / Self.shardRows
        let codes = UnsafeMutablePointer<UInt8>.allocate(capacity: stride * bins.count)
        codes.initialize(repeating: 0, count: stride * bins.count)
        let missing = UnsafeMutablePointer<Bool>.allocate(capacity: max(1, shardCount * bins.count))
        missing.initialize(repeating: false, count: shardCount * bins.count)
        defer { missing.deallocate() }
        team.forEach(count: shardCount * bins.count) { task, _ in
            let feature = task % bins.count
            let start = task / bins.count * Self.shardRows
            let end = min(rowCount, start + Self.shardRows)
            features.columns[feature].withUnsafeBufferPointer { column in
                missing[task] = bins[feature].encode(
                    UnsafeBufferPointer(rebasing: column[start..<end]), into: codes + feature * stride + start)
            }
        }
        hasMissing = bins.indices.map { feature in
            (0..<shardCount).contains { missing[$0 * bins.count + feature] }
        }
        values = features
        self.rowCount = rowCount
        self.bins = bins
        self.shardCount = shardCount
        self.codes = codes
        self.stride = stride
    }

    deinit { codes.deallocate() }

    /// The codes of a feature from the first row of a shard on.
    func column(_ feature: Int, shard: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(codes + feature * stride + shard * Self.shardRows)
    }

    /// Calls `body` with the values of a feature from the first row of a shard on.
    func withValues<Result>(
        _ feature: Int, shard: Int, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) -> Result {
        values.columns[feature].withUnsafeBufferPointer { column in
            body(UnsafeBufferPointer(rebasing: column[(shard * Self.shardRows)...]))
        }
    }

    func value(_ feature: Int, row: Int) -> Float { values.columns[feature][row] }

    func rowCount(ofShard shard: Int) -> Int {
        min(Self.shardRows, rowCount - shard * Self.shardRows)
    }
}
