import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct TreesInputTests {
    @Test(arguments: [
        ("rounds", "{\"rounds\": 0}"), ("maxLeaves", "{\"maxLeaves\": 1}"), ("maxLeaves", "{\"maxLeaves\": -3}"),
        ("maxDepth", "{\"maxDepth\": -1}"), ("both 0", "{\"maxLeaves\": 0, \"maxDepth\": 0}"),
        ("learningRate", "{\"learningRate\": 0}"), ("learningRate", "{\"learningRate\": 1.5}"),
        ("minChildWeight", "{\"minChildWeight\": -1}"), ("minRowsPerLeaf", "{\"minRowsPerLeaf\": 0}"),
        ("l1", "{\"l1\": -0.1}"), ("l2", "{\"l2\": -1}"), ("minSplitGain", "{\"minSplitGain\": -1}"),
        ("rowSubsample", "{\"rowSubsample\": 0}"), ("rowSubsample", "{\"rowSubsample\": 1.01}"),
        ("columnSubsample", "{\"columnSubsample\": 0}"), ("maxBins", "{\"maxBins\": 65536}"),
        ("maxBins", "{\"maxBins\": -1}"),
        ("maxBins", "{\"maxBins\": 1}"), ("scalePositiveWeight", "{\"scalePositiveWeight\": 0}"),
        ("threads", "{\"threads\": -1}"), ("earlyStoppingRounds", "{\"earlyStoppingRounds\": 0}"),
    ])
    func `a setting out of range is named`(name: String, json: String) throws {
        let settings = try JSONDecoder().decode(BoostedTreesConfiguration.self, from: Data(json.utf8))
        let error = #expect(throws: ModelError.self) { try BoostedTreesTrainer(settings) }
        guard case .invalidSetting(let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains(name))
    }

    @Test(arguments: [
        ("trees", "{\"trees\": 0}"), ("maxLeaves", "{\"maxLeaves\": 1}"),
        ("featuresPerNode", "{\"featuresPerNode\": 0}"),
        ("minRowsPerLeaf", "{\"minRowsPerLeaf\": 0}"), ("rowSubsample", "{\"rowSubsample\": 2}"),
    ])
    func `a forest's setting out of range is named`(name: String, json: String) throws {
        let settings = try JSONDecoder().decode(RandomForestConfiguration.self, from: Data(json.utf8))
        let error = #expect(throws: ModelError.self) { try RandomForestTrainer(settings) }
        #expect(error?.description.contains(name) == true)
    }

    @Test func `settings not a number are refused`() {
        for path in [\BoostedTreesConfiguration.learningRate, \.l2, \.rowSubsample, \.minChildWeight] {
            var settings = BoostedTreesConfiguration()
            settings[keyPath: path] = .nan
            #expect(throws: ModelError.self) { try settings.validate() }
        }
    }

    @Test func `configurations survive JSON, and what is absent takes its default`() throws {
        var settings = BoostedTreesConfiguration()
        settings.growth = .depthWise
        settings.earlyStoppingRounds = 7
        settings.seed = .max
        settings.metric = .rocAUC
        let copy = try JSONDecoder().decode(BoostedTreesConfiguration.self, from: JSONEncoder().encode(settings))
        #expect(copy == settings)
        #expect(
            try JSONDecoder().decode(BoostedTreesConfiguration.self, from: Data("{}".utf8))
                == BoostedTreesConfiguration())
        var forest = RandomForestConfiguration()
        forest.featuresPerNode = 3
        forest.isBootstrapped = false
        #expect(try JSONDecoder().decode(RandomForestConfiguration.self, from: JSONEncoder().encode(forest)) == forest)
    }

    @Test func `data that cannot be trained on are refused with a reason`() throws {
        let features = try FeatureMatrix(names: ["x"], columns: [[1, 2, 3]])
        let empty = try FeatureMatrix(names: ["x"], columns: [[]])
        let none = try FeatureMatrix(names: [], columns: [])
        let cases: [(FeatureMatrix, [UInt8], [Float]?, String)] = [
            (features, [0, 1], nil, "2 labels for 3 rows"), (features, [0, 1, 1], [1], "1 weights for 3 rows"),
            (features, [0, 2, 1], nil, "row 1 is 2"), (features, [1, 1, 1], nil, "label 1"),
            (features, [0, 0, 0], nil, "label 0"), (empty, [], nil, "no row"), (none, [], nil, "no feature"),
            (features, [0, 1, 1], [1, -1, 1], "weight of row 1"),
            (features, [0, 1, 1], [1, .nan, 1], "weight of row 1"),
            (features, [0, 1, 1], [0, 1, 1], "label 1"),
        ]
        for (features, labels, weights, reason) in cases {
            let error = #expect(throws: ModelError.self) {
                try BoostedTreesTrainer().trainBlocking(features, labels: labels, weights: weights)
            }
            #expect(error?.description.contains(reason) == true)
            #expect(throws: ModelError.self) {
                try RandomForestTrainer().trainBlocking(features, labels: labels, weights: weights)
            }
        }
    }

    @Test func `a validation set must fit`() throws {
        let samples = try TreeSamples(rows: 100, seed: 51)
        var settings = BoostedTreesConfiguration()
        settings.earlyStoppingRounds = 2
        let trainer = try BoostedTreesTrainer(settings)
        #expect(throws: ModelError.self) { try trainer.trainBlocking(samples.features, labels: samples.labels) }
        let other = ValidationSet(
            features: try FeatureMatrix(names: ["z"], columns: [[1, 2]]), labels: [0, 1])
        #expect(throws: ModelError.self) {
            try trainer.trainBlocking(samples.features, labels: samples.labels, validation: other)
        }
        let short = ValidationSet(features: samples.features, labels: [0, 1])
        #expect(throws: ModelError.self) {
            try trainer.trainBlocking(samples.features, labels: samples.labels, validation: short)
        }
    }
}
