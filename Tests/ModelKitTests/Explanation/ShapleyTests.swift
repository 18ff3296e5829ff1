import Foundation
import ModelKit
import TestSupport
import Testing

/// Contributions against the definition of Shapley values, which sums over all sets of features.
@Suite struct ShapleyTests {
    static func boosted(_ samples: TreeSamples, rounds: Int = 12, leaves: Int = 13) throws -> TreeEnsemble {
        var settings = BoostedTreesConfiguration()
        settings.rounds = rounds
        settings.maxLeaves = leaves
        return try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
    }

    static func forest(_ samples: TreeSamples, trees: Int = 8) throws -> TreeEnsemble {
        var settings = RandomForestConfiguration()
        settings.trees = trees
        return try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
    }

    /// The log-odds or probability by a walk down the trees.
    static func score(_ model: TreeEnsemble, _ row: [Float]) -> Double {
        let sum = model.trees.reduce(0) { sum, tree in
            var child: Int32 = tree.nodes.isEmpty ? ~0 : 0
            while child >= 0 {
                let node = tree.nodes[Int(child)]
                let value = row[Int(node.feature)]
                let goesLeft = value.isNaN ? node.defaultLeft : Double(value) <= node.exactThreshold
                child = goesLeft ? node.left : node.right
            }
            return sum + tree.leaves[Int(~child)].value
        }
        return model.combination == .mean ? sum / Double(model.trees.count) : sum
    }

