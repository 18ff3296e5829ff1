import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ONNXModelTests {
    private typealias Case = ONNXRuntimeOracle.Case

    /// Rows with unusual numbers, and with the thresholds of a model and their neighbours.
    private func strange(_ features: FeatureMatrix, _ classifier: any BinaryClassifier, seed: UInt64) throws
        -> FeatureMatrix
    {
        var generator = SeededGenerator(seed: seed)
        var special: [Float] = [
            .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude.nextDown, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        ]
        if let trees = classifier as? TreeEnsemble {
            for threshold in trees.trees.flatMap(\.nodes).map(\.threshold).prefix(2_000) {
                special += [threshold, threshold.nextUp, threshold.nextDown]
            }
        }
        let columns = features.columns.map { column in
            column.map { value in Bool.random(using: &generator) ? value : special.randomElement(using: &generator) ?? 0
            }
        }
        return try FeatureMatrix(names: classifier.featureNames, columns: columns)
    }

    /// Compares what ONNX Runtime gives for models at thresholds with what the classifiers give.
    private func check(
        _ examples: [(classifier: any BinaryClassifier, features: FeatureMatrix)], difference: Double = 1e-6,
        location: SourceLocation = #_sourceLocation
    ) throws {
        var cases: [(Case, threshold: Double, ours: [Double])] = []
        for (classifier, features) in examples {
            let ours = try classifier.probabilities(features, threads: 1)
            // Probabilities that rows have are the hardest thresholds.
            var thresholds = [0, 1, 0.5, 1e-30]
            for location in [0.3, 0.5, 0.99] { thresholds.append(ours[Int(Double(ours.count) * location)]) }
            for threshold in thresholds {
                let model = try ONNXModel(classifier, threshold: threshold)
                cases.append((Case(model: model, features: features), threshold, ours))
            }
        }
        for (response, (_, threshold, ours)) in zip(try ONNXRuntimeOracle.run(cases.map(\.0)), cases) {
            try #require(response.probabilities.count == ours.count && ours.count == response.labels.count)
            let largest = zip(ours, response.probabilities).reduce(0) { max($0, abs($1.0 - Double($1.1))) }
            #expect(largest < difference, "threshold \(threshold)", sourceLocation: location)
            let others = zip(ours, response.labels).reduce(0) { $0 + (($1.0 >= threshold) == ($1.1 == 1) ? 0 : 1) }
            #expect(others == 0, "threshold \(threshold)", sourceLocation: location)
        }
    }

    @Test(.needs(.python), arguments: [0, 0.15])
    func `ONNX Runtime gives the probabilities and labels of boosted trees`(missing: Double) throws {
        let samples = try TreeSamples(rows: 3_000, seed: 201, missing: missing)
        var examples: [(any BinaryClassifier, FeatureMatrix)] = []
        for (rounds, leaves) in [(1, 2), (20, 31), (150, 12)] {
            var settings = BoostedTreesConfiguration()
            settings.rounds = rounds
            settings.maxLeaves = leaves
            let model = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
            examples.append((model, samples.features))
            examples.append((model, try strange(samples.features, model, seed: 202)))
        }
        try check(examples)
    }

    @Test(.needs(.python)) func `ONNX Runtime gives the probabilities and labels of forests`() throws {
        let samples = try TreeSamples(rows: 1_500, seed: 203, missing: 0.1)
        var examples: [(any BinaryClassifier, FeatureMatrix)] = []
        for trees in [1, 10, 64] {
            var settings = RandomForestConfiguration()
            settings.trees = trees
            let model = try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
            examples.append((model, samples.features))
            examples.append((model, try strange(samples.features, model, seed: 204)))
        }
        try check(examples)
    }

    @Test(.needs(.python)) func `ONNX Runtime gives the probabilities and labels of a logistic regression`()
        async throws
    {
        let samples = try TreeSamples(rows: 2_000, seed: 205, missing: 0.1)
        let model = try await LogisticRegressionTrainer().train(samples.features, labels: samples.labels)
        let one = try FeatureMatrix(names: ["a"], columns: [samples.features.columns[0]])
        let ofOne = try await LogisticRegressionTrainer().train(one, labels: samples.labels)
        try check(
            [
                (model, samples.features), (model, try strange(samples.features, model, seed: 206)), (ofOne, one),
                (ofOne, try strange(one, ofOne, seed: 207)),
            ], difference: 1e-7)
    }

    @Test(.needs(.python)) func `models that LightGBM trained can be written, too`() throws {
        let folder = try TemporaryFolder()
        let samples = try TreeSamples(rows: 1_500, seed: 208, missing: 0.15)
        try samples.write(to: folder)
        try Oracle.run(
            TreeSamples.pythonLoad + """
                import lightgbm
                x, y, _ = load()
                for number, more in enumerate([{}, dict(boosting='rf', bagging_fraction=.6, bagging_freq=1),
                                               dict(use_missing=False), dict(num_leaves=100, min_data_in_leaf=1)]):
                    settings = dict(objective='binary', num_threads=2, verbose=-1) | more
                    lightgbm.train(settings, lightgbm.Dataset(x, y), 40).save_model(f'{folder}/{number}.txt')
                """, [folder.url.path(percentEncoded: false)])
        try check(
            (0..<4).map { number in
                let text = try Data(contentsOf: folder.url.appending(path: "\(number).txt"))
                let model = try ClassifierArchive.decode(["trees.txt": Array(text)])
                return (model, try strange(samples.features, model, seed: 209))
            })
    }

    /// A tree whose leaves are told from one another by their values, with strange thresholds.
    private func randomTree(_ generator: inout SeededGenerator, features: Int, leaves: Int) -> DecisionTree {
        let thresholds: [Float] = [
            .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1, -1, Float(1).nextUp,
            0.1,
            16_777_216,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNormalMagnitude,
        ]
        var tree = DecisionTree(constant: 0)
        // A leaf, any, becomes a node of two leaves.
        var open: [(parent: Int, isLeft: Bool)] = []
        for index in 0..<(leaves - 1) {
            tree.nodes.append(
                DecisionTree.Node(
                    feature: Int32.random(in: 0..<Int32(features), using: &generator),
                    threshold: thresholds.randomElement(using: &generator) ?? 0,
                    defaultLeft: .random(using: &generator), left: 0, right: 0, gain: 1, value: 0, weight: 1, count: 1))
            if index > 0 {
                let (parent, isLeft) = open.remove(at: Int.random(in: 0..<open.count, using: &generator))
                if isLeft { tree.nodes[parent].left = Int32(index) } else { tree.nodes[parent].right = Int32(index) }
            }
            open += [(index, true), (index, false)]
        }
        for (leaf, (parent, isLeft)) in open.shuffled(using: &generator).enumerated() {
            if isLeft { tree.nodes[parent].left = ~Int32(leaf) } else { tree.nodes[parent].right = ~Int32(leaf) }
        }
        tree.leaves = (0..<leaves).map { DecisionTree.Leaf(value: Double($0) / Double(leaves), weight: 1, count: 1) }
        return tree
    }

    @Test(.needs(.python)) func `every row comes to the same leaf of random trees`() throws {
        var generator = SeededGenerator(seed: 210)
        let rows = try TreeSamples(rows: 600, seed: 211, missing: 0.2).features
        var examples: [(any BinaryClassifier, FeatureMatrix)] = []
        for leaves in [1, 2, 3, 5, 17, 64, 300] {
            let tree = randomTree(&generator, features: rows.featureCount, leaves: leaves)
            let model = try TreeEnsemble(
                featureNames: rows.names, trees: [tree], combination: .mean, link: .identity)
            examples.append((model, try strange(rows, model, seed: UInt64(leaves))))
        }
        // The values of two leaves differ by 1/300 or more, so this tells the leaves apart.
        try check(examples)
    }

    @Test(.needs(.python)) func `constant trees, no trees and saturated ones have a form`() throws {
        let rows = try FeatureMatrix(names: ["x", "y"], columns: [[1, 2, .nan], [0, 0, 0]])
        let one = try FeatureMatrix(names: ["x"], columns: [[1, .nan, 3]])
        var examples: [(any BinaryClassifier, FeatureMatrix)] = []
        let sums: [[Double]] = [[], [-1.25], [0.5, -1.25, 3], [40], [-45], [800], [-800], [1e300], [-1e300]]
        for values in sums {
            for features in [rows, one] {
                let model = try TreeEnsemble(
                    featureNames: features.names, trees: values.map { DecisionTree(constant: $0) }, combination: .sum,
                    link: .logistic)
                examples.append((model, features))
            }
        }
        for values in [[], [0.5], [0.25, 1], [2], [-3]] as [[Double]] {
            for link in [TreeEnsemble.Link.identity, .logistic] {
                let model = try TreeEnsemble(
                    featureNames: rows.names, trees: values.map { DecisionTree(constant: $0) }, combination: .mean,
                    link: link)
                examples.append((model, rows))
            }
        }
        try check(examples)
    }

    @Test func `what has no ONNX form is refused with the reason`() throws {
        func model(_ names: [String]) throws -> TreeEnsemble {
            try TreeEnsemble(
                featureNames: names, trees: [DecisionTree(constant: 0)], combination: .sum, link: .logistic)
        }
        for names in [[], [""], ["a", "a"], ["label", "b"], ["probability"], ["#1"]] {
            let error = #expect(throws: ModelError.self) { try ONNXModel(model(names)) }
            guard case .invalidSetting = error else {
                Issue.record("\(names): \(String(describing: error))")
                continue
            }
        }
        for threshold in [-0.1, 1.1, .nan, .infinity] {
            let error = #expect(throws: ModelError.self) { try ONNXModel(model(["a"]), threshold: threshold) }
            #expect(error?.description.contains("threshold") == true)
        }
        struct Other: BinaryClassifier {
            var featureNames: [String] { ["a"] }
            var featureImportance: [Double] { [0] }
            func probabilities(_ features: FeatureMatrix, threads: Int) -> [Double] { [] }
            func probability(row: UnsafeBufferPointer<Float>) -> Double { 0 }
        }
        let error = #expect(throws: ModelError.self) { try ONNXModel(Other()) }
        #expect(error?.description.contains("Other") == true)
    }

    private struct Description: Decodable {
        var inputs: [String]
        var properties: [String: String]
        var documentation, producer: String
        var versions: [String: Int]
    }

    @Test(.needs(.python)) func `names, properties and versions are read back by ONNX`() throws {
        let names = [
            "tx_amount", "größe 7", "日本", "a\"b\\c\n", " ", "\u{1F600}", "0", "a/b:c,d",
            String(repeating: "x", count: 300),
        ]
        let trees = try TreeEnsemble(
            featureNames: names, trees: [DecisionTree(constant: 0.1)], combination: .sum, link: .logistic)
        let properties = ["created": "2026-01-01T00:00:00Z", "é": "\u{0}\u{7F}ß", "empty": ""]
        let model = try ONNXModel(trees, threshold: 0.1, properties: properties, description: "Ünïcode\n#")
        #expect(try ONNXModel(trees, threshold: 0.1, properties: properties, description: "Ünïcode\n#") == model)
        let folder = try TemporaryFolder()
        try Data(model.bytes).write(to: folder.url.appending(path: "model.onnx"))
        let description = try Oracle.json(
            Description.self,
            """
            import sys, json, onnx
            path = sys.argv[1]
            model = onnx.load(path)
            onnx.checker.check_model(path, full_check=True)
            print(json.dumps(dict(
                inputs=[i.name for i in model.graph.input], properties={p.key: p.value for p in model.metadata_props},
                documentation=model.doc_string, producer=model.producer_name,
                versions={o.domain: o.version for o in model.opset_import} | dict(ir=model.ir_version))))
            """, [folder.path("model.onnx")])
        #expect(description.inputs == names)
        #expect(description.documentation == "Ünïcode\n#")
        #expect(description.producer == "antifraud")
        #expect(description.versions == ["": 17, "ai.onnx.ml": 3, "ir": 8])
        var expected = properties
        expected["threshold"] = "0.1"
        expected["feature_names"] = description.properties["feature_names"]
        #expect(description.properties == expected)
        let stored = try JSONDecoder().decode(
            [String].self, from: Data((description.properties["feature_names"] ?? "").utf8))
        #expect(stored == names)
    }

    @Test(.needs(.python)) func `the article's example is compiled and its Python runs`() throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "ModelKit", source: "Tests/ModelKitTests/Formats/ONNXArticleExample.swift", number: 1))
        let samples = try TreeSamples(rows: 300, seed: 212)
        let features = try FeatureMatrix(names: ["x", "noise"], columns: Array(samples.features.columns[0..<2]))
        var settings = BoostedTreesConfiguration()
        settings.rounds = 5
        let model = try BoostedTreesTrainer(settings).trainBlocking(features, labels: samples.labels).model
        let folder = try TemporaryFolder()
        try export(model, threshold: 0.4, to: folder.url.appending(path: "model.onnx"))
        let python = try #require(Article.examples(module: "ModelKit", language: "python").first)
        let response = try Oracle.json(
            [[Double]].self,
            """
            import json, os, sys, numpy
            os.chdir(sys.argv[1])
            x, noise = (numpy.array(column, numpy.float32) for column in json.loads(sys.argv[2]))
            \(python)
            print(json.dumps([probability.tolist(), label.tolist()]))
            """,
            [
                folder.url.path(percentEncoded: false),
                String(decoding: try JSONEncoder().encode(features.columns), as: UTF8.self),
            ])
        let ours = try model.probabilities(features, threads: 1)
        #expect(zip(ours, response[0]).allSatisfy { abs($0 - $1) < 1e-6 } && response[0].count == 300)
        #expect((response[1] == ours.map { $0 >= 0.4 ? 1 : 0 }) == true)
    }
}
