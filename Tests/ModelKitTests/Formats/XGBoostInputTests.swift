import Foundation
import ModelKit
import TestSupport
import Testing

/// What XGBoost's models may look like, and what is refused.
@Suite struct XGBoostInputTests {
    /// x < 2.5 with 0.25 and a split of categories {1, 3}; its base score is 1/2.
    static let json = """
        {"learner": {"attributes": {}, "feature_names": ["x", "c"], "feature_types": ["q", "c"],
        "gradient_booster": {"model": {"gbtree_model_param": {"num_trees": "1"}, "tree_info": [0], "trees": [
        {"left_children": [1, -1, 3, -1, -1], "right_children": [2, -1, 4, -1, -1], "split_indices": [0, 0, 1, 0, 0],
        "split_conditions": [2.5, 0.25, 0, 1.5, -1.5], "default_left": [1, 0, 0, 0, 0], "split_type": [0, 0, 1, 0, 0],
        "categories": [1, 3], "categories_nodes": [2], "categories_segments": [0], "categories_sizes": [2],
        "tree_param": {"num_nodes": "5", "size_leaf_vector": "0"}}]}, "name": "gbtree"},
        "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "2"},
        "objective": {"name": "binary:logistic"}}, "version": [1, 7, 6]}
        """

    static func read(_ changes: [(String, String)] = []) throws(ModelError) -> TreeEnsemble {
        var text = json
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        return try ModelFileFormat.xgboostJSON.read(Array(text.utf8), fileName: "m.json")
    }

    private func values(_ model: TreeEnsemble) throws -> [Double] {
        let matrix = try FeatureMatrix(
            names: ["x", "c"],
            columns: [
                [2.4, Float(2.5).nextDown, 2.5, 3, 3, 3, 3, 3, .nan, 3], [0, 0, 0, 1, 3, 2, -0.5, .nan, 1, 3.9],
            ])
        return try model.probabilities(matrix, threads: 1)
    }

    private func logistic(_ values: [Float], base: Float = 0) -> [Double] {
        values.map { Double(1 / (1 + exp(-(base + $0)))) }
    }

    private static let wanted: [Float] = [0.25, 0.25, 1.5, -1.5, -1.5, 1.5, 1.5, -1.5, 0.25, -1.5]

    @Test func `branches are XGBoost's, in every form of the base score`() throws {
        #expect(try values(Self.read()) == logistic(Self.wanted))
        // Before 1.6 default directions are truth values.
        let truths = try Self.read([
            ("\"default_left\": [1, 0, 0, 0, 0]", "\"default_left\": [true, false, false, false, false]")
        ])
        #expect(try values(truths) == logistic(Self.wanted))
        let base = -log(1 / Float(0.2) - 1)
        for form in ["0.2", "\"2E-1\"", "\"[2E-1]\"", "[0.2]"] {
            let model = try Self.read([("\"5E-1\"", form)])
            #expect(try values(model) == logistic(Self.wanted, base: base))
        }
    }

    /// A change of the second node's children.
    private static func children(_ left: String, _ right: String) -> (String, String) {
        (
            "\"left_children\": [1, -1, 3, -1, -1], \"right_children\": [2, -1, 4, -1, -1]",
            "\"left_children\": [1, -1, \(left), -1, -1], \"right_children\": [2, -1, \(right), -1, -1]"
        )
    }

