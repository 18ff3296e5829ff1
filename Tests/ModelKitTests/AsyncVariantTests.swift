import ModelKit
import Parallelism
import TestSupport
import Testing

/// The variants that do not block give what those that block give, and end when their task is cancelled.
@Suite struct AsyncVariantTests {
    private let rows = ScoredRows(.distinct, count: 2_000, positiveShare: 0.1)
    private var others: [Double] { rows.others }

    private func features() throws -> FeatureMatrix {
        try FeatureMatrix(names: ["x", "y"], columns: [rows.scores.map { Float($0) }, others.map { Float($0) }])
    }

    @Test func evaluationSummary() async throws {
        let (scores, labels) = (rows.scores, rows.labels)
        let expected = try blocking {
            try EvaluationSummary(probabilities: scores, labels: labels, threshold: 0.3, topK: [10], curvePoints: 50)
        }
        let summary = try await EvaluationSummary(
            probabilities: scores, labels: labels, threshold: 0.3, topK: [10], curvePoints: 50, threads: 2)
        #expect(summary == expected)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await EvaluationSummary(probabilities: scores, labels: labels) }
        }
    }

    @Test func modelComparison() async throws {
        let (scores, others, labels) = (rows.scores, others, rows.labels)
        let settings = ModelComparison.Settings(samples: 20, tTestSamples: 10, level: 0.9, seed: 7)
        let expected = try blocking {
            try ModelComparison(candidate: scores, champion: others, labels: labels, settings: settings)
        }
        let comparison = try await ModelComparison(
            candidate: scores, champion: others, labels: labels, settings: settings, threads: 2)
        #expect(comparison == expected)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask {
                try await ModelComparison(candidate: scores, champion: others, labels: labels)
            }
        }
    }

    @Test func bootstrapComparison() async throws {
        let (scores, others, labels) = (rows.scores, others, rows.labels)
        let expected = try blocking {
            try BootstrapComparison(first: scores, second: others, labels: labels, samples: 20, level: 0.9, seed: 7)
        }
        let comparison = try await BootstrapComparison(
            first: scores, second: others, labels: labels, samples: 20, level: 0.9, seed: 7, threads: 2)
        #expect(comparison == expected)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask {
                try await BootstrapComparison(first: scores, second: others, labels: labels)
            }
        }
    }

    /// All samples would take minutes.
    @Test(.timeLimit(.minutes(1))) func cancellationStopsABootstrap() async throws {
        let rows = ScoredRows(.distinct, count: 20_000)
        let settings = ModelComparison.Settings(samples: 500_000, tTestSamples: 10)
        let comparison = Task {
            try await ModelComparison(
                candidate: rows.scores, champion: rows.others, labels: rows.labels, settings: settings)
        }
        try await Task.sleep(for: .milliseconds(50))
        comparison.cancel()
        await #expect(throws: CancellationError.self) { try await comparison.value }
    }

    @Test func deLongTest() async throws {
        let (scores, others, labels) = (rows.scores, others, rows.labels)
        let expected = try blocking { try DeLongTest(first: scores, second: others, labels: labels, level: 0.9) }
        let test = try await DeLongTest(first: scores, second: others, labels: labels, level: 0.9, threads: 2)
        #expect(test == expected)
        let area = try await AUCEstimate(scores: scores, labels: labels, level: 0.9, threads: 2)
        #expect(area == expected.first)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await DeLongTest(first: scores, second: others, labels: labels) }
        }
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await AUCEstimate(scores: scores, labels: labels) }
        }
    }

    @Test func standardScaler() async throws {
        let features = try features()
        let expected = blocking { StandardScaler(features) }
        let scaler = try await StandardScaler(features, threads: 2)
        #expect(scaler == expected)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await StandardScaler(features) }
        }
    }

    @Test func probabilities() async throws {
        let features = try features()
        let trees = try await BoostedTreesTrainer().train(features, labels: rows.labels).model
        let regression = try await LogisticRegressionTrainer().train(features, labels: rows.labels)
        for model in [trees, regression] as [any BinaryClassifier] {
            let expected = try blocking { try model.probabilities(features, threads: 1) }
            let probabilities = try await model.probabilities(features, threads: 2)
            #expect(probabilities == expected)
            await #expect(throws: CancellationError.self) {
                try await inCancelledTask { try await model.probabilities(features, threads: 1) }
            }
            let reordered = try FeatureMatrix(names: ["y", "x"], columns: features.columns)
            await #expect(throws: ModelError.featureMismatch(expected: ["x", "y"], actual: ["y", "x"])) {
                try await model.probabilities(reordered, threads: 1)
            }
        }
    }

    @Test func scoreExplainer() async throws {
        let features = try features()
        let model = try await BoostedTreesTrainer().train(features, labels: rows.labels).model
        for method in ExplanationMethod.allCases {
            let explainer = try ScoreExplainer(model, method: method, background: features.slice(0..<20))
            let expected = try blocking { try explainer.explain(features) }
            let counts = Lock<[Int]>([])
            let explanation = try await explainer.explain(features, threads: 2) { done in
                counts.withLock { $0.append(done) }
            }
            #expect(explanation == expected)
            let reported = counts.withLock { $0 }
            #expect(reported.last == 2_000)
            #expect(reported == reported.sorted())
            await #expect(throws: CancellationError.self) {
                try await inCancelledTask { try await explainer.explain(features) }
            }
        }
    }

    /// All rows would take minutes.
    @Test(.timeLimit(.minutes(1))) func cancellationStopsAnExplanation() async throws {
        let features = try features()
        let model = try await BoostedTreesTrainer().train(features, labels: rows.labels).model
        let explainer = try ScoreExplainer(model, method: .interventional, background: features)
        let many = features.take((0..<4_000_000).map { $0 % 2_000 })
        let explanation = Task { try await explainer.explain(many) }
        try await Task.sleep(for: .milliseconds(50))
        explanation.cancel()
        await #expect(throws: CancellationError.self) { try await explanation.value }
    }

    @Test func importanceAndDependence() async throws {
        let features = try features()
        let labels = rows.labels
        let model = try await BoostedTreesTrainer().train(features, labels: labels).model
        let expected = try blocking { try PermutationImportance(model, features, labels: labels, repetitions: 2) }
        let counts = Lock<[Int]>([])
        let importance = try await PermutationImportance(
            model, features, labels: labels, repetitions: 2, threads: 2,
            progress: { done in counts.withLock { $0.append(done) } })
        #expect(importance == expected)
        #expect(counts.withLock { $0 } == [1, 2])
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await PermutationImportance(model, features, labels: labels) }
        }
        let dependence = try blocking { try PartialDependence(model, of: "x", in: features) }
        let same = try await PartialDependence(model, of: "x", in: features, threads: 2)
        #expect(same == dependence)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await PartialDependence(model, of: "x", in: features) }
        }
    }
}
