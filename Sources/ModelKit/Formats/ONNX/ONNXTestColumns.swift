/// Columns for what `TreeEnsembleRegressor` does not test itself: sets of categories, and zero as a missing value.
///
/// Operator sets before `ai.onnx.ml` 5 have no test for membership, and runtimes unroll that of 5 into a chain of
/// comparisons. So a column of the matrix says for each set, by a look-up in a table, whether the row's category is not in
/// it: 0 or 1, which an ordinary numeric test reads. This costs 8 bytes for each row and set while a batch is scored.
struct ONNXTestColumns {
    private struct SetTest: Hashable {
        let set: CategorySet
        let defaultLeft: Bool
    }

    /// The trees with numeric tests only, of the columns of ``matrix``.
    private(set) var trees: [DecisionTree] = []
    /// Rows x columns, 64-bit: the features, and what is added.
    let matrix: String

    /// - Parameter matrix: the features, 32-bit, rows x features.
    /// - Throws: ``ModelError/invalidSetting(_:)`` where the tables are beyond protobuf's limit of 2 GB.
    init(_ model: TreeEnsemble, matrix: String, graph: inout ONNXGraph) throws(ModelError) {
        var sets: [Int32: [SetTest: Int]] = [:]
        var zeros: Set<Int32> = []
        for tree in model.trees {
            for node in tree.nodes {
                if node.isCategorical {
                    let test = Self.test(node, tree)
                    let count = sets[node.feature]?.count ?? 0
                    if sets[node.feature]?[test] == nil { sets[node.feature, default: [:]][test] = count }
                } else if node.zeroIsMissing {
                    zeros.insert(node.feature)
                }
            }
        }
        var parts = [graph.cast(matrix, to: .float64)]
        var count = model.featureNames.count
        var firstColumns: [Int32: Int] = [:]
        for (feature, tests) in sets.sorted(by: { $0.key < $1.key }) {
            firstColumns[feature] = count
            count += tests.count
            let ordered = tests.sorted { $0.value < $1.value }.map(\.key)
            parts.append(
                try Self.membership(
                    of: graph.column(Int(feature), of: matrix), ordered, above: model.arithmetic, &graph))
        }
        var zeroColumns: [Int32: Int] = [:]
        for feature in zeros.sorted() {
            zeroColumns[feature] = count
            count += 1
            parts.append(Self.withoutZeros(graph.column(Int(feature), of: matrix), &graph))
        }
        self.matrix =
            parts.count == 1
            ? parts[0] : graph.node("Concat", parts, resultCount: 1, attributes: [.integer("axis", 1)])[0]

        trees = model.trees
        for tree in trees.indices {
            for index in trees[tree].nodes.indices {
                let node = trees[tree].nodes[index]
                if node.isCategorical, let first = firstColumns[node.feature],
                    let offset = sets[node.feature]?[Self.test(node, trees[tree])]
                {
                    trees[tree].nodes[index].feature = Int32(first + offset)
                    trees[tree].nodes[index].threshold = 0.5
                    trees[tree].nodes[index].defaultLeft = false
                } else if node.zeroIsMissing, let column = zeroColumns[node.feature] {
                    trees[tree].nodes[index].feature = Int32(column)
                }
            }
        }
    }

    private static func test(_ node: DecisionTree.Node, _ tree: DecisionTree) -> SetTest {
        SetTest(set: tree.categorySets[Int(node.categorySet)], defaultLeft: node.defaultLeft)
    }

    /// For each test whether a row goes to the right, as 0 or 1: rows x tests.
    ///
    /// The first rows of the table are for values that are no category in any set, and for NaN.
    private static func membership(
        of values: String, _ tests: [SetTest], above arithmetic: TreeEnsemble.Arithmetic, _ graph: inout ONNXGraph
    ) throws(ModelError) -> String {
        let codes = tests.map(\.set.codes)
        let limit = codes.reduce(0) { max($0, ($1.last ?? -1) + 1) }
        guard (limit + 2).multipliedReportingOverflow(by: tests.count).partialValue <= Int(Int32.max) else {
            throw .invalidSetting("\(tests.count) sets of \(limit) categories are beyond protobuf's limit of 2 GB")
        }
        var table = [UInt8](repeating: 1, count: (limit + 2) * tests.count)
        for (column, (test, codes)) in zip(tests, codes).enumerated() {
            if test.defaultLeft { table[tests.count + column] = 0 }
            for code in codes { table[(code + 2) * tests.count + column] = 0 }
        }
        let isAbove =
            arithmetic == .double
            ? graph.node("Greater", values, graph.constant(.scalar(Float(-1))))
            : graph.node("GreaterOrEqual", values, graph.constant(.scalar(Float(0))))
        let isBelow = graph.node("Less", values, graph.constant(.scalar(Float(limit))))
        let isCode = graph.node("And", isAbove, isBelow)
        let whole = graph.cast(
            graph.node("Where", isCode, values, graph.constant(.scalar(Float(0)))), to: .int64)
        let numbers = [0, 1, 2].map { graph.constant(.scalar(Int64($0))) }
        let missing = graph.node("Where", graph.node("IsNaN", values), numbers[1], numbers[0])
        let row = graph.node("Where", isCode, graph.node("Add", whole, numbers[2]), missing)
        let stored = graph.constant(
            ONNXTensor(type: .uint8, shape: [limit + 2, tests.count], rawData: table))
        return graph.cast(
            graph.node("Gather", stored, row, attributes: [.integer("axis", 0)]), to: .float64)
    }

    /// A column with NaN for zero.
    private static func withoutZeros(_ values: String, _ graph: inout ONNXGraph) -> String {
        let largest = graph.constant(.scalar(Float(DecisionTree.zeroRange.upperBound)))
        let isZero = graph.node("LessOrEqual", graph.node("Abs", values), largest)
        let replaced = graph.node("Where", isZero, graph.constant(.scalar(Float.nan)), values)
        return graph.cast(graph.node("Unsqueeze", replaced, graph.constant(.vector([1]))), to: .float64)
    }
}

extension ONNXGraph {
    /// A column of a matrix, as a vector.
    fileprivate mutating func column(_ index: Int, of matrix: String) -> String {
        node("Gather", matrix, constant(.scalar(Int64(index))), attributes: [.integer("axis", 1)])
    }
}
