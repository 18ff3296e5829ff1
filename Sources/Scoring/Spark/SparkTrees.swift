import ModelKit

/// The trees of a Spark model: one row of a table for each node.
struct SparkTrees {
    /// A row of `nodeData`.
    private struct Row {
        let prediction: Double
        let statistics: [Double]
        let count: Int
        let gain: Double
        let left: Int
        let right: Int
        let feature: Int
        /// The threshold, or the categories on the left.
        let split: [Double]
        /// -1 for a threshold.
        let categories: Int
    }

    private let elements: [SparkVectors.Element]
    private let path: String
    private var rows: [Int: [Int: Row]] = [:]
    /// The model's columns, in the order of the vector.
    let columns: [String]

    /// - Parameter prefix: of the leaves' names; empty for a model of one tree.
    init(_ table: SparkTable, prefix: String, elements: [SparkVectors.Element]) async throws {
        self.elements = elements
        path = table.path
        var seen: Set<String> = []
        columns = elements.map(\.column).filter { seen.insert($0).inserted }
        let trees = prefix.isEmpty ? nil : try await table.integers("treeID")
        let ids = try await table.integers(prefix + "id")
        let predictions = try await table.numbers(prefix + "prediction")
        let statistics = try await table.lists(prefix + "impurityStats")
        let counts = table.has(prefix + "rawCount") ? try await table.integers(prefix + "rawCount") : nil
        let gains = try await table.numbers(prefix + "gain")
        let lefts = try await table.integers(prefix + "leftChild")
        let rights = try await table.integers(prefix + "rightChild")
        let features = try await table.integers(prefix + "split.featureIndex")
        let splits = try await table.lists(prefix + "split.leftCategoriesOrThreshold")
        let categories = try await table.integers(prefix + "split.numCategories")
        for (row, id) in ids.enumerated() {
            let node = Row(
                prediction: predictions[row], statistics: statistics[row], count: max(0, counts?[row] ?? 0),
                gain: gains[row].isFinite ? max(0, gains[row]) : 0, left: lefts[row], right: rights[row],
                feature: features[row], split: splits[row], categories: categories[row])
            guard rows[trees?[row] ?? 0, default: [:]].updateValue(node, forKey: id) == nil else {
                throw SparkFiles.error(path, "node \(id) of tree \(trees?[row] ?? 0) occurs twice")
            }
        }
    }

    var count: Int { rows.count }

    /// A tree whose leaves have twice their prediction, times a weight: the log-odds of `LogLoss`.
    func boosted(_ tree: Int, weight: Double) throws -> DecisionTree {
        try self.tree(tree) { _, row in 2 * (weight * row.prediction) }
    }

    /// A tree whose leaves have the share of the class 1.
    func shares(_ tree: Int) throws -> DecisionTree {
        try self.tree(tree) { id, row in
            guard row.statistics.count == 2, row.statistics.allSatisfy({ $0 >= 0 }) else {
                throw SparkFiles.error(path, "node \(id) has \(row.statistics.count) counts of classes, expected 2")
            }
            let total = row.statistics[0] + row.statistics[1]
            return total == 0 ? 0 : row.statistics[1] / total
        }
    }

    private func tree(_ number: Int, value: (Int, Row) throws -> Double) throws -> DecisionTree {
        guard let rows = rows[number] else { throw SparkFiles.error(path, "there is no tree \(number)") }
        let positions = Dictionary(columns.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
        var tree = DecisionTree(nodes: [], leaves: [])
        var pending: [(id: Int, parent: Int, isLeft: Bool)] = [(0, -1, false)]
        // More nodes than rows: a node is visited twice.
        var visits = 0
        while let (id, parent, isLeft) = pending.popLast() {
            guard let row = rows[id], visits < rows.count else {
                throw SparkFiles.error(path, "tree \(number): node \(id) is missing or has two parents")
            }
            visits += 1
            let child: Int32
            let own = try value(id, row)
            if row.left < 0 {
                child = ~Int32(tree.leaves.count)
                tree.leaves.append(.init(value: own, weight: Double(row.count), count: row.count))
            } else {
                child = Int32(tree.nodes.count)
                guard elements.indices.contains(row.feature), let position = positions[elements[row.feature].column]
                else { throw SparkFiles.error(path, "tree \(number): feature \(row.feature) of \(elements.count)") }
                var node = DecisionTree.Node(
                    feature: position, threshold: 0, defaultLeft: false, left: 0, right: 0, gain: row.gain, value: own,
                    weight: Double(row.count), count: row.count)
                let isSwapped = try setTest(row, &node, &tree)
                tree.nodes.append(node)
                pending.append((isSwapped ? row.left : row.right, Int(child), false))
                pending.append((isSwapped ? row.right : row.left, Int(child), true))
            }
            if parent >= 0 {
                if isLeft { tree.nodes[parent].left = child } else { tree.nodes[parent].right = child }
            }
        }
        return tree
    }

    /// Sets what a node tests.
    /// - Returns: whether Spark's left is the right of the node: what its set does not hold.
    private func setTest(_ row: Row, _ node: inout DecisionTree.Node, _ tree: inout DecisionTree) throws -> Bool {
        let element = elements[row.feature]
        let codes: [Int]
        let isSwapped: Bool
        if let code = element.code {
            let (zero, one) = try (goesLeft(element.indicator(false), row), goesLeft(element.indicator(true), row))
            guard zero != one else {
                throw SparkFiles.error(path, "a split of '\(element.column)' that splits nothing")
            }
            codes = [code]
            isSwapped = zero
        } else if row.categories < 0 {
            guard !element.isScaled else {
                throw SparkFiles.error(path, "trees on scaled columns ('\(element.column)') are not supported")
            }
            guard let threshold = row.split.first, row.split.count == 1 else {
                throw SparkFiles.error(path, "a split with \(row.split.count) thresholds")
            }
            node.threshold = DecisionTree.roundedDown(threshold)
            node.exactThreshold = threshold
            return false
        } else {
            // The smaller side is a set, and all else, seen or not, goes to the other.
            isSwapped = row.split.count > row.categories / 2
            guard row.categories <= CategorySet.codeLimit, !element.isScaled else {
                throw SparkFiles.error(path, "\(row.categories) categories of '\(element.column)'")
            }
            let left = Set(row.split)
            guard left.allSatisfy({ $0 >= 0 && $0 < Double(row.categories) && $0 == $0.rounded() }) else {
                throw SparkFiles.error(path, "categories of '\(element.column)' that are not in 0..<\(row.categories)")
            }
            codes = (0..<row.categories).filter { left.contains(Double($0)) != isSwapped }
        }
        node.categorySet = Int32(tree.categorySets.count)
        tree.categorySets.append(CategorySet(codes: codes))
        return isSwapped
    }

    private func goesLeft(_ value: Double, _ row: Row) throws -> Bool {
        if row.categories >= 0 { return row.split.contains(value) }
        guard let threshold = row.split.first else { throw SparkFiles.error(path, "a split without a threshold") }
        return value <= threshold
    }
}
