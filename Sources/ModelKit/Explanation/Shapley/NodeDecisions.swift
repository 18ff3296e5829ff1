import CTreeKernels

/// Which rows of a block go to the left at each node of a tree, in bits.
///
/// All explanations of trees get their decisions from here.
struct NodeDecisions: ~Copyable {
    /// Rows come in groups of eight, the bits of a byte; bits beyond the last row are undefined.
    let groupCapacity: Int
    private let bits: UnsafeMutablePointer<UInt8>
    private let level = tree_kernel_best_level()

    /// Room for trees of at most this many nodes.
    init(nodeCapacity: Int, rowCapacity: Int) {
        groupCapacity = (rowCapacity + 7) / 8
        let count = max(1, nodeCapacity * groupCapacity)
        bits = .allocate(capacity: count)
        bits.initialize(repeating: 0, count: count)
    }

    deinit { bits.deallocate() }

    /// The groups of node n begin at n times `groupCapacity`.
    var pointer: UnsafePointer<UInt8> { UnsafePointer(bits) }

    /// Whether a row of the block goes to the left at a node.
    func goesLeft(node: Int, row: Int) -> Bool { bits[node * groupCapacity + row / 8] >> UInt8(row % 8) & 1 == 1 }

    /// Decides for rows of the columns, at most as many as there is room for.
    /// - Parameter tests: of which each node's feature is a column.
    func decide(_ tests: NodeTests, _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>) {
        for (index, node) in tests.tree.nodes.enumerated() {
            guard let column = columns[Int(node.feature)] else { continue }
            let target = bits + index * groupCapacity
            guard !node.isCategorical else {
                tests.decide(node, column + rows.lowerBound, rows.count, target)
                continue
            }
            tree_kernel_left_bits(
                level, column + rows.lowerBound, rows.count, node.threshold, node.defaultLeft ? 1 : 0, target)
        }
    }
}

/// A tree as it compares the columns of ``TreeEnsemble/compared(_:threads:)``.
struct NodeTests: Sendable {
    let tree: DecisionTree
    /// Values above this, cut to whole numbers, are categories.
    let categoriesAbove: Float

    /// Writes for each value whether it goes to the left at a categorical node.
    fileprivate func decide(
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
