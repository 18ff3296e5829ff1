/// Where the bins of each feature are in a leaf's histogram, and which features are counted together while it is built.
///
/// Features of few values are joined: two features of 16 and 13 codes are counted as one of 208, with one addition a row
/// instead of two; the sums of each are recovered afterwards. Sums are integers, so this changes no result.
struct HistogramLayout: Sendable {
    /// A feature's part of a joined code.
    struct Member: Sendable {
        let feature: Int
        let divisor: Int
        let codeCount: Int
        /// The feature's code for each joined code: `code / divisor % codeCount`.
        let digits: [UInt8]

        init(feature: Int, divisor: Int, codeCount: Int) {
            self.feature = feature
            self.divisor = divisor
            self.codeCount = codeCount
            digits = (0..<256).map { UInt8(truncatingIfNeeded: $0 / divisor % codeCount) }
        }
    }

    /// Features that are counted together.
    struct Group: Sendable {
        var members: [Member]
        var codeCount: Int
        /// The first entry of the group in an accumulator.
        var offset = 0
    }

    /// Groups whose codes lie side by side, so that a histogram of them stays in the first-level cache.
    struct Tile: Sendable {
        let groups: Range<Int>
        let offset: Int
    }

    /// The first code of each feature in a leaf's histogram; a feature's missing values, if there are any, come last.
    let featureOffsets: [Int]
    /// Of each feature's present values.
    let codeCounts: [Int]
    let hasMissing: [Bool]
    let totalCodes: Int
    let groups: [Group]
    let tiles: [Tile]
    let accumulatorEntries: Int
    /// The group of each feature; nil for a feature of one code, on which nothing can be split.
    let groupOfFeature: [Int?]

    private static let largestGroup = 256
    /// Entries from one group of an accumulator to the next. A constant, so that it is part of an instruction; not 256, so that
    /// equal codes of all groups do not fall on the same few lines of the cache.
    static let groupStride = 264
    private static let largestTile = 6144

    init(bins: [FeatureBins], hasMissing: [Bool]) {
        self.hasMissing = hasMissing
        codeCounts = bins.map(\.codeBounds.count)
        let codeCounts = zip(codeCounts, hasMissing).map { $0 + ($1 ? 1 : 0) }
        var offsets: [Int] = []
        var total = 0
        for count in codeCounts {
            offsets.append(total)
            total += count
        }
        featureOffsets = offsets
        totalCodes = total

        // Best fit, largest first.
        var groups: [Group] = []
        let order = codeCounts.indices.filter { codeCounts[$0] > 1 }.sorted {
            (codeCounts[$1], $0) < (codeCounts[$0], $1)
        }
        for feature in order {
            let count = codeCounts[feature]
            let fitting = groups.indices.filter { groups[$0].codeCount * count <= Self.largestGroup }
            if let best = fitting.max(by: { groups[$0].codeCount < groups[$1].codeCount }) {
                groups[best].members.append(
                    Member(feature: feature, divisor: groups[best].codeCount, codeCount: count))
                groups[best].codeCount *= count
            } else {
                groups.append(
                    Group(members: [Member(feature: feature, divisor: 1, codeCount: count)], codeCount: count))
            }
        }
        var tiles: [Tile] = []
        var first = 0
        var tileCodes = 0
        var groupOfFeature = [Int?](repeating: nil, count: bins.count)
        for index in groups.indices {
            if index > first, tileCodes + groups[index].codeCount > Self.largestTile {
                tiles.append(Tile(groups: first..<index, offset: first * Self.groupStride))
                first = index
                tileCodes = 0
            }
            tileCodes += groups[index].codeCount
            groups[index].offset = index * Self.groupStride
            for member in groups[index].members { groupOfFeature[member.feature] = index }
        }
        if first < groups.count { tiles.append(Tile(groups: first..<groups.count, offset: first * Self.groupStride)) }
        self.groups = groups
        self.tiles = tiles
        self.groupOfFeature = groupOfFeature
        accumulatorEntries = groups.count * Self.groupStride
    }
}
