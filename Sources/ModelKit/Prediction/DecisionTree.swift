/// A binary tree of tests in parallel arrays: one entry per node, and in separate arrays one per leaf.
///
/// A child is a node's number, or `~leaf` (negative) for a leaf. Node 0 is the root; a tree without nodes is one leaf.
/// A row goes to the left when `value <= threshold`, at a categorical node when the value's code is in the node's set;
/// and to the node's default side when the value is missing, which is NaN and, where the node says so, zero.
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
        /// Whether values within ``DecisionTree/zeroRange`` are missing, too: LightGBM's `zero_as_missing`.
        package var zeroIsMissing = false
        /// The position in ``DecisionTree/categorySets`` of the codes that go to the left; negative for a numeric node,
        /// whose thresholds count instead.
        package var categorySet: Int32 = -1
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

        /// A categorical node.
        package init(
            feature: Int32, categorySet: Int32, defaultLeft: Bool, left: Int32, right: Int32, gain: Double,
            value: Double, weight: Double, count: Int
        ) {
            self.init(
                feature: feature, threshold: 0, defaultLeft: defaultLeft, left: left, right: right, gain: gain,
                value: value, weight: weight, count: count)
            self.categorySet = categorySet
        }

        package var isCategorical: Bool { categorySet >= 0 }
    }

    /// What LightGBM takes for zero where zero is missing: its `kZeroThreshold`.
    package static let zeroRange: ClosedRange<Double> = -Double(Float(1e-35))...Double(Float(1e-35))

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
    /// The sets of the categorical nodes.
    package var categorySets: [CategorySet]

    package init(nodes: [Node], leaves: [Leaf], categorySets: [CategorySet] = []) {
        self.nodes = nodes
        self.leaves = leaves
        self.categorySets = categorySets
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
