import CTreeKernels
import Parallelism

/// The trees of an ensemble in the forms in which rows are predicted.
///
/// A tree of at most 32 leaves is predicted for a block of rows at once by evaluating all of its tests; a larger one by
/// moving eight rows down together. A single row moves down eight trees together. `@unchecked Sendable`: written in
/// `init` only.
final class PredictionTables: @unchecked Sendable {
    /// A node or leaf of any tree; a leaf's children are itself, so that a walk may continue after it has arrived.
    struct PackedNode {
        var threshold: Float
        /// Twice the feature, plus one where NaN goes to the left.
        var featureAndDefault: UInt32
        /// Followed by the left child, so that 0 or 1 chooses between them.
        var right: UInt32
        var left: UInt32
    }

    private struct TreeTable {
        var root: UInt32
        /// The number of steps that always ends in a leaf.
        var depth: Int
        /// A tree of few leaves: its tests, NaN-to-the-left first, and leaf values from left to right.
        var tests: Range<Int>?
        var defaultLeftTests = 0
        var firstLeafValue = 0
    }

    /// The number of rows whose features stay in the first-level cache while all trees are evaluated.
    private static let blockRows = 512
    private static let taskBlocks = 8
    private static let rightOffset = 8
    static let mostLeavesForTests = 32

    private let trees: [TreeTable]
    private let nodes: UnsafeMutablePointer<PackedNode>
    /// The values of leaves, at their nodes' positions.
    private let values: UnsafeMutablePointer<Double>
    private let tests: UnsafeMutablePointer<TreeKernelTest>
    private let leafValues: UnsafeMutablePointer<Double>
    private let kernelLevel: Int32

    /// The trees are valid.
    init(_ trees: [DecisionTree], featureCount: Int, kernelLevel: Int32 = tree_kernel_best_level()) {
        self.kernelLevel = kernelLevel
        let total = trees.reduce(0) { $0 + $1.nodes.count + $1.leaves.count }
        nodes = .allocate(capacity: max(1, total))
        values = .allocate(capacity: max(1, total))
        tests = .allocate(capacity: max(1, total))
        leafValues = .allocate(capacity: max(1, total))
        var tables: [TreeTable] = []
        var nodeCount = 0, testCount = 0, leafCount = 0
        for tree in trees {
            var table = TreeTable(root: UInt32(nodeCount), depth: tree.depth)
            Self.pack(tree, at: nodeCount, nodes, values)
            nodeCount += tree.nodes.count + tree.leaves.count
            if tree.leaves.count <= Self.mostLeavesForTests {
                let (order, ranges) = tree.leavesInOrder
                table.firstLeafValue = leafCount
                for leaf in order {
                    (leafValues + leafCount).initialize(to: tree.leaves[leaf].value)
                    leafCount += 1
                }
                let first = testCount
                for goesLeft in [true, false] {
                    for (node, range) in zip(tree.nodes, ranges) where node.defaultLeft == goesLeft {
                        (tests + testCount).initialize(
                            to: TreeKernelTest(
                                threshold: node.threshold, feature: UInt32(node.feature), left_leaves: Self.bits(range))
                        )
                        testCount += 1
                    }
                    if goesLeft { table.defaultLeftTests = testCount - first }
                }
                table.tests = first..<testCount
            }
            tables.append(table)
        }
        self.trees = tables
    }

    deinit {
        nodes.deallocate()
        values.deallocate()
        tests.deallocate()
        leafValues.deallocate()
    }

    /// Leaf i is bit 31 - i.
    private static func bits(_ range: Range<Int>) -> UInt32 {
        range.reduce(0) { $0 | 0x8000_0000 >> UInt32($1) }
    }

    private static func pack(
        _ tree: DecisionTree, at offset: Int, _ nodes: UnsafeMutablePointer<PackedNode>,
        _ values: UnsafeMutablePointer<Double>
    ) {
        func position(_ child: Int32) -> UInt32 {
            UInt32(offset + (child >= 0 ? Int(child) : tree.nodes.count + Int(~child)))
        }
        // Node 0 is the root; a tree of one leaf has it at its first position, too.
        for (index, node) in tree.nodes.enumerated() {
            (nodes + offset + index).initialize(
                to: PackedNode(
                    threshold: node.threshold,
                    featureAndDefault: UInt32(node.feature) << 1 | (node.defaultLeft ? 1 : 0),
                    right: position(node.right), left: position(node.left)))
            (values + offset + index).initialize(to: 0)
        }
        for (index, leaf) in tree.leaves.enumerated() {
            let own = offset + tree.nodes.count + index
            (nodes + own).initialize(
                to: PackedNode(threshold: .infinity, featureAndDefault: 1, right: UInt32(own), left: UInt32(own)))
            (values + own).initialize(to: leaf.value)
        }
    }

    // MARK: One row

    /// The sum for a model that has no features, whose trees are single leaves.
    var sumWithoutFeatures: Double { trees.reduce(0) { $0 + values[Int($1.root)] } }

