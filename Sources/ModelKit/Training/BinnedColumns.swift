import Parallelism

/// Features as bin codes of one byte, column by column; rows are handled in shards.
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

    func rowCount(ofShard shard: Int) -> Int {
        min(Self.shardRows, rowCount - shard * Self.shardRows)
    }
}

extension FeatureBins {
    /// Bins of each feature from at most `sampleRows` of the rows (nil: all), chosen by the seed.
    static func bins(
        of features: FeatureMatrix, rows candidates: [Int]?, maximum: Int, sampleRows: Int, seed: UInt64,
        team: ThreadTeam
    ) -> [FeatureBins] {
        let count = candidates?.count ?? features.rowCount
        var rows = candidates
        if count > sampleRows {
            // One random row of each of `sampleRows` equal ranges.
            rows = (0..<sampleRows).map { index in
                let start = index * count / sampleRows
                let end = (index + 1) * count / sampleRows
                let position = start + Int(RandomBits.bits(seed, UInt64(index)) % UInt64(end - start))
                return candidates?[position] ?? position
            }
        }
        let sample = rows
        let empty = FeatureBins(sample: [], maximum: maximum)
        let result = UnsafeMutablePointer<FeatureBins>.allocate(capacity: features.featureCount)
        result.initialize(repeating: empty, count: features.featureCount)
        defer {
            result.deinitialize(count: features.featureCount)
            result.deallocate()
        }
        team.forEach(count: features.featureCount) { feature, _ in
            let column = features.columns[feature]
            result[feature] =
                if let sample {
                    FeatureBins(sample: sample.map { column[$0] }, maximum: maximum)
                } else {
                    FeatureBins(sample: column, maximum: maximum)
                }
        }
        return Array(UnsafeBufferPointer(start: result, count: features.featureCount))
    }
}
