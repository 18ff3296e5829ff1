/// Draws the features that a tree and its nodes may be split on.
struct FeatureSampling {
    /// Features of more than one value.
    let usable: [Int]
    let settings: GrowthSettings

    func features(ofTree seed: UInt64) -> [Int] {
        guard settings.columnSubsample < 1 else { return usable }
        let share = max(1, Int((settings.columnSubsample * Double(usable.count)).rounded()))
        return RandomBits.sample(min(share, usable.count), of: usable.count, seed: seed).map { usable[$0] }
    }

    /// The features that a node may be split on; further sets are used one after the other when there is no split on
    /// the earlier ones.
    /// - Parameters:
    ///   - features: the tree's.
    ///   - node: the random bits of the node.
    func sets(of features: [Int], node: UInt64) -> [[Int]] {
        guard let size = settings.featuresPerNode, size < features.count else { return [features] }
        let order = features.map { (key: RandomBits.bits(node, UInt64($0)), feature: $0) }
            .sorted { $0 < $1 }.map(\.feature)
        return stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min(order.count, $0 + size)]) }
    }
}
