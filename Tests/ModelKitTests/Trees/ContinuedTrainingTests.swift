import ModelKit
import TestSupport
import Testing

@Suite struct ContinuedTrainingTests {
    private func train(
        _ samples: TreeSamples, rounds: Int, continuing initial: TreeEnsemble? = nil,
        validation: ValidationSet? = nil, _ change: (inout BoostedTreesConfiguration) -> Void = { _ in }
    ) throws -> BoostedTrees {
        var settings = BoostedTreesConfiguration()
        settings.rounds = rounds
        settings.threads = 2
        settings.metric = .logLoss
        change(&settings)
        return try BoostedTreesTrainer(settings).trainBlocking(
            samples.features, labels: samples.labels, validation: validation, continuing: initial)
    }

    @Test(arguments: [false, true])
    func `two trainings one after the other are one of all rounds`(corrects: Bool) throws {
        let samples = try TreeSamples(rows: 3_000, seed: 131, missing: 0.1)
        func change(_ settings: inout BoostedTreesConfiguration) {
            settings.scalePositiveWeight = corrects ? 4 : 1
            settings.correctsProbabilities = corrects
        }
        let whole = try train(samples, rounds: 12, change).model
        let first = try train(samples, rounds: 5, change).model
        let second = try train(samples, rounds: 7, continuing: first, change).model
        #expect(second.treeCount == 12)
        #expect(Array(second.trees.prefix(5)) == first.trees)
        // Scores are held in 32 bits while a model is trained; the sums of a model are not.
        for (whole, second) in zip(
            try whole.probabilities(samples.features, threads: 1),
            try second.probabilities(samples.features, threads: 1))
        {
            #expect(abs(whole - second) < 1e-4)
        }
    }

    @Test func `validation rows start from the model's scores, too`() throws {
        let samples = try TreeSamples(rows: 3_000, seed: 132)
        let rows = try TreeSamples(rows: 1_000, seed: 133)
        let validation = ValidationSet(features: rows.features, labels: rows.labels)
        let first = try train(samples, rounds: 4).model
        let result = try train(samples, rounds: 6, continuing: first, validation: validation)
        let loss = try Metrics.logLoss(
            probabilities: result.model.probabilities(rows.features, threads: 1), labels: rows.labels)
        #expect(abs(loss - (result.history.last?.validationMetric ?? 0)) < 1e-12)
        #expect(result.history.count == 6)
        let stopped = try train(samples, rounds: 400, continuing: first, validation: validation) {
            $0.learningRate = 0.5
            $0.earlyStoppingRounds = 3
        }
        #expect(stopped.model.treeCount == 4 + stopped.bestRound)
    }

    @Test func `a forest and a model of other features are not continued`() throws {
        let samples = try TreeSamples(rows: 300, seed: 134)
        let forest = try RandomForestTrainer().trainBlocking(samples.features, labels: samples.labels)
        #expect(throws: ModelError.self) { try train(samples, rounds: 2, continuing: forest) }
        let other = try TreeSamples([[1, 2, 3, 4]], labels: [0, 1, 0, 1])
        let model = try train(other, rounds: 1).model
        #expect(throws: ModelError.self) { try train(samples, rounds: 2, continuing: model) }
    }
}
