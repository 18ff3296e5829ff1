import Columnar

/// Reads LightGBM's text model, versions 2 to 4: one class, log loss or an averaged output.
///
/// The format is what LightGBM's `Tree::ToString` and `GBDT::SaveModelToString` write; `tree.h` says how they decide.
/// Its thresholds are 64-bit and stay 64-bit: ``TreeEnsemble/takesDoubles`` says whether 32-bit features may be too
/// coarse for them.
struct LightGBMModelReader {
    let fileName: String
    let lines: [Substring]
    var position = 0

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
                "\(stored.count) features; \(given.count) names are given", line: header["feature_names"]?.line)
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
}
