/// Writes trees as LightGBM's text model (version v4), which `lightgbm.Booster(model_file:)`, treelite and ONNX converters read.
///
/// Boosted trees get the objective `binary sigmoid:1`; a forest gets `average_output` and no objective, so that the mean of the
/// leaves is the prediction. Numbers are written in their shortest exact form.
struct LightGBMModelWriter {
    private var text = ""

    /// - Throws: ``ModelError/invalidSetting(_:)`` for a categorical split that sends NaN to the side of its set, which
    ///   XGBoost knows and LightGBM does not.
    static func text(_ model: TreeEnsemble) throws(ModelError) -> String {
        for (index, tree) in model.trees.enumerated() {
            if let node = tree.nodes.first(where: { $0.isCategorical && $0.defaultLeft }) {
                throw .invalidSetting(
                    "tree \(index): a split of feature '\(model.featureNames[Int(node.feature)])' sends missing values to "
                        + "the side of its categories; LightGBM has no such split")
            }
        }
        var writer = LightGBMModelWriter()
        writer.write(model)
        return writer.text
    }

    private mutating func write(_ model: TreeEnsemble) {
        let trees = model.trees.enumerated().map { Self.block($0.element, number: $0.offset) }
        line("tree")
        line("version=v4")
        line("num_class=1")
        line("num_tree_per_iteration=1")
        line("label_index=0")
        line("max_feature_idx=\(model.featureNames.count - 1)")
        if model.link == .logistic { line("objective=binary sigmoid:1") }
        if model.combination == .mean { line("average_output") }
        line("feature_names=" + model.featureNames.map(Self.token).joined(separator: " "))
        line("feature_infos=" + Self.featureInfos(model).joined(separator: " "))
        line("tree_sizes=" + trees.map { String($0.utf8.count) }.joined(separator: " "))
        line("")
        for tree in trees { text += tree }
        line("end of trees")
        line("")
        line("feature_importances:")
        for (name, count) in splitCounts(model) { line("\(Self.token(name))=\(count)") }
        line("")
        line("parameters:")
        line("end of parameters")
        line("")
        line("pandas_categorical:null")
    }

    private mutating func line(_ content: String) {
        text += content
        text += "\n"
    }

    private func splitCounts(_ model: TreeEnsemble) -> [(String, Int)] {
        var counts = [Int](repeating: 0, count: model.featureNames.count)
        for tree in model.trees { for node in tree.nodes { counts[Int(node.feature)] += 1 } }
        return zip(model.featureNames, counts).filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
    }

    /// Ranges of numbers, or the categories that occur in splits.
    private static func featureInfos(_ model: TreeEnsemble) -> [String] {
        var codes: [Int32: Set<Int>] = [:]
        for tree in model.trees {
            for node in tree.nodes where node.isCategorical {
                codes[node.feature, default: []].formUnion(tree.categorySets[Int(node.categorySet)].codes)
            }
        }
        return model.featureNames.indices.map { feature in
            guard let codes = codes[Int32(feature)] else { return "[-inf:inf]" }
            return codes.sorted().map(String.init).joined(separator: ":")
        }
    }

    private static func block(_ tree: DecisionTree, number: Int) -> String {
        var block = LightGBMModelWriter()
        block.line("Tree=\(number)")
        block.line("num_leaves=\(tree.leaves.count)")
        block.line("num_cat=\(tree.categorySets.count)")
        block.list("split_feature", tree.nodes.map(\.feature))
        block.list("split_gain", tree.nodes.map(\.gain))
        block.list("threshold", tree.nodes.map { $0.isCategorical ? Double($0.categorySet) : $0.exactThreshold })
        block.list("decision_type", tree.nodes.map(Self.decision))
        block.list("left_child", tree.nodes.map(\.left))
        block.list("right_child", tree.nodes.map(\.right))
        block.list("leaf_value", tree.leaves.map(\.value))
        block.list("leaf_weight", tree.leaves.map(\.weight))
        block.list("leaf_count", tree.leaves.map(\.count))
        block.list("internal_value", tree.nodes.map(\.value))
        block.list("internal_weight", tree.nodes.map(\.weight))
        block.list("internal_count", tree.nodes.map(\.count))
        if !tree.categorySets.isEmpty {
            let sets = tree.categorySets.map(\.bits)
            block.list("cat_boundaries", sets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })
            block.list("cat_threshold", sets.flatMap { $0 })
        }
        block.line("is_linear=0")
        block.line("shrinkage=1")
        block.line("")
        block.line("")
        return block.text
    }

    /// Categorical (1), default direction (2 for left), and what is missing (8 for NaN, 4 for zero and NaN).
    private static func decision(_ node: DecisionTree.Node) -> Int {
        node.isCategorical ? 9 : (node.zeroIsMissing ? 4 : 8) + (node.defaultLeft ? 2 : 0)
    }

    private mutating func list(_ key: String, _ values: [some CustomStringConvertible]) {
        line(key + "=" + values.map(\.description).joined(separator: " "))
    }

    /// Names in this format are separated by blanks; LightGBM itself writes an underscore for a blank.
    private static func token(_ name: String) -> String {
        let token = String(name.map { $0.isWhitespace || $0.isNewline || "\",:[]{}=".contains($0) ? "_" : $0 })
        return token.isEmpty ? "_" : token
    }
}
