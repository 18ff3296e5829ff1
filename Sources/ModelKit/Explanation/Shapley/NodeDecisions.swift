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
