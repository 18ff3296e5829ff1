/// The leaves of one tree, each with the features on its path, for interventional Shapley values.
///
/// Each of a leaf's features gets a bit: 1 where a row takes all of the feature's edges on the path. A row's bits are its pattern
/// at the leaf.
struct InterventionalTree: Sendable {
    /// An edge from a node to its child.
    struct Edge: Sendable {
        let node: Int
        let isLeft: Bool
        /// From 1; the path above holds the edges of lower depths.
        let depth: Int
        /// The feature's bit in patterns of leaves below.
        let bit: Int
        /// The number of the leaf below; nil where the child is a node.
        let leaf: Int?
    }

    struct Leaf: Sendable {
        let value: Double
        /// In the order of their bits.
        let features: [Int]
    }

    let tests: NodeTests
    /// Each child right after its node.
    let edges: [Edge]
    /// In the order of the edges.
    let leaves: [Leaf]
    let depth: Int
    /// 64-bit words of a pattern.
    let words: Int

    /// - Parameters:
    ///   - tests: the tree's nodes, as they compare columns.
    ///   - scale: a factor of the leaves' values.
    init(_ tree: DecisionTree, _ tests: NodeTests, scale: Double) {
        self.tests = tests
        var edges: [Edge] = []
        var leaves: [Leaf] = []
        var path: [Int] = []
        var bits: [Int: Int] = [:]
        var deepest = 0, mostFeatures = 0
        var pending: [(node: Int, isLeft: Bool, depth: Int, features: Int)] = []
        func push(_ node: Int, _ depth: Int) {
            pending.append((node, false, depth, path.count))
            pending.append((node, true, depth, path.count))
        }
        if tree.nodes.isEmpty {
            leaves.append(Leaf(value: tree.leaves[0].value * scale, features: []))
        } else {
            push(0, 1)
        }
        while let (index, isLeft, depth, featureCount) = pending.popLast() {
            while path.count > featureCount { bits[path.removeLast()] = nil }
            let node = tree.nodes[index]
            let feature = Int(node.feature)
            let bit = bits[feature] ?? path.count
            if bit == path.count {
                path.append(feature)
                bits[feature] = bit
            }
            let child = isLeft ? node.left : node.right
            edges.append(
                Edge(
                    node: index, isLeft: isLeft, depth: depth, bit: bit, leaf: child < 0 ? leaves.count : nil))
            if child < 0 {
                leaves.append(Leaf(value: tree.leaves[Int(~child)].value * scale, features: path))
            } else {
                push(Int(child), depth + 1)
            }
            deepest = max(deepest, depth)
            mostFeatures = max(mostFeatures, path.count)
        }
        self.edges = edges
        self.leaves = leaves
        depth = deepest
        words = max(1, (mostFeatures + 63) / 64)
    }
}
