import Foundation
import ModelKit
import TestSupport
import Testing

/// ONNX Runtime takes the same branches where categories or zeros are tested.
@Suite struct ONNXCategoriesTests {
    /// A model whose probabilities tell its leaves apart: category sets with either default, one of them in use twice, a set
    /// without codes (its left leaf is out of reach), and nodes at which zero is missing.
    private func model(_ arithmetic: TreeEnsemble.Arithmetic) throws -> TreeEnsemble {
        func category(_ feature: Int32, _ set: Int32, _ defaultLeft: Bool, _ left: Int32, _ right: Int32)
            -> DecisionTree.Node
        {
            .init(
                feature: feature, categorySet: set, defaultLeft: defaultLeft, left: left, right: right, gain: 1,
                value: 0, weight: 1, count: 1)
        }
        func number(_ feature: Int32, _ threshold: Float, _ left: Int32, _ right: Int32, isZeroMissing: Bool)
            -> DecisionTree.Node
        {
            var node = DecisionTree.Node(
                feature: feature, threshold: threshold, defaultLeft: true, left: left, right: right, gain: 1, value: 0,
                weight: 1, count: 1)
            node.zeroIsMissing = isZeroMissing
            return node
        }
        let tree = DecisionTree(
            nodes: [
                category(0, 0, false, 1, 2), category(1, 1, true, 3, ~0), category(1, 1, false, ~1, 4),
                number(1, 1, ~2, 5, isZeroMissing: arithmetic == .double), category(0, 2, true, ~3, ~4),
                number(1, 2.5, ~5, ~6, isZeroMissing: false),
            ],
            leaves: (0..<7).map { .init(value: Double($0) - 3, weight: 1, count: 1) },
            categorySets: [
                CategorySet(codes: [0, 1, 5, 40, 9_999]), CategorySet(codes: Array(stride(from: 0, to: 70, by: 3))),
                CategorySet(codes: []),
            ])
        return try TreeEnsemble(
            featureNames: ["a", "b"], trees: [tree, tree], combination: .sum, link: .logistic, arithmetic: arithmetic)
    }

    @Test(.needs(.python), arguments: [TreeEnsemble.Arithmetic.double, .single])
    func `every category comes to the same leaf`(arithmetic: TreeEnsemble.Arithmetic) throws {
        let values: [Float] = [
            0, -0.0, 1, 1.9, 2, 3, 5, 5.999, 6, 39, 40, 41, 66, 69, 70, 9_998, 9_999, 10_000, 1e6, 16_777_216, 1e20,
            -0.5,
            -1, -1.5, -1e20, .nan, .infinity, -.infinity, 1e-36, -1e-36, 1e-35, 1.1e-35, 2.5, 2.6, Float(-1).nextUp,
        ]
        let pairs = values.flatMap { first in values.map { (first, $0) } }
        let rows = try FeatureMatrix(names: ["a", "b"], columns: [pairs.map(\.0), pairs.map(\.1)])
        let model = try model(arithmetic)
        let ours = try model.probabilities(rows, threads: 1)
        #expect(Set(ours).count == 6)
        let onnx = try ONNXModel(model, threshold: 0.3)
        let response = try #require(ONNXRuntimeOracle.run([.init(model: onnx, features: rows)]).first)
        #expect(zip(ours, response.probabilities).allSatisfy { abs($0 - Double($1)) < 1e-6 })
        #expect(response.labels == ours.map { $0 >= 0.3 ? 1 : 0 })
        #expect(try ONNXModel(model, threshold: 0.3) == onnx)
    }
}
