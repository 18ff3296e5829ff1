/// Writes trees as LightGBM's text model (version v4), which `lightgbm.Booster(model_file:)`, treelite and ONNX converters read.
///
/// Boosted trees get the objective `binary sigmoid:1`; a forest gets `average_output` and no objective, so that the mean of the
/// leaves is the prediction. Numbers are written in their shortest exact form.
struct LightGBMModelWriter {
    private var text = ""

    static func text(_ model: TreeEnsemble) -> String {
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
        line("feature_infos=" + model.featureNames.map { _ in "[-inf:inf]" }.joined(separator: " "))
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

    private static func block(_ tree: DecisionTree, number: Int) -> String {
        var block = LightGBMModelWriter()
        block.line("Tree=\(number)")
        block.line("num_leaves=\(tree.leaves.count)")
        block.line("num_cat=0")
        block.list("split_feature", tree.nodes.map(\.feature))
        block.list("split_gain", tree.nodes.map(\.gain))
        block.list("threshold", tree.nodes.map(\.exactThreshold))
        // Numeric, NaN is missing (8), and the default direction (2 for left).
        block.list("decision_type", tree.nodes.map { $0.defaultLeft ? 10 : 8 })
        block.list("left_child", tree.nodes.map(\.left))
        block.list("right_child", tree.nodes.map(\.right))
        block.list("leaf_value", tree.leaves.map(\.value))
        block.list("leaf_weight", tree.leaves.map(\.weight))
        block.list("leaf_count", tree.leaves.map(\.count))
        block.list("internal_value", tree.nodes.map(\.value))
        block.list("internal_weight", tree.nodes.map(\.weight))
        block.list("internal_count", tree.nodes.map(\.count))
        block.line("is_linear=0")
        block.line("shrinkage=1")
        block.line("")
        block.line("")
        return block.text
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
