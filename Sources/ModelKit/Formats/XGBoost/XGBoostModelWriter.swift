import JSONText

/// Writes trees as an XGBoost model (`gbtree`, `binary:logistic`) in JSON or UBJSON that XGBoost 1.7 to 3.x read.
///
/// Leaves are rounded to 32 bits, in which XGBoost adds them; every row of 32-bit values takes the same branches. The
/// base score is 1/2, whose log-odds are 0.
struct XGBoostModelWriter {
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a model that XGBoost has no form for: a mean of trees,
    ///   probabilities in leaves, zero as a missing value.
    static func document(_ model: TreeEnsemble) throws(ModelError) -> XGBoostDocument {
        guard model.combination == .sum, model.link == .logistic else {
            throw .invalidSetting("a mean of trees has no form as an XGBoost model; boosted trees have")
        }
        var categorical = Set<Int32>()
        for (index, tree) in model.trees.enumerated() {
            if let node = tree.nodes.first(where: \.zeroIsMissing) {
                throw .invalidSetting(
                    "tree \(index): zeros of feature '\(model.featureNames[Int(node.feature)])' are missing values; XGBoost "
                        + "has no such split")
            }
            for node in tree.nodes where node.isCategorical { categorical.insert(node.feature) }
        }
        let featureCount = "\(model.featureNames.count)"
        return [
            "learner": [
                "attributes": [:],
                "feature_names": .strings(model.featureNames),
                "feature_types": .strings(
                    model.featureNames.indices.map { categorical.contains(Int32($0)) ? "c" : "float" }),
                "gradient_booster": [
                    "model": [
                        "gbtree_model_param": [
                            "num_parallel_tree": "1", "num_trees": .string("\(model.trees.count)"),
                            "size_leaf_vector": "0",
                        ],
                        "tree_info": .array(model.trees.map { _ in .integer(0) }),
                        "trees": .array(
                            model.trees.enumerated().map { tree($1, number: $0, featureCount: featureCount) }),
                    ],
                    "name": "gbtree",
                ],
                "learner_model_param": [
                    "base_score": "5E-1", "boost_from_average": "1", "num_class": "0",
                    "num_feature": .string(featureCount), "num_target": "1",
                ],
                "objective": ["name": "binary:logistic", "reg_loss_param": ["scale_pos_weight": "1"]],
            ],
            "version": .array([.integer(1), .integer(7), .integer(6)]),
        ]
    }

    private static func tree(_ tree: DecisionTree, number: Int, featureCount: String) -> XGBoostDocument {
        let (order, low) = siblingsInOrder(tree)
        let nodes = order.map { $0 >= 0 ? tree.nodes[Int($0)] : nil }
        let leaves = order.map { $0 < 0 ? tree.leaves[Int(~$0)] : nil }
        var parents = [Int](repeating: Int(Int32.max), count: order.count)
        for (index, low) in low.enumerated() where low >= 0 {
            parents[low] = index
            parents[low + 1] = index
        }
        let categorical = nodes.indices.filter { nodes[$0]?.isCategorical == true }
        let codes = categorical.map { node in
            nodes[node].map { tree.categorySets[Int($0.categorySet)].codes } ?? []
        }
        func entries<Value>(node: (DecisionTree.Node) -> Value, leaf: (DecisionTree.Leaf) -> Value) -> [Value] {
            zip(nodes, leaves).compactMap { $0.map(node) ?? $1.map(leaf) }
        }
        return [
            "base_weights": .float32(entries(node: { Float($0.value) }, leaf: { Float($0.value) })),
            "categories": .int32(codes.flatMap { $0 }),
            "categories_nodes": .int32(categorical),
            "categories_segments": .int64(
                codes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }.dropLast()),
            "categories_sizes": .int64(codes.map(\.count)),
            "default_left": .uint8(entries(node: { $0.defaultLeft != $0.isCategorical ? 1 : 0 }, leaf: { _ in 0 })),
            "id": .integer(number),
            "left_children": .int32(low),
            "loss_changes": .float32(entries(node: { Float($0.gain) }, leaf: { _ in 0 })),
            "parents": .int32(parents),
            "right_children": .int32(low.map { $0 >= 0 ? $0 + 1 : -1 }),
            "split_conditions": .float32(
                entries(node: { $0.isCategorical ? 0 : $0.threshold.nextUp }, leaf: { Float($0.value) })),
            "split_indices": .int32(entries(node: { Int($0.feature) }, leaf: { _ in 0 })),
            "split_type": .uint8(entries(node: { $0.isCategorical ? 1 : 0 }, leaf: { _ in 0 })),
            "sum_hessian": .float32(entries(node: { Float($0.weight) }, leaf: { Float($0.weight) })),
            "tree_param": [
                "num_deleted": "0", "num_feature": .string(featureCount), "num_nodes": .string("\(order.count)"),
                "size_leaf_vector": "0",
            ],
        ]
    }

    /// Nodes and leaves (as children of ``DecisionTree``) such that the right child follows the left one, as XGBoost's
    /// prediction assumes, and for each its left child there; -1 for leaves.
    ///
    /// Left and right are XGBoost's: the categories of a set go to its right.
    private static func siblingsInOrder(_ tree: DecisionTree) -> (order: [Int32], low: [Int]) {
        var order: [Int32] = [tree.nodes.isEmpty ? ~0 : 0]
        var low: [Int] = []
        while low.count < order.count {
            let child = order[low.count]
            guard child >= 0 else {
                low.append(-1)
                continue
            }
            let node = tree.nodes[Int(child)]
            low.append(order.count)
            order += node.isCategorical ? [node.right, node.left] : [node.left, node.right]
        }
        return (order, low)
    }
}