    /// The sum of the trees' values for one row.
    func sum(_ row: UnsafePointer<Float>) -> Double {
        trees.withUnsafeBufferPointer { trees in
            var sum = 0.0
            var first = 0
            while first + 8 <= trees.count {
                var positions = EightPositions(
                    trees[first].root, trees[first + 1].root, trees[first + 2].root, trees[first + 3].root,
                    trees[first + 4].root, trees[first + 5].root, trees[first + 6].root, trees[first + 7].root)
                var depth = 0
                for index in first..<(first + 8) { depth = max(depth, trees[index].depth) }
                for _ in 0..<depth { positions.advance { next($0, row[feature($0)]) } }
                positions.forEach { sum += values[Int($0)] }
                first += 8
            }
            while first < trees.count {
                var position = trees[first].root
                for _ in 0..<trees[first].depth { position = next(position, row[feature(position)]) }
                sum += values[Int(position)]
                first += 1
            }
            return sum
        }
    }

    @inline(__always)
    private func feature(_ position: UInt32) -> Int { Int(nodes[Int(position)].featureAndDefault &>> 1) }

    /// The child that a value leads to; chosen by arithmetic, since half of such branches would be mispredicted.
    @inline(__always)
    private func next(_ position: UInt32, _ value: Float) -> UInt32 {
        let node = nodes + Int(position)
        let isBelow: Int = value <= node.pointee.threshold ? 1 : 0
        let isMissing: UInt32 = value == value ? 0 : 1
        let goesLeft = isBelow | Int(isMissing & node.pointee.featureAndDefault)
        return UnsafeRawPointer(node).load(fromByteOffset: Self.rightOffset &+ goesLeft &* 4, as: UInt32.self)
    }

    // MARK: Many rows

    /// The sum of the trees' values for each row.
    func sums(_ features: FeatureMatrix, threads: Int) -> [Double] {
        let rowCount = features.rowCount
        guard rowCount > 0, !features.columns.isEmpty else {
            return [Double](repeating: sumWithoutFeatures, count: rowCount)
        }
        var result = [Double](repeating: 0, count: rowCount)
        result.withUnsafeMutableBufferPointer { result in
            guard let sums = result.baseAddress else { return }
            features.withColumnPointers { columns in
                nonisolated(unsafe) let (sums, columns) = (sums, columns)
                let taskRows = Self.blockRows * Self.taskBlocks
                parallelFor(count: (rowCount + taskRows - 1) / taskRows, threads: threads) { task in
                    let end = min(rowCount, (task + 1) * taskRows)
                    for start in stride(from: task * taskRows, to: end, by: Self.blockRows) {
                        self.addBlock(columns, start..<min(end, start + Self.blockRows), to: sums)
                    }
                }
            }
        }
        return result
    }

    private func addBlock(
        _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>, to sums: UnsafeMutablePointer<Double>
    ) {
        for tree in trees {
            if let range = tree.tests {
                tree_kernel_add_leaf_values(
                    kernelLevel, tests + range.lowerBound, tree.defaultLeftTests, range.count,
                    leafValues + tree.firstLeafValue, columns, rows.lowerBound, rows.count, sums + rows.lowerBound)
            } else {
                walk(tree, columns, rows, sums)
            }
        }
    }

    private func walk(
        _ tree: TreeTable, _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>,
        _ sums: UnsafeMutablePointer<Double>
    ) {
        var row = rows.lowerBound
        while row + 8 <= rows.upperBound {
            let root = tree.root
            var positions = EightPositions(root, root, root, root, root, root, root, root)
            for _ in 0..<tree.depth {
                var offset = row
                positions.advance { position in
                    let column = columns[feature(position)].unsafelyUnwrapped
                    defer { offset &+= 1 }
                    return next(position, column[offset])
                }
            }
            var offset = row
            positions.forEach { position in
                sums[offset] += values[Int(position)]
                offset &+= 1
            }
            row += 8
        }
        while row < rows.upperBound {
            var position = tree.root
            for _ in 0..<tree.depth { position = next(position, columns[feature(position)].unsafelyUnwrapped[row]) }
            sums[row] += values[Int(position)]
            row += 1
        }
    }
}

/// Positions in a tree that move together, which hides memory latency.
private struct EightPositions {
    private var positions: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

    @inline(__always)
    init(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: UInt32
    ) {
        positions = (a, b, c, d, e, f, g, h)
    }

    @inline(__always)
    mutating func advance(_ next: (UInt32) -> UInt32) {
        positions.0 = next(positions.0)
        positions.1 = next(positions.1)
        positions.2 = next(positions.2)
        positions.3 = next(positions.3)
        positions.4 = next(positions.4)
        positions.5 = next(positions.5)
        positions.6 = next(positions.6)
        positions.7 = next(positions.7)
    }

    @inline(__always)
    func forEach(_ body: (UInt32) -> Void) {
        body(positions.0)
        body(positions.1)
        body(positions.2)
        body(positions.3)
        body(positions.4)
        body(positions.5)
        body(positions.6)
        body(positions.7)
    }
}

extension FeatureMatrix {
    /// Calls `body` with a pointer to each column's values.
    func withColumnPointers(_ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: max(1, columns.count)) { pointers in
            func fill(_ index: Int) {
                guard index < columns.count else {
                    if let base = pointers.baseAddress { body(UnsafePointer(base)) }
                    return
                }
                columns[index].withUnsafeBufferPointer {
                    pointers.initializeElement(at: index, to: $0.baseAddress)
                    fill(index + 1)
                }
            }
            fill(0)
        }
    }
}
