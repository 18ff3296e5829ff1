import Parallelism

/// How finely features are divided into bins.
enum BinResolution: Sendable, Hashable {
    /// At most this many bins, of about equal numbers of sampled rows.
    case sampled(Int)
    /// The same with some of the 255 bins for the rarest values at both ends.
    case sampledWithTails
    /// A bin for each distinct value, or at most this many bins.
    case sorted(Int)

    /// What ``BoostedTreesConfiguration/maxBins`` stands for by itself.
    static let automatic = 0
    static let largestCount = 65_535
    /// With more rows than this, `automatic` is not one bin for each distinct value, and bins are chosen by a sample of
    /// this many rows.
    static let sampleRows = 200_000

    init(maxBins: Int, rowCount: Int) {
        self =
            if maxBins == Self.automatic {
                rowCount <= Self.sampleRows ? .sorted(.max) : .sampledWithTails
            } else {
                maxBins <= FeatureBins.maximumCodes ? .sampled(maxBins) : .sorted(maxBins)
            }
    }

    /// Throws for a setting that is neither 0 nor from 2 to 65,535.
    static func require(_ maxBins: Int) throws(ModelError) {
        guard maxBins != automatic else { return }
        guard maxBins >= 2, maxBins <= largestCount else {
            throw .invalidSetting(
                "maxBins is \(maxBins); it must be 0 (chosen by the data) or from 2 to \(largestCount)")
        }
    }
}

extension FeatureBins {
    /// Bins of each feature and, where codes are groups of bins, the rows in the bins' order.
    /// - Parameter candidates: the rows that count; nil: all.
    static func bins(
        of features: FeatureMatrix, rows candidates: [Int]?, resolution: BinResolution, seed: UInt64, team: ThreadTeam
    ) -> [(bins: FeatureBins, order: BinOrder?)] {
        let sample = resolution.isSampled ? sampled(candidates, of: features.rowCount, seed: seed) : candidates
        let result = UnsafeMutablePointer<(bins: FeatureBins, order: BinOrder?)>
            .allocate(capacity: features.featureCount)
        result.initialize(
            repeating: (FeatureBins(sample: [], maximum: 2), nil), count: features.featureCount)
        defer {
            result.deinitialize(count: features.featureCount)
            result.deallocate()
        }
        team.forEach(count: features.featureCount) { feature, _ in
            let column = features.columns[feature]
            switch resolution {
            case .sampled(let maximum):
                let bins = sample.map { FeatureBins(sample: $0.map { column[$0] }, maximum: maximum) }
                result[feature].bins = bins ?? FeatureBins(sample: column, maximum: maximum)
            case .sampledWithTails:
                let values = RadixSort.sorted(sample.map { $0.map { column[$0] } } ?? column)
                let tails = RareTails(of: column, rows: candidates, sample: values)
                result[feature].bins = FeatureBins(sorted: values, tails: tails)
            case .sorted(let maximum):
                let rows = RadixSort.sortedRows(column, rows: sample)
                let bins = FeatureBins(sorted: rows.lazy.map { column[Int($0)] + 0 }, maximum: maximum)
                result[feature] = (bins, bins.isGrouped ? BinOrder(rows, of: column, bins: bins) : nil)
            }
        }
        return Array(UnsafeBufferPointer(start: result, count: features.featureCount))
    }

    /// One random row of each of equal ranges; nil: all rows.
    private static func sampled(_ candidates: [Int]?, of rowCount: Int, seed: UInt64) -> [Int]? {
        let count = candidates?.count ?? rowCount
        let size = BinResolution.sampleRows
        guard count > size else { return candidates }
        return (0..<size).map { index in
            let start = index * count / size
            let end = (index + 1) * count / size
            let position = start + Int(RandomBits.bits(seed, UInt64(index)) % UInt64(end - start))
            return candidates?[position] ?? position
        }
    }
}

extension BinResolution {
    fileprivate var isSampled: Bool {
        switch self {
        case .sampled, .sampledWithTails: true
        case .sorted: false
        }
    }
}
