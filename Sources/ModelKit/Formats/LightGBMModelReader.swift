import Columnar

/// Reads LightGBM's text model: numeric splits, one class, log loss or an averaged output.
///
/// Its thresholds are 64-bit and stay 64-bit: ``TreeEnsemble/takesDoubles`` says whether 32-bit features may be too
/// coarse for them.
struct LightGBMModelReader {
    private let fileName: String
    private let lines: [Substring]
    private var position = 0

    /// - Throws: ``ModelError/malformedModel(_:)`` with the file, the line and what is wrong there.
    static func model(
        _ bytes: [UInt8], fileName: String, featureNames: [String]? = nil
    ) throws(ModelError) -> TreeEnsemble {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformedModel("\(fileName): not UTF-8 text")
        }
        var reader = LightGBMModelReader(fileName: fileName, lines: Self.lines(text))
        return try reader.readModel(featureNames: featureNames)
    }

    private init(fileName: String, lines: [Substring]) {
        self.fileName = fileName
        self.lines = lines
    }

    private mutating func readModel(featureNames: [String]?) throws(ModelError) -> TreeEnsemble {
        guard lines.first == "tree" else { throw error("the first line is not 'tree'", line: 0) }
        position = 1
        let header = try readFields { $0.hasPrefix("Tree=") || $0 == "end of trees" }
        let names = try self.featureNames(header, given: featureNames)
        let link = try link(header)
        var trees: [DecisionTree] = []
        while position < lines.count, lines[position] != "end of trees" {
            let line = lines[position]
            guard line.hasPrefix("Tree=") else {
                guard line.isEmpty else { throw error("\(QuotedText.value(line.utf8)) between trees") }
                position += 1
                continue
            }
            guard line == "Tree=\(trees.count)" else {
                throw error("\(QuotedText.value(line.utf8)) where tree \(trees.count) is expected")
            }
            let first = position
            position += 1
            let fields = try readFields { $0.hasPrefix("Tree=") || $0 == "end of trees" }
            let tree = try tree(fields, firstLine: first)
            if let flaw = tree.flaw(featureCount: names.count) {
                throw error("tree \(trees.count): \(flaw)", line: first)
            }
            trees.append(tree)
        }
        guard position < lines.count else { throw error("'end of trees' is missing") }
        return try TreeEnsemble(
            featureNames: names, trees: trees, combination: header.flags.contains("average_output") ? .mean : .sum,
            link: link)
    }

    /// By bytes, which is many times faster than by characters; lines may end with carriage returns.
    private static func lines(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
        }
    }

    // MARK: Header

    private func featureNames(_ header: Fields, given: [String]?) throws(ModelError) -> [String] {
        let last = try integer(header, "max_feature_idx")
        let stored = header["feature_names"]?.text.split(separator: " ").map(String.init) ?? []
        guard last >= 0, stored.count == last + 1 else {
            throw error("\(stored.count) feature names, max_feature_idx \(last)", line: header["feature_names"]?.line)
        }
        guard let given else { return stored }
        guard given.count == stored.count else {
            throw error(
                "\(stored.count) features; the archive names \(given.count)", line: header["feature_names"]?.line)
        }
        return given
    }

    private func link(_ header: Fields) throws(ModelError) -> TreeEnsemble.Link {
        for key in ["num_class", "num_tree_per_iteration"] where header[key] != nil {
            guard try integer(header, key) == 1 else {
                throw error("\(key) is not 1; only binary classification is supported", line: header[key]?.line)
            }
        }
        guard let objective = header["objective"] else {
            guard header.flags.contains("average_output") else {
                throw error("no objective; 'binary' is needed to give probabilities", line: 0)
            }
            return .identity
        }
        let words = objective.text.split(separator: " ")
        switch words.first {
        case "binary":
            guard words.dropFirst().allSatisfy({ !$0.hasPrefix("sigmoid:") || Double($0.dropFirst(8)) == 1 }) else {
                throw error(
                    "objective \(QuotedText.value(objective.text.utf8)): only sigmoid:1 is supported",
                    line: objective.line)
            }
            return .logistic
        case "cross_entropy":
            return .logistic
        default:
            throw error(
                "objective \(QuotedText.value(objective.text.utf8)) is not supported; 'binary' is", line: objective.line
            )
        }
    }

    // MARK: Trees

    private func tree(_ fields: Fields, firstLine: Int) throws(ModelError) -> DecisionTree {
        let leafCount = try integer(fields, "num_leaves", line: firstLine)
        guard leafCount >= 1 else { throw error("num_leaves is \(leafCount)", line: fields["num_leaves"]?.line) }
        if fields["num_cat"] != nil, try integer(fields, "num_cat") != 0 {
            throw error("categorical splits are not supported", line: fields["num_cat"]?.line)
        }
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
        var nodes: [DecisionTree.Node] = []
        nodes.reserveCapacity(nodeCount)
        for index in 0..<nodeCount {
            var node = DecisionTree.Node(
                feature: features[index], threshold: DecisionTree.roundedDown(thresholds[index]),
                defaultLeft: try defaultLeft(
                    decisions[index], threshold: thresholds[index], line: fields["decision_type"]?.line),
                left: lefts[index], right: rights[index], gain: gains[index], value: nodeValues[index],
                weight: nodeWeights[index], count: nodeCounts[index])
            node.exactThreshold = thresholds[index]
            nodes.append(node)
        }
        return DecisionTree(nodes: nodes, leaves: leaves)
    }

    /// Bit 0: categorical; bit 1: default left; bits 2 and 3: what is missing (0 nothing, 1 zero, 2 NaN).
    private func defaultLeft(_ decision: Int, threshold: Double, line: Int?) throws(ModelError) -> Bool {
        guard decision & 1 == 0 else { throw error("categorical splits are not supported", line: line) }
        switch decision >> 2 & 3 {
        // Where nothing is missing NaN counts as zero.
        case 0: return 0 <= threshold
        case 2: return decision & 2 != 0
        default: throw error("decision_type \(decision): zero as missing value is not supported", line: line)
        }
    }

    // MARK: Lines

    /// Lines `key=value`, and lines without `=`.
    private struct Fields {
        struct Field {
            let text: Substring
            let line: Int
        }

        private var fields: [Substring: Field] = [:]
        var flags: Set<Substring> = []

        subscript(_ key: String) -> Field? { fields[Substring(key)] }

        mutating func insert(_ key: Substring, _ field: Field) -> Bool { fields.updateValue(field, forKey: key) == nil }
    }

    private mutating func readFields(until isEnd: (Substring) -> Bool) throws(ModelError) -> Fields {
        var fields = Fields()
        while position < lines.count, !isEnd(lines[position]) {
            let line = lines[position]
            if let separator = line.firstIndex(of: "=") {
                let field = Fields.Field(text: line[line.index(after: separator)...], line: position)
                guard fields.insert(line[..<separator], field) else {
                    throw error("\(QuotedText.value(line[..<separator].utf8)) occurs twice")
                }
            } else if !line.isEmpty {
                fields.flags.insert(line)
            }
            position += 1
        }
        return fields
    }

    private func integer(_ fields: Fields, _ key: String, line: Int = 0) throws(ModelError) -> Int {
        guard let field = fields[key] else { throw error("'\(key)' is missing", line: line) }
        guard let value = Int(field.text) else {
            throw error("\(key) is \(QuotedText.value(field.text.utf8)), not a whole number", line: field.line)
        }
        return value
    }

    private func list<Value: LosslessStringConvertible>(
        _ fields: Fields, _ key: String, count: Int, firstLine: Int, default value: Value?
    ) throws(ModelError) -> [Value] {
        guard let field = fields[key] else {
            guard let value else { throw error("'\(key)' is missing", line: firstLine) }
            // There were this many leaf values, so this uses no more memory than the file.
            return [Value](repeating: value, count: count)
        }
        let words = field.text.utf8.split(separator: UInt8(ascii: " ")).map(Substring.init)
        if words.isEmpty, let value { return [Value](repeating: value, count: count) }
        guard words.count == count else {
            throw error("\(key) has \(words.count) values where \(count) are expected", line: field.line)
        }
        var values: [Value] = []
        values.reserveCapacity(count)
        for word in words {
            guard let value = Value(String(word)) else {
                throw error("\(key) holds \(QuotedText.value(word.utf8)), not a number", line: field.line)
            }
            values.append(value)
        }
        return values
    }

    private func error(_ message: String, line: Int? = nil) -> ModelError {
        .malformedModel("\(fileName), line \((line ?? position) + 1): \(message)")
    }
}
