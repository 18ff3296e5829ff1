import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct TreeEnsembleTests {
    /// A walk down each tree that uses nothing but the nodes.
    private func walked(_ model: TreeEnsemble, _ row: [Float]) -> Double {
        var sum = 0.0
        for tree in model.trees {
            var location: Int32 = tree.nodes.isEmpty ? ~0 : 0
            while location >= 0 {
                let node = tree.nodes[Int(location)]
                let value = row[Int(node.feature)]
                location = (value.isNaN ? node.defaultLeft : value <= node.threshold) ? node.left : node.right
            }
            sum += tree.leaves[Int(~location)].value
        }
        if model.combination == .mean { sum /= Double(model.trees.count) }
        return model.link == .logistic ? 1 / (1 + exp(-sum)) : sum
    }

    private func check(_ model: TreeEnsemble, _ features: FeatureMatrix) throws {
        let one = try model.probabilities(features, threads: 1)
        #expect(try model.probabilities(features, threads: 3) == one)
        for row in 0..<features.rowCount {
            let values = features.columns.map { $0[row] }
            let alone = values.withUnsafeBufferPointer { model.probability(row: $0) }
            #expect(alone == one[row])
            #expect(walked(model, values) == one[row])
        }
    }

    @Test(arguments: [2, 31, 32, 33, 200])
    func `rows get the same bits in blocks, alone and by a plain walk`(leaves: Int) throws {
        let samples = try TreeSamples(rows: 1_237, seed: 71, missing: 0.15)
        var settings = BoostedTreesConfiguration()
        settings.rounds = 21
        settings.maxLeaves = leaves
        settings.minChildWeight = 0
        let model = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
        #expect(model.trees.contains { $0.leaves.count == leaves })
        try check(model, samples.features)
        // Also for values that training has not seen.
        let strange = try TreeSamples(rows: 70, seed: 72, missing: 0.9)
        try check(model, strange.features)
    }

    @Test func `forests of deep trees agree too`() throws {
        let samples = try TreeSamples(rows: 1_000, seed: 73, missing: 0.15)
        var settings = RandomForestConfiguration()
        settings.trees = 11
        let model = try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
        #expect(model.trees.contains { $0.leaves.count > 32 })
        try check(model, samples.features)
    }

    @Test func `values at a threshold go to the left`() throws {
        let tree = DecisionTree(
            nodes: [
                .init(
                    feature: 0, threshold: 0.1, defaultLeft: false, left: ~0, right: ~1, gain: 1, value: 0, weight: 2,
                    count: 2)
            ],
            leaves: [.init(value: -1, weight: 1, count: 1), .init(value: 1, weight: 1, count: 1)])
        let model = try TreeEnsemble(featureNames: ["x"], trees: [tree], combination: .sum, link: .logistic)
        let features = try FeatureMatrix(
            names: ["x"], columns: [[0.1, Float(0.1).nextUp, Float(0.1).nextDown, .nan, .infinity, -.infinity]])
        let isHigh = try model.probabilities(features, threads: 1).map { $0 > 0.5 }
        #expect(isHigh == [false, true, false, true, true, false])
    }

    @Test func `features are matched by name and order`() throws {
        let samples = try TreeSamples(rows: 200, seed: 74)
        let model = try BoostedTreesTrainer().trainBlocking(samples.features, labels: samples.labels).model
        let reordered = try FeatureMatrix(
            names: samples.features.names.reversed(), columns: samples.features.columns.reversed())
        #expect(throws: ModelError.featureMismatch(expected: samples.features.names, actual: reordered.names)) {
            try model.probabilities(reordered, threads: 1)
        }
        let empty = try FeatureMatrix(names: samples.features.names, columns: samples.features.names.map { _ in [] })
        #expect(try model.probabilities(empty, threads: 2).isEmpty)
    }

    @Test func `what is not a tree is refused`() throws {
        func node(_ left: Int32, _ right: Int32, feature: Int32 = 0, threshold: Float = 0) -> DecisionTree.Node {
            .init(
                feature: feature, threshold: threshold, defaultLeft: true, left: left, right: right, gain: 1, value: 0,
                weight: 1, count: 1)
        }
        let leaf = DecisionTree.Leaf(value: 0, weight: 1, count: 1)
        let broken: [DecisionTree] = [
            DecisionTree(nodes: [node(0, ~0)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(~0, ~0)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(~0, ~7)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(5, ~0)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(~0, ~1)], leaves: [leaf]), DecisionTree(nodes: [], leaves: []),
            DecisionTree(nodes: [node(1, ~0), node(0, ~1)], leaves: [leaf, leaf, leaf]),
            DecisionTree(nodes: [node(1, 1), node(~0, ~1)], leaves: [leaf, leaf, leaf]),
            DecisionTree(nodes: [node(~0, ~1, feature: 1)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(~0, ~1, feature: -1)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(~0, ~1, threshold: .nan)], leaves: [leaf, leaf]),
            DecisionTree(constant: .infinity), DecisionTree(constant: .nan),
            DecisionTree(nodes: [node(.min, ~1)], leaves: [leaf, leaf]),
            DecisionTree(nodes: [node(.max, ~1)], leaves: [leaf, leaf]),
        ]
        for tree in broken {
            #expect(throws: ModelError.self) {
                try TreeEnsemble(featureNames: ["x"], trees: [tree], combination: .sum, link: .logistic)
            }
        }
    }
}
