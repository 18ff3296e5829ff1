/// Reads one tree of an XGBoost model: an element of `trees`, whose members are parallel arrays with an entry for each
/// node and leaf.
struct XGBoostTreeReader {
    private let fields: XGBoostFields
    private let weight: Float
    private let left: [Int]
    private let right: [Int]
    private let features: [Int]
    /// Thresholds of nodes, values of leaves.
    private let conditions: [Double]
    private let defaultsLeft: [Int]
    private let splitTypes: [Int]
    private let gains: [Double]
    private let hessians: [Double]
    private let values: [Double]
    /// The categories by node.
    private let sets: [Int: CategorySet]

    /// - Parameters:
    ///   - weight: the factor of the leaves, of `dart`.
    ///   - words: what the category sets of the model take so far.
    init(_ fields: XGBoostFields, weight: Float, words: inout Int) throws(ModelError) {
        self.fields = fields
        self.weight = weight
        if fields.has("tree_param") {
            let size = try fields.object("tree_param").parameter("size_leaf_vector", default: 0)
            guard size <= 1 else {
                throw fields.error("tree_param.size_leaf_vector", "is \(size); leaves of one value are supported")
            }
        }
        left = try fields.integers("left_children")
        let count = left.count
        guard count > 0, count <= Int(Int32.max) else { throw fields.error("left_children", "has \(count) numbers") }
        right = try fields.integers("right_children", count: count)
        features = try fields.integers("split_indices", count: count)
        conditions = try fields.numbers("split_conditions", count: count)
        defaultsLeft = try fields.integers("default_left", count: count)
        splitTypes = try fields.integers("split_type", count: count, default: 0)
        gains = try fields.numbers("loss_changes", count: count, default: 0)
        hessians = try fields.numbers("sum_hessian", count: count, default: 0)
        values = try fields.numbers("base_weights", count: count, default: 0)
        sets = try Self.sets(fields, nodeCount: count, words: &words)
    }

    private static func sets(
        _ fields: XGBoostFields, nodeCount: Int, words: inout Int
    ) throws(ModelError) -> [Int: CategorySet] {
        guard fields.has("categories_nodes") else { return [:] }
        let nodes = try fields.integers("categories_nodes")
        let starts = try fields.integers("categories_segments", count: nodes.count)
        let sizes = try fields.integers("categories_sizes", count: nodes.count)
        let codes = try fields.integers("categories")
        guard codes.allSatisfy({ (0..<CategorySet.codeLimit).contains($0) }) else {
            throw fields.error("categories", "has codes that are not in 0..<\(CategorySet.codeLimit)")
        }
        var sets: [Int: CategorySet] = [:]
        for (node, (start, size)) in zip(nodes, zip(starts, sizes)) {
            guard start >= 0, size >= 0, start <= codes.count, size <= codes.count - start else {
                throw fields.error("categories_segments", "has \(size) codes at \(start) of \(codes.count)")
            }
            let own = Array(codes[start..<start + size])
            words += CategorySet.wordCount(own)
            // Before memory is taken: two codes far apart take as much as all between them.
            guard words <= CategorySet.mostWords else {
                throw fields.error("categories", "take more than \(CategorySet.mostWords * 4) bytes")
            }
            guard sets.updateValue(CategorySet(codes: own), forKey: node) == nil else {
                throw fields.error("categories_nodes", "has node \(node) twice")
            }
        }
        return sets
    }

    /// The nodes and leaves that can be reached; pruned ones cannot.
    func tree() throws(ModelError) -> DecisionTree {
        var tree = DecisionTree(nodes: [], leaves: [])
        var isVisited = [Bool](repeating: false, count: left.count)
        // The parent here, and the side of it that the node of the file becomes.
        var pending: [(node: Int, parent: Int, isLeft: Bool)] = [(0, -1, false)]
        while let (node, parent, isLeft) = pending.popLast() {
            guard left.indices.contains(node), !isVisited[node] else {
                throw fields.error("left_children", "and right_children make no tree at node \(node)")
            }
            isVisited[node] = true
            let child: Int32
            if left[node] == -1 {
                child = ~Int32(tree.leaves.count)
                tree.leaves.append(
                    .init(value: Double(Float(conditions[node]) * weight), weight: finite(hessians[node]), count: 0))
            } else {
                child = Int32(tree.nodes.count)
                let (added, low, high) = try split(node, &tree)
                tree.nodes.append(added)
                pending.append((high, Int(child), false))
                pending.append((low, Int(child), true))
            }
            if parent >= 0 {
                if isLeft { tree.nodes[parent].left = child } else { tree.nodes[parent].right = child }
            }
        }
        return tree
    }

    /// A node, and the nodes of the file on its left and right.
    private func split(
        _ node: Int, _ tree: inout DecisionTree
    ) throws(ModelError) -> (DecisionTree.Node, left: Int, right: Int) {
        // XGBoost's prediction goes to the left child or the one after it.
        guard right[node] == left[node] &+ 1 else {
            throw fields.error(
                "right_children", "has \(right[node]) at node \(node) beside the left child \(left[node])")
        }
        guard let feature = Int32(exactly: features[node]) else {
            throw fields.error("split_indices", "has feature \(features[node])")
        }
        let isDefaultLeft = defaultsLeft[node] != 0
        var result = DecisionTree.Node(
            feature: feature, threshold: Float(conditions[node]).nextDown, defaultLeft: isDefaultLeft, left: 0,
            right: 0, gain: finite(gains[node]), value: finite(values[node]), weight: finite(hessians[node]), count: 0)
        switch splitTypes[node] {
        case 0:
            return (result, left[node], right[node])
        case 1:
            guard let set = sets[node] else { throw fields.error("categories_nodes", "lacks node \(node)") }
            // XGBoost sends the categories of the set to the right.
            result = DecisionTree.Node(
                feature: feature, categorySet: Int32(tree.categorySets.count), defaultLeft: !isDefaultLeft, left: 0,
                right: 0, gain: result.gain, value: result.value, weight: result.weight, count: 0)
            tree.categorySets.append(set)
            return (result, right[node], left[node])
        default:
            throw fields.error("split_type", "has \(splitTypes[node]); 0 (numeric) and 1 (categorical) are supported")
        }
    }

    /// A figure that only describes the training, in 32 bits as it was before it was written; some are not finite after
    /// pruning.
    private func finite(_ value: Double) -> Double {
        let value = Float(value)
        return value.isFinite ? Double(value) : 0
    }
}
