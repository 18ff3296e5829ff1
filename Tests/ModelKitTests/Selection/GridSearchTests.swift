import Foundation
import ModelKit
import Parallelism
import TestSupport
import Testing

@Suite struct GridSearchTests {
    private struct Rows {
        let features: FeatureMatrix
        let labels: [UInt8]

        init(seed: UInt64) throws {
            var generator = SeededGenerator(seed: seed)
            var columns: [[Float]] = [[], []]
            var labels: [UInt8] = []
            for _ in 0..<2000 {
                let value = Float.random(in: -1..<1, using: &generator)
                columns[0].append(value)
                columns[1].append(.random(in: -1..<1, using: &generator))
                labels.append(Float.random(in: 0..<1, using: &generator) < 0.2 + 0.3 * value ? 1 : 0)
            }
            features = try FeatureMatrix(names: ["x", "noise"], columns: columns)
            self.labels = labels
        }
    }

    /// The configuration here is the feature to learn from: one tells frauds, one does not.
    private func train(_ rows: Rows, weight: Double) async throws -> any BinaryClassifier {
        let scaler = try await StandardScaler(rows.features)
        return try LogisticRegression(scaler: scaler, coefficients: [weight, 1 - weight], intercept: 0)
    }

    @Test func trialsAreSortedAndTheBestModelIsKept() async throws {
        let rows = try Rows(seed: 1)
        let search = try GridSearch([0.5, 1, 0, 1])
        let seen = Lock<[Int]>([])
        let result = try await search.run(
            validation: rows.features, labels: rows.labels,
            progress: { trial, count in seen.withLock { $0.append(trial.index * 10 + count) } },
            train: { try await train(rows, weight: $0) })
        #expect(result.trials.map(\.parameters) == [1, 1, 0.5, 0])
        #expect(result.trials.map(\.index) == [1, 3, 0, 2])
        #expect(result.best.score == result.trials.map(\.score).max())
        #expect((result.model as? LogisticRegression)?.coefficients == [1, 0])
        let scores = try await result.model.probabilities(rows.features, threads: 1)
        #expect(try Metrics.rocAUC(scores: scores, labels: rows.labels) == result.best.score)
        #expect(seen.withLock { $0 } == [4, 14, 24, 34])
        let again = try await search.run(
            validation: rows.features, labels: rows.labels,
            metric: { try Metrics.averagePrecision(scores: $0, labels: $1) },
            train: { try await train(rows, weight: $0) })
        #expect(again.trials.map(\.parameters) == [1, 1, 0.5, 0] && again.best.score != result.best.score)
    }

    @Test func failuresAndCancellationEndTheSearch() async throws {
        let rows = try Rows(seed: 2)
        let search = try GridSearch([0.1, 0.2, 0.3])
        await #expect(throws: ModelError.invalidSetting("broken")) {
            try await search.run(validation: rows.features, labels: rows.labels) { _ in
                throw ModelError.invalidSetting("broken")
            }
        }
        let trained = Lock(0)
        let task = Task {
            try await search.run(validation: rows.features, labels: rows.labels) { weight in
                trained.withLock { $0 += 1 }
                withUnsafeCurrentTask { $0?.cancel() }
                return try await train(rows, weight: weight)
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(trained.withLock { $0 } == 1)
        #expect(throws: ModelError.invalidSetting("a grid search needs at least one configuration")) {
            try GridSearch<Int>([])
        }
    }

    @Test func theDefaultGridHasEighteenPoints() {
        let points = BoostingGrid().points
        #expect(points.count == 18 && Set(points).count == 18)
        #expect(points.first == .init(maxDepth: 5, rounds: 10, rowSubsample: 0.5))
        #expect(points.last == .init(maxDepth: 10, rounds: 30, rowSubsample: 1))
    }
}