    private func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
        zip(first, second).map { abs($0 - $1) }.max() ?? 0
    }

    @Test(arguments: TreeCover.allCases)
    func `tree-path contributions are the Shapley values of means by cover`(cover: TreeCover) throws {
        let samples = try TreeSamples(rows: 900, seed: 301, missing: 0.1)
        let others = try TreeSamples(rows: 13, seed: 302, missing: 0.3)
        for model in [try Self.boosted(samples), try Self.forest(samples)] {
            let explanation = try ScoreExplainer(model, cover: cover).explain(others.features)
            for row in 0..<others.features.rowCount {
                let expected = BruteForceShapley.treePath(
                    others.features.row(row), trees: model.trees,
                    scale: model.combination == .mean ? 1 / Double(model.trees.count) : 1
                ) { tree, child in
                    switch cover {
                    case .rows: Double(child >= 0 ? tree.nodes[Int(child)].count : tree.leaves[Int(~child)].count)
                    case .weights: child >= 0 ? tree.nodes[Int(child)].weight : tree.leaves[Int(~child)].weight
                    }
                }
                #expect(largestDifference(explanation.values(row: row), expected) < 1e-12)
            }
        }
    }

    @Test func `interventional contributions are the Shapley values of the mean over the background`() throws {
        let samples = try TreeSamples(rows: 900, seed: 303, missing: 0.1)
        let background = samples.features.slice(0..<37)
        let others = try TreeSamples(rows: 13, seed: 304, missing: 0.3)
        for model in [try Self.boosted(samples), try Self.forest(samples)] {
            let explanation = try ScoreExplainer(model, method: .interventional, background: background)
                .explain(others.features)
            for row in 0..<others.features.rowCount {
                let expected = BruteForceShapley.interventional(
                    others.features.row(row), background: (0..<37).map(background.row)
                ) { Self.score(model, $0) }
                #expect(largestDifference(explanation.values(row: row), expected) < 1e-12)
            }
        }
    }

    @Test func `a logistic regression's contributions are its Shapley values`() async throws {
        let samples = try TreeSamples(rows: 900, seed: 305, missing: 0.1)
        let model = try await LogisticRegressionTrainer().train(samples.features, labels: samples.labels)
        let background = samples.features.slice(0..<20)
        let others = try TreeSamples(rows: 5, seed: 306, missing: 0.3).features
        let explanation = try await ScoreExplainer(model, method: .interventional, background: background)
            .explain(others)
        for row in 0..<others.rowCount {
            let expected = BruteForceShapley.interventional(
                others.row(row), background: (0..<20).map(background.row)
            ) { values in
                let probability = values.withUnsafeBufferPointer { model.probability(row: $0) }
                return log(probability / (1 - probability))
            }
            #expect(largestDifference(explanation.values(row: row), expected) < 1e-9)
        }
        // Without a background, the means in training are.
        let trained = try await ScoreExplainer(model).explain(others)
        #expect(trained.baseValue == model.intercept)
        for (feature, column) in trained.contributions.enumerated() {
            for (value, contribution) in zip(others.columns[feature], column) {
                let expected =
                    value.isFinite ? model.slopes[feature] * (Double(value) - model.scaler.means[feature]) : 0
                #expect(contribution == expected)
            }
        }
    }

    @Test(arguments: ExplanationMethod.allCases)
    func `base value and contributions add up to the score`(method: ExplanationMethod) async throws {
        let samples = try TreeSamples(rows: 3_000, seed: 307, missing: 0.1)
        let background = samples.features.slice(100..<400)
        let models: [any BinaryClassifier] = [
            try Self.boosted(samples, rounds: 60, leaves: 31), try Self.forest(samples, trees: 15),
            try await LogisticRegressionTrainer().train(samples.features, labels: samples.labels),
        ]
        for model in models {
            let explanation = try await ScoreExplainer(model, method: method, background: background)
                .explain(samples.features, threads: 2)
            let probabilities = try await model.probabilities(samples.features, threads: 2)
            for row in probabilities.indices {
                let score = explanation.score(row: row)
                let probability = explanation.scale == .probability ? score : 1 / (1 + exp(-score))
                #expect(abs(probability - probabilities[row]) < 1e-12)
            }
        }
    }

    @Test(arguments: ExplanationMethod.allCases)
    func `bits do not depend on threads or on which rows are explained together`(method: ExplanationMethod) throws {
        let samples = try TreeSamples(rows: 2_001, seed: 308, missing: 0.1)
        let background = samples.features.slice(0..<50)
        for model in [try Self.boosted(samples), try Self.forest(samples)] {
            let explainer = try ScoreExplainer(model, method: method, background: background)
            let one = try explainer.explain(samples.features, threads: 1)
            for threads in [2, 3, 7] { #expect(try explainer.explain(samples.features, threads: threads) == one) }
            #expect(
                try ScoreExplainer(model, method: method, background: background, threads: 3)
                    .explain(samples.features) == one)
            for row in [0, 1, 7, 511, 512, 2_000] {
                let alone = try explainer.explain(samples.features.slice(row..<(row + 1)))
                #expect(alone.values(row: 0) == one.values(row: row))
            }
        }
    }

    @Test func `every level of vector instructions gives the same bits`() throws {
        let samples = try TreeSamples(rows: 801, seed: 310, missing: 0.1)
        for model in [try Self.boosted(samples), try Self.forest(samples)] {
            let portable = try ScoreExplainer(model, kernelLevel: 0).explain(samples.features)
            for level in [1, 2] as [Int32] {
                #expect(try ScoreExplainer(model, kernelLevel: level).explain(samples.features) == portable)
            }
        }
    }

    @Test func `an explanation needs rows, features, covers and a background`() throws {
        let samples = try TreeSamples(rows: 300, seed: 309)
        let model = try Self.boosted(samples)
        #expect(throws: ModelError.invalidSetting("interventional explanations need a background")) {
            try ScoreExplainer(model, method: .interventional)
        }
        let none = samples.features.slice(0..<0)
        #expect(throws: ModelError.unusableData("the background has no rows")) {
            try ScoreExplainer(model, method: .interventional, background: none)
        }
        let renamed = try FeatureMatrix(names: (0..<7).map { "f\($0)" }, columns: samples.features.columns)
        #expect(throws: ModelError.featureMismatch(expected: model.featureNames, actual: renamed.names)) {
            try ScoreExplainer(model, background: renamed)
        }
        #expect(throws: ModelError.featureMismatch(expected: model.featureNames, actual: renamed.names)) {
            try ScoreExplainer(model).explain(renamed)
        }
        let explanation = try ScoreExplainer(model).explain(none)
        #expect(explanation.rowCount == 0)
        #expect(explanation.meanMagnitudes == [Double](repeating: 0, count: 7))

        let bare = DecisionTree(
            nodes: [
                .init(
                    feature: 0, threshold: 0, defaultLeft: true, left: ~0, right: ~1, gain: 1, value: 0, weight: 0,
                    count: 0)
            ], leaves: [.init(value: -1, weight: 0, count: 0), .init(value: 1, weight: 0, count: 0)])
        let unweighted = try TreeEnsemble(featureNames: ["x"], trees: [bare], combination: .sum, link: .logistic)
        #expect(
            throws: ModelError.unusableData(
                "tree 0 holds no rows of training at node 0, which explanations by tree paths need; explain with a "
                    + "background")
        ) { try ScoreExplainer(unweighted) }
        // A background needs no covers.
        let rows = try FeatureMatrix(names: ["x"], columns: [[-1, 1]])
        let explained = try ScoreExplainer(unweighted, method: .interventional, background: rows).explain(rows)
        #expect(explained.contributions == [[-1, 1]])
        #expect(explained.baseValue == 0)
    }

    /// A tree that is a list of nodes, as a model file from outside may have it.
    private func chain(depth: Int, features: Int) throws -> TreeEnsemble {
        let nodes = (0..<depth).map { index in
            DecisionTree.Node(
                feature: Int32(index % features), threshold: Float(index), defaultLeft: true, left: ~Int32(index),
                right: index + 1 < depth ? Int32(index + 1) : ~Int32(depth), gain: 1, value: 0,
                weight: Double(depth + 1 - index), count: depth + 1 - index)
        }
        let leaves = (0...depth).map { DecisionTree.Leaf(value: Double($0 % 7), weight: 1, count: 1) }
        return try TreeEnsemble(
            featureNames: (0..<features).map { "f\($0)" }, trees: [DecisionTree(nodes: nodes, leaves: leaves)],
            combination: .sum, link: .logistic)
    }

    @Test(arguments: [(30_000, 2), (150, 150), (64, 64), (65, 65)])
    func `very deep trees and paths of many features are explained, too`(depth: Int, features: Int) throws {
        let model = try chain(depth: depth, features: features)
        let rows = try FeatureMatrix(
            names: model.featureNames,
            columns: (0..<features).map { feature in
                [Float(depth), 0, Float(depth / 2), .nan, Float(feature), Float(depth - feature)]
            })
        for method in ExplanationMethod.allCases {
            let explanation = try ScoreExplainer(model, method: method, background: rows.slice(1..<4)).explain(rows)
            for row in 0..<rows.rowCount {
                #expect(abs(explanation.score(row: row) - Self.score(model, rows.row(row))) < 1e-9)
            }
        }
    }

    @Test func `trees whose coefficients would take too much memory give the same`() throws {
        let one = try chain(depth: 6_000, features: 60)
        let many = try TreeEnsemble(
            featureNames: one.featureNames, trees: [DecisionTree](repeating: one.trees[0], count: 17),
            combination: .mean, link: .identity)
        let rows = try FeatureMatrix(
            names: one.featureNames, columns: (0..<60).map { [Float($0), 5_000, .nan, Float(100 * $0)] })
        let expected = try ScoreExplainer(one).explain(rows)
        let explanation = try ScoreExplainer(many, cover: .rows).explain(rows)
        for row in 0..<4 {
            #expect(largestDifference(explanation.values(row: row), expected.values(row: row)) < 1e-12)
        }
    }

    @Test func `a tree too deep for the rows of a background is refused`() throws {
        let model = try chain(depth: 30_000, features: 2)
        let rows = try FeatureMatrix(
            names: model.featureNames,
            columns: [[Float](repeating: 1, count: 5_000), [Float](repeating: 2, count: 5_000)])
        #expect(throws: ModelError.self) { try ScoreExplainer(model, method: .interventional, background: rows) }
        let wide = try chain(depth: 3_000, features: 3_000)
        #expect(throws: ModelError.self) { try ScoreExplainer(wide) }
    }

    @Test func `a custom classifier has no contributions`() throws {
        #expect(
            throws: ModelError.invalidSetting(
                "a classifier of type FirstFeature has no contributions; permutation importance and partial dependence "
                    + "explain any")
        ) { try ScoreExplainer(FirstFeature(names: ["x"])) }
    }

    @Test func `trees of one leaf and features that are not used contribute nothing`() throws {
        let model = try TreeEnsemble(
            featureNames: ["x", "y"], trees: [DecisionTree(constant: 2), DecisionTree(constant: -0.5)],
            combination: .sum, link: .logistic)
        let rows = try FeatureMatrix(names: ["x", "y"], columns: [[1, .nan], [.infinity, 0]])
        for method in ExplanationMethod.allCases {
            let explanation = try ScoreExplainer(model, method: method, background: rows).explain(rows)
            #expect(explanation.baseValue == 1.5)
            #expect(explanation.contributions == [[0, 0], [0, 0]])
            #expect(explanation.top(3, row: 0).isEmpty)
        }
    }
}
