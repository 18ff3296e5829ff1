/// A binary tree of numeric tests in parallel arrays: one entry per node, and in separate arrays one per leaf.
///
/// A child is a node's number, or `~leaf` (negative) for a leaf. Node 0 is the root; a tree without nodes is one leaf.
/// A row goes to the left when `value <= threshold`, or when the value is NaN and the node's default is left.
/// Thresholds of models trained by this library are 32-bit, as features are, so that every runtime takes the same
/// branches; those of other programs may be 64-bit.
package struct DecisionTree: Sendable, Hashable {
    package struct Node: Sendable, Hashable {
        package var feature: Int32
        /// The greatest 32-bit number that is not above ``exactThreshold``; it gives the same decision for every 32-bit
        /// value.
        package var threshold: Float
        package var exactThreshold: Double
        package var defaultLeft: Bool
        package var left: Int32
        package var right: Int32
        /// What the split gained in training.
        package var gain: Double
        /// What the node would predict as a leaf, its sum of hessians, and its rows in training.
        package var value: Double
        package var weight: Double
        package var count: Int

        package init(
            feature: Int32, threshold: Float, defaultLeft: Bool, left: Int32, right: Int32, gain: Double, value: Double,
            weight: Double, count: Int
        ) {
            self.feature = feature
            self.threshold = threshold
            exactThreshold = Double(threshold)
            self.defaultLeft = defaultLeft
            self.left = left
            self.right = right
            self.gain = gain
            self.value = value
            self.weight = weight
            self.count = count
        }
    }

    /// The greatest 32-bit number that is not above a 64-bit one.
    package static func roundedDown(_ value: Double) -> Float {
        let nearest = Float(value)
        return Double(nearest) > value ? nearest.nextDown : nearest
    }

    package struct Leaf: Sendable, Hashable {
        package var value: Double
        package var weight: Double
        package var count: Int

        package init(value: Double, weight: Double, count: Int) {
            self.value = value
            self.weight = weight
            self.count = count
        }
    }

    package var nodes: [Node]
    package var leaves: [Leaf]

    package init(nodes: [Node], leaves: [Leaf]) {
        self.nodes = nodes
        self.leaves = leaves
    }

    /// A tree that gives every row the same value.
    package init(constant value: Double, weight: Double = 0, count: Int = 0) {
        self.init(nodes: [], leaves: [Leaf(value: value, weight: weight, count: count)])
    }

    /// Adds a constant to the value of every row.
    package mutating func shift(by amount: Double) {
        for index in leaves.indices { leaves[index].value += amount }
        for index in nodes.indices { nodes[index].value += amount }
    }

    /// The leaves from left to right, and for each node the range of positions of the leaves on its left.
    ///
    /// The tree is valid: each node and each leaf is one node's child.
    package var leavesInOrder: (leaves: [Int], leftRanges: [Range<Int>]) {
        var order: [Int] = []
        var ranges = [Range<Int>](repeating: 0..<0, count: nodes.count)
        guard !nodes.isEmpty else { return ([0], []) }
        // A node is visited twice: before its left side, and between its sides.
        var pending: [(child: Int32, isBetween: Bool)] = [(0, false)]
        while let (child, isBetween) = pending.popLast() {
            if child < 0 {
                order.append(Int(~child))
            } else if isBetween {
                ranges[Int(child)] = ranges[Int(child)].lowerBound..<order.count
            } else {
                ranges[Int(child)] = order.count..<order.count
                pending.append((nodes[Int(child)].right, false))
                pending.append((child, true))
                pending.append((nodes[Int(child)].left, false))
            }
        }
        return (order, ranges)
    }

    /// The longest path from the root to a leaf, in nodes.
    package var depth: Int {
        var deepest = 0
        guard !nodes.isEmpty else { return 0 }
        var pending: [(node: Int, depth: Int)] = [(0, 1)]
        while let (node, depth) = pending.popLast() {
            deepest = max(deepest, depth)
            for child in [nodes[node].left, nodes[node].right] where child >= 0 {
                pending.append((Int(child), depth + 1))
            }
        }
        return deepest
    }
}
