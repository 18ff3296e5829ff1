import CTreeKernels

/// A tree as it compares the columns of ``TreeEnsemble/compared(_:threads:)``.
struct NodeTests: Sendable {
    let tree: DecisionTree
    /// Values above this, cut to whole numbers, are categories.
    let categoriesAbove: Float

    /// Writes for each value whether it goes to the left at a categorical node, eight to a byte.
    func decide(
        _ node: DecisionTree.Node, _ values: UnsafePointer<Float>, _ count: Int, _ bits: UnsafeMutablePointer<UInt8>
    ) {
        let set = tree.categorySets[Int(node.categorySet)]
        for start in stride(from: 0, to: count, by: 8) {
            var byte: UInt8 = 0
            for row in start..<min(count, start + 8) {
                let value = values[row]
                let goesLeft =
                    value.isNaN
                    ? node.defaultLeft : set.contains(Int(tree_kernel_category(value, categoriesAbove)))
                byte |= (goesLeft ? 1 : 0) << UInt8(row - start)
            }
            bits[start / 8] = byte
        }
    }
}

extension TreeEnsemble {
    /// One for each tree.
    var nodeTests: [NodeTests] {
        comparedTrees.map { NodeTests(tree: $0, categoriesAbove: arithmetic.categoriesAbove) }
    }
}
