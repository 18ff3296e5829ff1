import CTreeKernels
import Parallelism

/// The trees of an ensemble in the forms in which rows are predicted.
///
/// A tree of at most 32 leaves is predicted for a block of rows at once by evaluating all of its tests; a larger one by
/// moving eight rows down together. A single row moves down eight trees together. Numeric models do not pay for
/// categories: their walk is compiled without them. `@unchecked Sendable`: written in `init` only.
final class PredictionTables: @unchecked Sendable {
    /// A node or leaf of any tree; a leaf's children are itself, so that a walk may continue after it has arrived.
    struct PackedNode {
        /// The bits of a categorical node's threshold are the number of its set.
        var threshold: Float
        /// Four times the feature, plus two for a categorical node, plus one where NaN goes to the left.
        var featureAndFlags: UInt32
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
        var categoryTests = 0..<0
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
    private let categories: CategoryTables
    private let arithmetic: TreeEnsemble.Arithmetic
    /// Whether there are neither categories nor 32-bit sums.
    private let isPlain: Bool
    private let kernelLevel: Int32

    /// The trees are valid.
    init(
        _ trees: [DecisionTree], arithmetic: TreeEnsemble.Arithmetic, kernelLevel: Int32 = tree_kernel_best_level()
    ) {
        self.kernelLevel = kernelLevel
        self.arithmetic = arithmetic
        var categories = CategoryTables(above: arithmetic.categoriesAbove)
        let total = trees.reduce(0) { $0 + $1.nodes.count + $1.leaves.count }
        nodes = .allocate(capacity: max(1, total))
        values = .allocate(capacity: max(1, total))
        tests = .allocate(capacity: max(1, total))
        leafValues = .allocate(capacity: max(1, total))
        var tables: [TreeTable] = []
        var nodeCount = 0, testCount = 0, leafCount = 0
        for tree in trees {
            var table = TreeTable(root: UInt32(nodeCount), depth: tree.depth)
            let firstSet = categories.sets.count
            for set in tree.categorySets { categories.append(set) }
            Self.pack(tree, at: nodeCount, firstSet: firstSet, nodes, values)
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
                    for (node, range) in zip(tree.nodes, ranges)
                    where node.defaultLeft == goesLeft && !node.isCategorical {
                        (tests + testCount).initialize(
                            to: TreeKernelTest(
                                threshold: node.threshold, feature: UInt32(node.feature), left_leaves: Self.bits(range))
                        )
                        testCount += 1
                    }
                    if goesLeft { table.defaultLeftTests = testCount - first }
                }
                table.tests = first..<testCount
                let firstCategoryTest = categories.tests.count
                for (node, range) in zip(tree.nodes, ranges) where node.isCategorical {
                    categories.appendTest(node, set: firstSet + Int(node.categorySet), leftLeaves: Self.bits(range))
                }
                table.categoryTests = firstCategoryTest..<categories.tests.count
            }
            tables.append(table)
        }
        self.trees = tables
        self.categories = categories
        isPlain = arithmetic == .double && categories.sets.isEmpty
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
        _ tree: DecisionTree, at offset: Int, firstSet: Int, _ nodes: UnsafeMutablePointer<PackedNode>,
        _ values: UnsafeMutablePointer<Double>
    ) {
        func position(_ child: Int32) -> UInt32 {
            UInt32(offset + (child >= 0 ? Int(child) : tree.nodes.count + Int(~child)))
        }
        // Node 0 is the root; a tree of one leaf has it at its first position, too.
        for (index, node) in tree.nodes.enumerated() {
            (nodes + offset + index).initialize(
                to: PackedNode(
                    threshold: node.isCategorical
                        ? Float(bitPattern: UInt32(firstSet) + UInt32(node.categorySet)) : node.threshold,
                    featureAndFlags: UInt32(node.feature) << 2 | (node.isCategorical ? 2 : 0)
                        | (node.defaultLeft ? 1 : 0),
                    right: position(node.right), left: position(node.left)))
            (values + offset + index).initialize(to: 0)
        }
        for (index, leaf) in tree.leaves.enumerated() {
            let own = offset + tree.nodes.count + index
            (nodes + own).initialize(
                to: PackedNode(threshold: .infinity, featureAndFlags: 1, right: UInt32(own), left: UInt32(own)))
            (values + own).initialize(to: leaf.value)
        }
    }

    // MARK: One row

    /// The sum for a model that has no features, whose trees are single leaves.
    var sumWithoutFeatures: Double { trees.reduce(0) { sum($0, plus: values[Int($1.root)]) } }

    /// The sum of the trees' values for one row.
    func sum(_ row: UnsafePointer<Float>) -> Double { isPlain ? sum(row, isPlain: true) : sum(row, isPlain: false) }

    /// Compiled for either value of `isPlain`.
    @inline(__always)
    private func sum(_ row: UnsafePointer<Float>, isPlain: Bool) -> Double {
        trees.withUnsafeBufferPointer { trees in
            var sum = 0.0
            var first = 0
            while first + 8 <= trees.count {
                var positions = EightPositions(
                    trees[first].root, trees[first + 1].root, trees[first + 2].root, trees[first + 3].root,
                    trees[first + 4].root, trees[first + 5].root, trees[first + 6].root, trees[first + 7].root)
                var depth = 0
                for index in first..<(first + 8) { depth = max(depth, trees[index].depth) }
                for _ in 0..<depth { positions.advance { next($0, row[feature($0)], isPlain: isPlain) } }
                positions.forEach { sum = isPlain ? sum + values[Int($0)] : self.sum(sum, plus: values[Int($0)]) }
                first += 8
            }
            while first < trees.count {
                var position = trees[first].root
                for _ in 0..<trees[first].depth { position = next(position, row[feature(position)], isPlain: isPlain) }
                sum = isPlain ? sum + values[Int(position)] : self.sum(sum, plus: values[Int(position)])
                first += 1
            }
            return sum
        }
    }

    /// A sum in the model's arithmetic. Rounding the 64-bit sum of two 32-bit numbers gives their 32-bit sum.
    private func sum(_ sum: Double, plus value: Double) -> Double {
        arithmetic == .double ? sum + value : Double(Float(sum + value))
    }

    @inline(__always)
    private func feature(_ position: UInt32) -> Int { Int(nodes[Int(position)].featureAndFlags &>> 2) }

    /// The child that a value leads to; chosen by arithmetic, since half of such branches would be mispredicted.
    @inline(__always)
    private func next(_ position: UInt32, _ value: Float, isPlain: Bool) -> UInt32 {
        let node = nodes + Int(position)
        let isLeft: Bool
        if !isPlain, node.pointee.featureAndFlags & 2 != 0 {
            isLeft = categories.contains(value, set: Int(node.pointee.threshold.bitPattern))
        } else {
            isLeft = value <= node.pointee.threshold
        }
        let isMissing: UInt32 = value == value ? 0 : 1
        let goesLeft = (isLeft ? 1 : 0) | Int(isMissing & node.pointee.featureAndFlags)
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
            if let range = tree.tests, tree.categoryTests.isEmpty {
                tree_kernel_add_leaf_values(
                    kernelLevel, tests + range.lowerBound, tree.defaultLeftTests, range.count,
                    leafValues + tree.firstLeafValue, columns, rows.lowerBound, rows.count, sums + rows.lowerBound)
            } else if let range = tree.tests {
                categories.withPointers(tree.categoryTests) { categoryTests, words in
                    tree_kernel_add_leaf_values_with_categories(
                        kernelLevel, tests + range.lowerBound, tree.defaultLeftTests, range.count, categoryTests,
                        tree.categoryTests.count, words, categories.above, leafValues + tree.firstLeafValue, columns,
                        rows.lowerBound, rows.count, sums + rows.lowerBound)
                }
            } else if isPlain {
                walk(tree, columns, rows, sums, isPlain: true)
            } else {
                walk(tree, columns, rows, sums, isPlain: false)
            }
            if arithmetic == .single {
                for row in rows { sums[row] = Double(Float(sums[row])) }
            }
        }
    }

    /// Compiled for either value of `isPlain`.
    @inline(__always)
    private func walk(
        _ tree: TreeTable, _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>,
        _ sums: UnsafeMutablePointer<Double>, isPlain: Bool
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
                    return next(position, column[offset], isPlain: isPlain)
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
            for _ in 0..<tree.depth {
                position = next(position, columns[feature(position)].unsafelyUnwrapped[row], isPlain: isPlain)
            }
            sums[row] += values[Int(position)]
            row += 1
        }
    }
}
