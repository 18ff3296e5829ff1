import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct BaggedBoostingTests {
    private func settings(_ change: (inout BaggedBoostingConfiguration) -> Void = { _ in })
        -> BaggedBoostingConfiguration
    {
        var settings = BaggedBoostingConfiguration()
        settings.bags = 4
        settings.boosting.rounds = 12
        settings.threads = 2
        change(&settings)
        return settings
    }

    private func train(
        _ samples: TreeSamples, _ change: (inout BaggedBoostingConfiguration) -> Void = { _ in }
    ) throws -> TreeEnsemble {
        try BaggedBoostingTrainer(settings(change)).trainBlocking(
            samples.features, labels: samples.labels, weights: samples.weights)
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    @Test func `bags of all rows are the boosted trees themselves`() throws {
        let samples = try TreeSamples(rows: 2_000, seed: 91, missing: 0.05)
        let bagged = try train(samples) { $0.negativesPerPositive = 1e9 }
        let boosted = try BoostedTreesTrainer(settings().boosting)
            .trainBlocking(samples.features, labels: samples.labels).model
        #expect(bagged.treeCount == 4 * boosted.treeCount)
        for (bagged, boosted) in zip(
            try bagged.probabilities(samples.features, threads: 1),
            try boosted.probabilities(samples.features, threads: 1))
        {
            #expect(abs(bagged - boosted) < 1e-12)
        }
    }

    @Test(arguments: [false, true])
    func `probabilities have the rate of all rows, not that of the bags`(bootstrapsPositives: Bool) throws {
        let samples = try TreeSamples(rows: 40_000, seed: 92, positiveShift: -5)
        let unseen = try TreeSamples(rows: 40_000, seed: 93, positiveShift: -5)
        let rate = mean(samples.labels.map(Double.init))
        #expect(rate < 0.05)
        for negatives in [1.0, 5.0] {
            let model = try train(samples) {
                $0.bags = 8
                $0.negativesPerPositive = negatives
                $0.bootstrapsPositives = bootstrapsPositives
            }
            let predicted = mean(try model.probabilities(unseen.features, threads: 2))
            #expect(abs(predicted / rate - 1) < 0.25)
        }
    }

    @Test func `weights count in the rate, and rows of no weight are in no bag`() throws {
        var samples = try TreeSamples(rows: 20_000, seed: 94, positiveShift: -4)
        let plain = try train(samples)
        samples.weights = samples.labels.indices.map { samples.labels[$0] == 1 || $0 % 2 == 0 ? 1 : 0 }
        let weighted = try train(samples)
        let rows = samples.labels.indices.filter { samples.weights?[$0] != 0 }
        var rest = samples
        rest.features = samples.features.take(rows)
        rest.labels = rows.map { samples.labels[$0] }
        rest.weights = nil
        let expected = try train(rest)
        for (weighted, expected) in zip(
            try weighted.probabilities(samples.features, threads: 1),
            try expected.probabilities(samples.features, threads: 1))
        {
            #expect(abs(weighted - expected) < 1e-6)
        }
        #expect(weighted != plain)
    }

    @Test func `the model is the same on any number of threads, and another for another seed`() throws {
        let samples = try TreeSamples(rows: 5_000, seed: 95, missing: 0.1, positiveShift: -3)
        let models = try [1, 2, 5].map { threads in
            try train(samples) {
                $0.threads = threads
                $0.bootstrapsPositives = true
            }
        }
        #expect(models[1] == models[0])
        #expect(models[2] == models[0])
        let other = try train(samples) {
            $0.seed = 1
            $0.bootstrapsPositives = true
        }
        #expect(other != models[0])
    }

    @Test func `where positives are rare, bags rank unseen rows at least as well as one model`() throws {
        let samples = try TreeSamples(rows: 30_000, seed: 96, positiveShift: -6)
        let unseen = try TreeSamples(rows: 60_000, seed: 97, positiveShift: -6)
        func quality(_ model: TreeEnsemble) throws -> Double {
            try Metrics.rocAUC(scores: model.probabilities(unseen.features, threads: 2), labels: unseen.labels)
        }
        var single = BoostedTreesConfiguration()
        single.maxDepth = 4
        let one = try BoostedTreesTrainer(single).trainBlocking(samples.features, labels: samples.labels).model
        let many = try train(samples) {
            $0.bags = 10
            $0.boosting.rounds = 100
        }
        #expect(try quality(many) > quality(one))
    }

    @Test func `each model stops early by the validation rows`() throws {
        let samples = try TreeSamples(rows: 4_000, seed: 98)
        let validation = try TreeSamples(rows: 2_000, seed: 99)
        let settings = settings {
            $0.boosting.rounds = 200
            $0.boosting.learningRate = 0.5
            $0.boosting.earlyStoppingRounds = 3
        }
        let trainer = try BaggedBoostingTrainer(settings)
        let model = try trainer.trainBlocking(
            samples.features, labels: samples.labels,
            validation: ValidationSet(features: validation.features, labels: validation.labels))
        #expect(model.treeCount < 4 * 200)
        #expect(throws: ModelError.self) { try trainer.trainBlocking(samples.features, labels: samples.labels) }
    }

    @Test(arguments: [
        ("bags", "{\"bags\": 0}"), ("negativesPerPositive", "{\"negativesPerPositive\": 0}"),
        ("threads", "{\"threads\": -2}"), ("rounds", "{\"boosting\": {\"rounds\": 0}}"),
    ])
    func `a setting out of range is named`(name: String, json: String) throws {
        let settings = try JSONDecoder().decode(BaggedBoostingConfiguration.self, from: Data(json.utf8))
        let error = #expect(throws: ModelError.self) { try BaggedBoostingTrainer(settings) }
        #expect(error?.description.contains(name) == true)
    }

    @Test func `configurations survive JSON, and what is absent takes its default`() throws {
        let settings = settings { $0.bootstrapsPositives = true }
        #expect(
            try JSONDecoder().decode(BaggedBoostingConfiguration.self, from: JSONEncoder().encode(settings)) == settings
        )
        #expect(
            try JSONDecoder().decode(BaggedBoostingConfiguration.self, from: Data("{}".utf8))
                == BaggedBoostingConfiguration())
    }

    @Test func `data that cannot be trained on are refused, and a cancelled training ends`() async throws {
        let features = try FeatureMatrix(names: ["x"], columns: [[1, 2, 3]])
        let trainer = try BaggedBoostingTrainer(settings())
        #expect(throws: ModelError.self) { try trainer.trainBlocking(features, labels: [0, 0, 0]) }
        #expect(throws: ModelError.self) { try trainer.trainBlocking(features, labels: [0, 1]) }
        #expect(throws: ModelError.self) {
            try trainer.trainBlocking(features, labels: [0, 1, 1], weights: [1, -1, 1])
        }
        let samples = try TreeSamples(rows: 2_000, seed: 90)
        let endless = try BaggedBoostingTrainer(settings { $0.boosting.rounds = 1_000_000 })
        let task = Task { try await endless.train(samples.features, labels: samples.labels) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