    @Test func `what is not supported is refused with a reason`() throws {
        for (change, reason) in [
            (("\"binary:logistic\"", "\"multi:softprob\""), "m.json.learner.objective.name is 'multi:softprob'"),
            (("\"binary:logistic\"", "\"reg:squarederror\""), "is 'reg:squarederror'"),
            (("\"name\": \"gbtree\"", "\"name\": \"gblinear\""), "gradient_booster.name is 'gblinear'"),
            (("\"num_class\": \"0\"", "\"num_class\": \"3\""), "num_class is 3"),
            (("\"num_class\": \"0\"", "\"num_target\": \"2\""), "num_target is 2"),
            (("\"size_leaf_vector\": \"0\"", "\"size_leaf_vector\": \"3\""), "size_leaf_vector is 3"),
            (("\"5E-1\"", "\"0\""), "base_score is 0.0"), (("\"5E-1\"", "\"1\""), "base_score is 1.0"),
            (("\"5E-1\"", "\"nan\""), "base_score is nan"), (("\"5E-1\"", "\"[1,2]\""), "base_score is not one number"),
            (("\"5E-1\"", "[1, 2]"), "base_score is not one number"),
            (("\"5E-1\"", "\"\""), "base_score is not one number"),
            (("\"num_feature\": \"2\"", "\"num_feature\": \"3\""), "feature_names has 2 names, num_feature is 3"),
            (("\"num_feature\": \"2\"", "\"num_feature\": \"-2\""), "num_feature is -2"),
            (("[\"x\", \"c\"]", "[1, 2]"), "feature_names is not an array of strings"),
            (("\"objective\"", "\"o\""), "objective is missing"), (("\"learner\"", "\"l\""), "learner is missing"),
            (("[1, -1, 3, -1, -1]", "[1, -1, 0, -1, -1]"), "right_children has 4 at node 2 beside the left child 0"),
            (Self.children("0", "1"), "make no tree at node"), (Self.children("1", "2"), "make no tree at node"),
            (Self.children("99", "100"), "make no tree at node"), (Self.children("-3", "-2"), "make no tree at node"),
            (Self.children("4", "5"), "make no tree at node 5"),
            (("[2, -1, 4, -1, -1]", "[2, -1, 4, -1]"), "right_children has 4 numbers, expected 5"),
            (("[2, -1, 4, -1, -1]", "[2, -1, 4.5, -1, -1]"), "right_children holds 4.5"),
            (("[2, -1, 4, -1, -1]", "[2, -1, 4, -1, \"a\"]"), "right_children is not an array of numbers"),
            (("\"split_type\": [0, 0, 1", "\"split_type\": [0, 0, 7"), "split_type has 7"),
            (("\"split_indices\": [0, 0, 1", "\"split_indices\": [0, 0, 2"), "feature 2 of 2"),
            (
                ("\"split_indices\": [0, 0, 1", "\"split_indices\": [0, 0, 1e18"),
                "split_indices has feature 1000000000000000000"
            ),
            (("\"split_conditions\": [2.5", "\"split_conditions\": [NaN"), "threshold is not a number"),
            (("\"split_conditions\": [2.5, 0.25", "\"split_conditions\": [2.5, 1e40"), "leaf"),
            (("\"categories\": [1, 3]", "\"categories\": [1, -3]"), "codes that are not in 0..<16777216"),
            (("\"categories\": [1, 3]", "\"categories\": [1, 16777216]"), "codes that are not in 0..<16777216"),
            (("\"categories_nodes\": [2]", "\"categories_nodes\": [3]"), "categories_nodes lacks node 2"),
            (("\"categories_sizes\": [2]", "\"categories_sizes\": [3]"), "3 codes at 0 of 2"),
            (("\"categories_segments\": [0]", "\"categories_segments\": [-1]"), "2 codes at -1 of 2"),
            (("\"categories_segments\": [0]", "\"categories_segments\": [0, 1]"), "categories_segments has 2 numbers"),
            (("\"attributes\": {}", "\"attributes\": {,}"), "no JSON: expected a name in quotes"),
        ] {
            let error = #expect(throws: ModelError.self) { try Self.read([change]) }
            #expect(error?.description.contains(reason) == true, "\(reason): \(String(describing: error))")
        }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: ModelError.self) { try ModelFileFormat.xgboostJSON.read(deep, fileName: "m.json") }
        let nested = Array("{L".utf8) + [0, 0, 0, 0, 0, 0, 0, 1] + Array("a".utf8) + deep
        #expect(throws: ModelError.self) { try ModelFileFormat.xgboostUBJ.read(nested, fileName: "m.ubj") }
    }

    @Test func `many sets of far categories are refused before they take memory`() throws {
        let count = 200
        func list(_ values: some Sequence<Int>) -> String { "[" + values.map(String.init).joined(separator: ",") + "]" }
        let nodes = (0..<count).map { $0 * 2 }
        let error = #expect(throws: ModelError.self) {
            try Self.read([
                ("\"categories\": [1, 3]", "\"categories\": " + list(nodes.flatMap { _ in [0, 16_777_215] })),
                ("\"categories_nodes\": [2]", "\"categories_nodes\": " + list(nodes)),
                ("\"categories_segments\": [0]", "\"categories_segments\": " + list(nodes)),
                ("\"categories_sizes\": [2]", "\"categories_sizes\": " + list(nodes.map { _ in 2 })),
            ])
        }
        #expect(error?.description.contains("take more than 268435456 bytes") == true)
    }

    @Test(arguments: [ModelFileFormat.xgboostJSON, .xgboostUBJ])
    func `no change of the bytes makes reading or prediction crash`(format: ModelFileFormat) throws {
        let original = try format.write(Self.read())
        #expect(try format.read(original, fileName: "m") == Self.read())
        var generator = SeededGenerator(seed: 97)
        let markers = Array("{}[]$#iUIlLdDTFZNSCH\"0129".utf8) + [0, 0x7F, 0x80, 0xFF]
        var accepted = 0
        for round in 0..<6_000 {
            var bytes = original
            if round < original.count {
                bytes.removeSubrange(round...)
            } else {
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let location = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[location] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes[location] = markers.randomElement(using: &generator) ?? 0
                    case 2: bytes.insert(markers.randomElement(using: &generator) ?? 0, at: location)
                    default: bytes.removeSubrange(location..<min(bytes.count, location + 9))
                    }
                    if bytes.isEmpty { bytes = [0] }
                }
            }
            do {
                let model = try format.read(bytes, fileName: "m")
                // Without stored names there may be as many features as a count says.
                let isSmall = model.featureNames.count < 1_000
                let names = isSmall ? model.featureNames : []
                let matrix = try FeatureMatrix(names: names, columns: names.map { _ in [1, .nan, 2.5, -1] })
                if isSmall {
                    #expect(try model.probabilities(matrix, threads: 1).allSatisfy { $0 >= 0 && $0 <= 1 })
                }
                accepted += 1
            } catch {
                guard case .malformedModel = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
        #expect(accepted > 100)
    }
}
