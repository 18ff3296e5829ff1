/// What a feature's importance in an ensemble is counted by.
public enum TreeImportance: String, Sendable, Hashable, Codable, CaseIterable {
    /// The sum of what its splits gained in training: LightGBM's `gain`, XGBoost's `total_gain`.
    case gain
    /// The number of its splits: LightGBM's `split`, XGBoost's `weight`.
    case splits
    /// The sum of hessians (boosted trees) or weights (forests) at its splits: XGBoost's `total_cover`.
    case cover
}

extension TreeEnsemble {
    /// Each feature's importance, in the order of ``featureNames``; not scaled. 0 for features that no tree uses.
    public func importance(by measure: TreeImportance) -> [Double] {
        var result = [Double](repeating: 0, count: featureNames.count)
        for tree in trees {
            for node in tree.nodes {
                switch measure {
                case .gain: result[Int(node.feature)] += max(0, node.gain)
                case .splits: result[Int(node.feature)] += 1
                case .cover: result[Int(node.feature)] += node.weight
                }
            }
        }
        return result
    }
}
