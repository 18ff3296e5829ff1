extension TreeEnsemble {
    /// How far the log-odds of the decision may be from 0 when they are shifted to 0: beyond that, probabilities do not
    /// change in 32 bits.
    private static let largestShift = 40.0

    /// Adds a `TreeEnsembleRegressor` that sums 64-bit leaves, and the nodes that compute probability and label from
    /// its result.
    ///
    /// Its result is rounded to 32 bits, finest around 0. So that rounding never decides a label, the sum at which
    /// labels change is subtracted inside the operator and added back after it.
    func addNodes(
        to graph: inout ONNXGraph, matrix: String, threshold: Double
    ) throws(ModelError) -> (probability: String, isPositive: String) {
        let columns = try ONNXTestColumns(self, matrix: matrix, graph: &graph)
        // A model without trees is written as one tree that gives 0.
        let trees = columns.trees.isEmpty ? [DecisionTree(constant: 0)] : columns.trees
        let point = decisionPoint(threshold: threshold)
        let largestShift = combination == .mean ? Self.largestShift * Double(trees.count) : Self.largestShift
        let shift = point.isFinite ? min(max(point, -largestShift), largestShift) : 0
        let tolerance = Self.summationError(trees, at: shift)

        let regressor = graph.node(
            "TreeEnsembleRegressor", columns.matrix, domain: .machineLearning,
            attributes: Self.attributes(trees, base: -shift))
        let axis = graph.constant(.vector([1]))
        let distance = graph.cast(graph.node("Squeeze", regressor, axis), to: .float64)
        let decision = graph.constant(.scalar(point - shift - tolerance))
        let isPositive = graph.node("GreaterOrEqual", distance, decision)

        var sum = graph.node("Add", distance, graph.constant(.scalar(shift)))
        if combination == .mean { sum = graph.node("Div", sum, graph.constant(.scalar(Double(trees.count)))) }
        switch link {
        case .logistic:
            return (graph.logistic(sum), isPositive)
        case .identity:
            let bounds = [0.0, 1.0].map { graph.constant(.scalar($0)) }
            return (graph.node("Clip", [sum] + bounds, resultCount: 1)[0], isPositive)
        }
    }

    /// How much two sums of the same leaves, near `sum`, may differ when they are added in different orders (Higham,
    /// Accuracy and Stability of Numerical Algorithms, 4.2).
    private static func summationError(_ trees: [DecisionTree], at sum: Double) -> Double {
        let hasNegative = trees.contains { $0.leaves.contains { $0.value < 0 } }
        // Where no leaf is negative, all partial sums are below the whole.
        let largest =
            hasNegative
            ? trees.reduce(sum.magnitude) { $0 + ($1.leaves.lazy.map(\.value.magnitude).max() ?? 0) } : sum.magnitude
        return Double(trees.count + 1) * .ulpOfOne * largest
    }

    /// The least sum of the trees' values that gives the label 1.
    private func decisionPoint(threshold: Double) -> Double {
        // Beyond this, probabilities are 0 and 1.
        let end = (link == .logistic ? 800 : 2) * (combination == .mean ? Double(max(1, trees.count)) : 1)
        return ONNXDecisionPoint(threshold: threshold, in: -end...end, probability: probability(ofSum:)).sum
    }

    /// The trees as attributes of `TreeEnsembleRegressor` (ai.onnx.ml 3), which holds them in parallel arrays: one
    /// entry per node or leaf, and for each leaf its weight. Within a tree, nodes come first and keep their numbers.
    private static func attributes(_ trees: [DecisionTree], base: Double) -> [ONNXAttribute] {
        func perPosition<Value>(
            node: @escaping (DecisionTree.Node, DecisionTree) -> Value, leaf: Value
        ) -> some Sequence<Value> {
            trees.lazy.flatMap { tree in
                (0..<(tree.nodes.count + tree.leaves.count)).lazy.map {
                    $0 < tree.nodes.count ? node(tree.nodes[$0], tree) : leaf
                }
            }
        }
        func position(_ child: Int32, _ tree: DecisionTree) -> Int64 {
            child >= 0 ? Int64(child) : Int64(tree.nodes.count) + Int64(~child)
        }
        func numbers(_ count: @escaping (DecisionTree) -> Range<Int>) -> some Sequence<(tree: Int, position: Int)> {
            trees.indices.lazy.flatMap { tree in count(trees[tree]).lazy.map { (tree, $0) } }
        }
        let positions = numbers { 0..<($0.nodes.count + $0.leaves.count) }
        let leaves = numbers { $0.nodes.count..<($0.nodes.count + $0.leaves.count) }
        return [
            .integer("n_targets", 1),
            .string("aggregate_function", "SUM"),
            .string("post_transform", "NONE"),
            .tensor("base_values_as_tensor", .vector([base])),
            .integers("nodes_treeids", positions.lazy.map { Int64($0.tree) }),
            .integers("nodes_nodeids", positions.lazy.map { Int64($0.position) }),
            .strings("nodes_modes", perPosition(node: { _, _ in "BRANCH_LEQ" }, leaf: "LEAF")),
            .integers("nodes_featureids", perPosition(node: { node, _ in Int64(node.feature) }, leaf: 0)),
            .tensor(
                "nodes_values_as_tensor", .vector(perPosition(node: { node, _ in Double(node.threshold) }, leaf: 0))),
            .integers("nodes_truenodeids", perPosition(node: { position($0.left, $1) }, leaf: 0)),
            .integers("nodes_falsenodeids", perPosition(node: { position($0.right, $1) }, leaf: 0)),
            .integers(
                "nodes_missing_value_tracks_true", perPosition(node: { node, _ in node.defaultLeft ? 1 : 0 }, leaf: 0)),
            .integers("target_treeids", leaves.lazy.map { Int64($0.tree) }),
            .integers("target_nodeids", leaves.lazy.map { Int64($0.position) }),
            .integers("target_ids", leaves.lazy.map { _ in 0 }),
            .tensor("target_weights_as_tensor", .vector(trees.lazy.flatMap { $0.leaves.lazy.map(\.value) })),
        ]
    }
}
