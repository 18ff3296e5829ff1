/// What the share of training rows at each side of a split is measured by; ``ExplanationMethod/treePath`` averages over
/// both sides in these proportions.
public enum TreeCover: String, Sendable, Hashable, Codable, CaseIterable {
    /// The number of rows, as LightGBM's `pred_contrib` and shap for its models.
    case rows
    /// The sum of hessians of boosted trees, as XGBoost's `pred_contribs`; the sum of weights of forests, as shap for
    /// scikit-learn's.
    case weights
}

extension DecisionTree {
    /// The share of a node's cover that its left child has; nil where it has none, or covers are not numbers.
    func leftShare(_ node: Node, _ cover: TreeCover) -> Double? {
        func amount(_ child: Int32) -> Double {
            switch cover {
            case .rows: Double(child >= 0 ? nodes[Int(child)].count : leaves[Int(~child)].count)
            case .weights: child >= 0 ? nodes[Int(child)].weight : leaves[Int(~child)].weight
            }
        }
        let left = amount(node.left), right = amount(node.right)
        guard left >= 0, right >= 0, left + right > 0, (left + right).isFinite else { return nil }
        return left / (left + right)
    }

    /// The first node without cover.
    func nodeWithout(_ cover: TreeCover) -> Int? { nodes.firstIndex { leftShare($0, cover) == nil } }
}

extension TreeEnsemble {
    /// Rows for boosted trees and weights for forests, as the peers have it; the other where a model holds only that.
    /// - Throws: ``ModelError/unusableData(_:)`` for a model that holds neither.
    func usableCover(_ chosen: TreeCover?) throws(ModelError) -> TreeCover {
        func isUsable(_ cover: TreeCover) -> Bool { trees.allSatisfy { $0.nodeWithout(cover) == nil } }
        let preferred: [TreeCover] = combination == .mean ? [.weights, .rows] : [.rows, .weights]
        if let cover = (chosen.map { [$0] } ?? preferred).first(where: isUsable) { return cover }
        let cover = chosen ?? preferred[0]
        let tree = trees.firstIndex { $0.nodeWithout(cover) != nil } ?? 0
        throw .unusableData(
            "tree \(tree) holds no \(cover.rawValue) of training at node \(trees[tree].nodeWithout(cover) ?? 0), which "
                + "explanations by tree paths need; explain with a background")
    }
}
