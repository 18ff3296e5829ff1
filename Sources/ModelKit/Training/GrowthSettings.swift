/// Settings for growing one tree, boosted or bagged.
struct GrowthSettings: Sendable, Hashable {
    var growth: TreeGrowth
    /// 0: no limit.
    var maxLeaves: Int
    /// Splits from the root to a leaf; 0: no limit.
    var maxDepth: Int
    var minChildWeight: Double
    var minRowsPerLeaf: Int
    var l1: Double
    var l2: Double
    var minSplitGain: Double
    /// The factor of leaf values.
    var learningRate: Double
    /// Share of the features that a tree may use.
    var columnSubsample: Double
    /// The number of features, drawn for each node, that a node may use; nil: all of the tree's.
    var featuresPerNode: Int?
    /// By feature; empty where nothing is constrained.
    var monotone: [Int: Monotonicity] = [:]
}

/// The order in which leaves are split.
public enum TreeGrowth: String, Sendable, Hashable, Codable, CaseIterable {
    /// The leaf of the greatest gain first, wherever it is: fewer leaves for the same loss, deeper trees.
    case leafWise
    /// Level by level, within a level by gain.
    case depthWise
}

/// The size of one unit of the integer gradient sums.
struct GradientScale: Sendable, Hashable {
    /// Powers of two.
    let gradient: Double
    let hessian: Double

    /// Units for which the largest gradient and hessian of a row are at most 2^30.
    init(largestGradient: Double, largestHessian: Double) {
        gradient = Self.unit(largestGradient)
        hessian = Self.unit(largestHessian)
    }

    private static func unit(_ largest: Double) -> Double {
        var unit = 0x1p-30
        while unit * 0x1p30 < largest { unit *= 2 }
        while unit * 0x1p29 >= largest, unit > 0x1p-120 { unit /= 2 }
        return unit
    }

    func gradient(_ sums: GradientSums) -> Double { Double(sums.gradient) * gradient }
    func hessian(_ sums: GradientSums) -> Double { Double(sums.hessian) * hessian }
}
