extension LightGBMModelReader {
    func tree(_ fields: Fields, firstLine: Int) throws(ModelError) -> DecisionTree {
        let leafCount = try integer(fields, "num_leaves", line: firstLine)
        guard leafCount >= 1 else { throw error("num_leaves is \(leafCount)", line: fields["num_leaves"]?.line) }
        if let linear = fields["is_linear"], linear.text != "0" {
            throw error("linear trees are not supported", line: linear.line)
        }
        func list<Value: LosslessStringConvertible>(
            _ key: String, _ count: Int, default value: Value? = nil
        ) throws(ModelError) -> [Value] {
            try self.list(fields, key, count: count, firstLine: firstLine, default: value)
        }
        let values: [Double] = try list("leaf_value", leafCount)
        // LightGBM writes neither weights nor counts for a tree of one leaf.
        let leafWeights: [Double] = try list("leaf_weight", leafCount, default: 0)
        let leafCounts: [Int] = try list("leaf_count", leafCount, default: 0)
        let leaves = zip(values, zip(leafWeights, leafCounts)).map {
            DecisionTree.Leaf(value: $0, weight: $1.0, count: $1.1)
        }
        guard leafCount > 1 else { return DecisionTree(nodes: [], leaves: leaves) }
        let nodeCount = leafCount - 1
        let features: [Int32] = try list("split_feature", nodeCount)
        let gains: [Double] = try list("split_gain", nodeCount, default: 0)
        let thresholds: [Double] = try list("threshold", nodeCount)
        let decisions: [Int] = try list("decision_type", nodeCount)
        let lefts: [Int32] = try list("left_child", nodeCount)
        let rights: [Int32] = try list("right_child", nodeCount)
        let nodeValues: [Double] = try list("internal_value", nodeCount, default: 0)
        let nodeWeights: [Double] = try list("internal_weight", nodeCount, default: 0)
        let nodeCounts: [Int] = try list("internal_count", nodeCount, default: 0)
        let sets = try categorySets(fields, firstLine: firstLine)
        var nodes: [DecisionTree.Node] = []
        nodes.reserveCapacity(nodeCount)
        for index in 0..<nodeCount {
            let decision = decisions[index]
            guard (0...15).contains(decision), decision >> 2 < 3 else {
                throw error("decision_type \(decision) is not known", line: fields["decision_type"]?.line)
            }
            var node = DecisionTree.Node(
                feature: features[index], threshold: 0, defaultLeft: false, left: lefts[index], right: rights[index],
                gain: gains[index], value: nodeValues[index], weight: nodeWeights[index], count: nodeCounts[index])
            if decision & Self.isCategorical != 0 {
                guard let set = Int32(exactly: thresholds[index]), sets.indices.contains(Int(set)) else {
                    throw error(
                        "category set \(thresholds[index]) of \(sets.count)", line: fields["threshold"]?.line)
                }
                node.categorySet = set
            } else {
                Self.setThreshold(thresholds[index], decision: decision, &node)
            }
            nodes.append(node)
        }
        return DecisionTree(nodes: nodes, leaves: leaves, categorySets: sets)
    }

    /// The bits of `decision_type`. Bits 2 and 3 say what is missing: 0 nothing, 1 zero and NaN, 2 NaN.
    private static let isCategorical = 1
    private static let isDefaultLeft = 2

    private static func setThreshold(_ threshold: Double, decision: Int, _ node: inout DecisionTree.Node) {
        // LightGBM predicts values of this range as 0, which is above its lower end, a usual threshold.
        let threshold = threshold == DecisionTree.zeroRange.lowerBound ? threshold.nextDown : threshold
        node.threshold = DecisionTree.roundedDown(threshold)
        node.exactThreshold = threshold
        node.zeroIsMissing = decision >> 2 == 1
        // Where nothing is missing NaN counts as zero.
        node.defaultLeft = decision >> 2 == 0 ? 0 <= threshold : decision & isDefaultLeft != 0
    }

    /// `cat_threshold` holds the bits of all sets, and `cat_boundaries` where each begins and the last ends.
    ///
    /// A value cut to a whole number goes to the left if its bit is set; NaN, negative numbers and those beyond the bits
    /// go to the right, whatever `decision_type` says.
    private func categorySets(_ fields: Fields, firstLine: Int) throws(ModelError) -> [CategorySet] {
        let count = fields["num_cat"] == nil ? 0 : try integer(fields, "num_cat")
        guard count != 0 else { return [] }
        let line = fields["cat_boundaries"]?.line
        guard count > 0, count < Int(Int32.max) else {
            throw error("num_cat is \(count)", line: fields["num_cat"]?.line)
        }
        let boundaries: [Int] = try list(fields, "cat_boundaries", count: count + 1, firstLine: firstLine)
        guard let end = boundaries.last, boundaries[0] == 0, zip(boundaries, boundaries.dropFirst()).allSatisfy(<=)
        else { throw error("cat_boundaries do not ascend from 0", line: line) }
        let words: [UInt32] = try list(fields, "cat_threshold", count: end, firstLine: firstLine)
        return zip(boundaries, boundaries.dropFirst()).map { CategorySet(bits: words[$0..<$1]) }
    }
}
