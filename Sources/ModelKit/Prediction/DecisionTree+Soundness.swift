extension DecisionTree {
    /// Why this is not a valid tree over `featureCount` features; nil for a valid one.
    package func flaw(featureCount: Int) -> String? {
        guard leaves.count == nodes.count + 1 else { return "\(leaves.count) leaves for \(nodes.count) nodes" }
        guard leaves.count <= Int(Int32.max) else { return "\(leaves.count) leaves are too many" }
        var nodeIsChild = [Bool](repeating: false, count: nodes.count)
        var leafIsChild = [Bool](repeating: nodes.isEmpty, count: leaves.count)
        for (index, node) in nodes.enumerated() {
            guard node.feature >= 0, node.feature < featureCount else {
                return "node \(index): feature \(node.feature) of \(featureCount)"
            }
            guard !node.threshold.isNaN else { return "node \(index): the threshold is not a number" }
            guard Int(node.categorySet) < categorySets.count else {
                return "node \(index): category set \(node.categorySet) of \(categorySets.count)"
            }
            guard node.gain.isFinite else { return "node \(index): the gain is not finite" }
            for child in [node.left, node.right] {
                if child >= 0 {
                    // Parents come before children: with one parent each there can be no cycle.
                    guard Int(child) < nodes.count, child > index else { return "node \(index): child \(child)" }
                    guard !nodeIsChild[Int(child)] else { return "node \(child) has two parents" }
                    nodeIsChild[Int(child)] = true
                } else {
                    guard Int(~child) < leaves.count else { return "node \(index): leaf \(~child) of \(leaves.count)" }
                    guard !leafIsChild[Int(~child)] else { return "leaf \(~child) has two parents" }
                    leafIsChild[Int(~child)] = true
                }
            }
        }
        for (index, set) in categorySets.enumerated() {
            let end = set.firstCode + set.words.count * 32 - (set.words.last?.leadingZeroBitCount ?? 0)
            guard end <= CategorySet.codeLimit else {
                return "category set \(index): code \(end - 1), expected less than \(CategorySet.codeLimit)"
            }
        }
        for (index, leaf) in leaves.enumerated() where !leaf.value.isFinite { return "leaf \(index): \(leaf.value)" }
        return nil
    }
}
