extension TreeEnsemble {
    /// Whether a value of a node's feature goes to the left there: what prediction decides, for whoever follows a row's
    /// path.
    package func goesLeft(_ node: DecisionTree.Node, of tree: DecisionTree, _ value: Double) -> Bool {
        let value = takesDoubles ? value : Double(Float(value))
        if value.isNaN || node.zeroIsMissing && DecisionTree.zeroRange.contains(value) { return node.defaultLeft }
        guard node.isCategorical else { return value <= (takesDoubles ? node.exactThreshold : Double(node.threshold)) }
        guard value > Double(arithmetic.categoriesAbove), value < Double(CategorySet.codeLimit) else { return false }
        return tree.categorySets[Int(node.categorySet)].contains(Int(value))
    }
}
