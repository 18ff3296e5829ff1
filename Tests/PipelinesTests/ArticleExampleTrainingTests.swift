import ModelKit
import Pipelines
import Scoring
import TestSupport
import Testing

/// The code of the guide on training compiles, and does what the guide says.
@Suite struct ArticleExampleTrainingTests {
    @Test func guideHoldsTheCompiledCode() throws {
        let source = try Article.text("Tests/PipelinesTests/ArticleExampleTraining.swift")
        let examples = try Article.examples(guide: "Training", language: "swift")
        #expect(examples.count == 3)
        for example in examples { #expect(source.contains(example), "\(example)") }
    }

    @Test func cheapestThresholdWeighsAlertsAgainstFrauds() throws {
        // Alerts from 0.9 on: one fraud of two; from 0.4 on: both frauds and two genuine rows.
        let evaluation = try EvaluationSummary(
            probabilities: [0.9, 0.8, 0.7, 0.4, 0.1], labels: [1, 0, 0, 1, 0], threshold: 0.5)
        #expect(cheapestThreshold(evaluation, costOfAlert: 1, costOfMissedFraud: 1.5) == 0.9)
        #expect(cheapestThreshold(evaluation, costOfAlert: 1, costOfMissedFraud: 10) == 0.4)
        #expect(cheapestThreshold(evaluation, costOfAlert: 10, costOfMissedFraud: 1) == 1)
    }

    @Test func examplesTrainAndCompare() async throws {
        let data = try await SimulatedData()
        let folder = try TemporaryFolder(), early = folder.path("early.parquet"), all = folder.path("all.parquet")
        try await data.write(data.split(atDay: 25).before, to: early)
        try await data.write(data.table, to: all)
        let careful = try await trainForCosts(on: early, alert: 1, missedFraud: 100)
        let sparing = try await trainForCosts(on: early, alert: 100, missedFraud: 101)
        #expect(careful.threshold < sparing.threshold)
        // The same trees: no ranking is better than itself.
        #expect(try await !isBetter(careful, than: sparing, on: all))
    }
}
