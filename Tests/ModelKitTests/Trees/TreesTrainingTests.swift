import Foundation
import ModelKit
import Parallelism
import TestSupport
import Testing

@Suite struct TreesTrainingTests {
    private func train(
        _ samples: TreeSamples, validation: TreeSamples? = nil,
        _ change: (inout BoostedTreesConfiguration) -> Void = { _ in }
    ) throws -> BoostedTrees {
        var settings = BoostedTreesConfiguration()
        settings.rounds = 20
        change(&settings)
        return try BoostedTreesTrainer(settings).trainBlocking(
            samples.features, labels: samples.labels, weights: samples.weights,
            validation: validation.map { ValidationSet(features: $0.features, labels: $0.labels, weights: $0.weights) })
    }

    @Test func `whole weights are the same as repeated rows`() throws {
        var weighted = try TreeSamples(rows: 2_000, seed: 31, missing: 0.1)
        let counts = weighted.labels.indices.map { $0 % 3 + 1 }
        weighted.weights = counts.map(Float.init)
        let order = counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) }
        var repeated = weighted
        repeated.weights = nil
        repeated.features = weighted.features.take(order)
        repeated.labels = order.map { weighted.labels[$0] }
        // Fewer distinct values than bins, so that bins do not depend on how often a value occurs.
        for index in [0, 1, 2, 5] {
            weighted = try weighted.rounding(index)
            repeated = try repeated.rounding(index)
        }
        let left = try train(weighted).model.probabilities(weighted.features, threads: 1)
        let right = try train(repeated).model.probabilities(weighted.features, threads: 1)
        for (left, right) in zip(left, right) { #expect(abs(left - right) < 1e-6) }
    }

    @Test func `scalePositiveWeight is a weight on positive rows`() throws {
        let samples = try TreeSamples(rows: 2_000, seed: 32)
        var weighted = samples
        weighted.weights = samples.labels.map { $0 == 1 ? 3.5 : 1 }
        let scaled = try train(samples) { $0.scalePositiveWeight = 3.5 }
        #expect(try scaled.model == train(weighted).model)
    }

    @Test func `rows of no weight change nothing`() throws {
        let samples = try TreeSamples(rows: 1_500, seed: 33)
        var padded = samples
        padded.features = samples.features.take(Array(0..<1_500) + Array(0..<300))
        padded.labels = samples.labels + samples.labels[0..<300].map { 1 - $0 }
        padded.weights = [Float](repeating: 1, count: 1_500) + [Float](repeating: 0, count: 300)
        var weighted = samples
        weighted.weights = [Float](repeating: 1, count: 1_500)
        let left = try train(padded) { $0.rounds = 5 }.model.probabilities(samples.features, threads: 1)
        let right = try train(weighted) { $0.rounds = 5 }.model.probabilities(samples.features, threads: 1)
        for (left, right) in zip(left, right) { #expect(abs(left - right) < 1e-6) }
    }

    @Test func `leaves, depth and rows stay within their limits in both orders of growth`() throws {
        let samples = try TreeSamples(rows: 4_000, seed: 34)
        for growth in TreeGrowth.allCases {
            let model = try train(samples) {
                $0.growth = growth
                $0.maxLeaves = 13
                $0.maxDepth = 5
                $0.minRowsPerLeaf = 40
                $0.minChildWeight = 5
            }.model
            for tree in model.trees {
                #expect(tree.leaves.count <= 13)
                #expect(tree.depth <= 5)
                for leaf in tree.leaves {
                    #expect(leaf.count >= 40)
                    #expect(leaf.weight >= 5 - 1e-6)
                }
                #expect(tree.leaves.reduce(0) { $0 + $1.count } == 4_000)
            }
        }
        let levels = try train(samples) {
            $0.growth = .depthWise
            $0.maxLeaves = 0
            $0.maxDepth = 3
        }.model
        #expect(levels.trees.allSatisfy { $0.depth == 3 && $0.leaves.count <= 8 })
        #expect(levels.trees.contains { $0.leaves.count == 8 })
    }

    @Test(arguments: [0.25, 0.6])
    func `a subsample has its share of the rows, and the scores of the others follow`(rate: Double) throws {
        let samples = try TreeSamples(rows: 40_000, seed: 35)
        let result = try train(samples) { $0.rowSubsample = rate }
        for tree in result.model.trees {
            let share = Double(tree.leaves.reduce(0) { $0 + $1.count }) / 40_000
            #expect(abs(share - rate) < 5 * (rate * (1 - rate) / 40_000).squareRoot())
        }
        // A model whose left-out rows kept their old scores would be far behind.
        let all = try train(samples)
        let subsampled = try Metrics.logLoss(
            probabilities: result.model.probabilities(samples.features, threads: 2), labels: samples.labels)
        let full = try Metrics.logLoss(
            probabilities: all.model.probabilities(samples.features, threads: 2), labels: samples.labels)
        #expect(subsampled < full + 0.01)
    }

    @Test func `a tree uses its share of the features only`() throws {
        let samples = try TreeSamples(rows: 3_000, seed: 36)
        let model = try train(samples) { $0.columnSubsample = 0.34 }.model
        for tree in model.trees { #expect(Set(tree.nodes.map(\.feature)).count <= 2) }
        #expect(Set(model.trees.flatMap { $0.nodes.map(\.feature) }).count > 3)
        #expect(model.featureImportance[6] == 0)
        #expect(abs(model.featureImportance.reduce(0, +) - 1) < 1e-12)
    }

    @Test(arguments: EvaluationMetric.allCases)
    func `early stopping keeps the best round, and the history tells the truth`(metric: EvaluationMetric) throws {
        let samples = try TreeSamples(rows: 3_000, seed: 37, missing: 0.1)
        let validation = try TreeSamples(rows: 1_500, seed: 38, missing: 0.2)
        let result = try train(samples, validation: validation) {
            $0.rounds = 300
            $0.learningRate = 0.4
            $0.earlyStoppingRounds = 8
            $0.metric = metric
        }
        #expect(result.history.count == result.bestRound + 8)
        #expect(result.model.treeCount == result.bestRound)
        #expect(result.history.map(\.round) == Array(1...result.history.count))
        let values = result.history.compactMap(\.validationMetric)
        try #require(values.count == result.history.count)
        #expect((metric == .logLoss ? values.min() : values.max()) == values[result.bestRound - 1])
        let probabilities = try result.model.probabilities(validation.features, threads: 1)
        let actual =
            switch metric {
            case .logLoss: try Metrics.logLoss(probabilities: probabilities, labels: validation.labels)
            case .rocAUC: try Metrics.rocAUC(scores: probabilities, labels: validation.labels)
            case .averagePrecision: try Metrics.averagePrecision(scores: probabilities, labels: validation.labels)
            }
        #expect(abs(actual - values[result.bestRound - 1]) < 1e-12)
    }

    @Test func `training reports each round and stops when its task is cancelled`() async throws {
        let samples = try TreeSamples(rows: 2_000, seed: 39)
        var settings = BoostedTreesConfiguration()
        settings.rounds = 5
        let seen = Lock<[Int]>([])
        _ = try await BoostedTreesTrainer(settings).train(samples.features, labels: samples.labels) { round in
            seen.withLock { $0.append(round.round) }
        }
        #expect(seen.withLock { $0 } == [1, 2, 3, 4, 5])

        settings.rounds = 1_000_000
        let trainer = try BoostedTreesTrainer(settings)
        let (rounds, continuation) = AsyncStream.makeStream(of: Int.self)
        let task = Task {
            try await trainer.train(samples.features, labels: samples.labels) { continuation.yield($0.round) }
        }
        for await round in rounds where round >= 3 { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `labels that features do not tell apart give the base rate`() throws {
        let samples = try TreeSamples([[7, 7, 7, 7], [.nan, .nan, .nan, .nan]], labels: [0, 0, 0, 1])
        let result = try train(samples)
        #expect(result.history.count == 1)
        for probability in try result.model.probabilities(samples.features, threads: 1) {
            #expect(abs(probability - 0.25) < 1e-8)
        }
        #expect(result.model.featureImportance == [0, 0])
        let forest = try RandomForestTrainer().trainBlocking(samples.features, labels: samples.labels)
        #expect(try forest.probabilities(samples.features, threads: 1).allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test func `whether a value is missing can be all there is to learn`() throws {
        let samples = try TreeSamples([[.nan, 1, .nan, 1, .nan, 1]], labels: [1, 0, 1, 0, 1, 0])
        let model = try train(samples) {
            $0.minChildWeight = 0
            $0.l2 = 0
        }.model
        let probabilities = try model.probabilities(samples.features, threads: 1)
        #expect(probabilities[0] > 0.8 && probabilities[1] < 0.2)
    }

    @Test func `infinite and huge values are values`() throws {
        let column: [Float] = [
            -.infinity, -.greatestFiniteMagnitude, -0.0, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity,
        ]
        let labels: [UInt8] = [1, 0, 1, 1, 0, 1, 0]
        let samples = try TreeSamples([column], labels: labels)
        let model = try train(samples) {
            $0.minChildWeight = 0
            $0.l2 = 0
            $0.rounds = 60
        }.model
        let probabilities = try model.probabilities(samples.features, threads: 1)
        for (probability, label) in zip(probabilities, labels) { #expect((probability > 0.5) == (label == 1)) }
    }

    @Test func `few bins part the rows evenly, frequent values apart`() throws {
        var samples = try TreeSamples(rows: 5_000, seed: 40)
        samples.features = try FeatureMatrix(
            names: ["x"], columns: [(0..<5_000).map { $0 % 2 == 0 ? 0 : Float($0) }])
        let model = try train(samples) {
            $0.maxBins = 5
            $0.maxLeaves = 5
            $0.minChildWeight = 0
            $0.rounds = 40
        }.model
        let thresholds = Set(model.trees.flatMap { $0.nodes.map(\.threshold) }).sorted()
        #expect(thresholds.count <= 4)
        #expect(thresholds.contains { $0 >= 0 && $0 < 1 })
        #expect(thresholds.contains { abs($0 - 2_500) < 30 })
    }
}

extension TreeSamples {
    /// With a feature's values rounded to tenths.
    fileprivate func rounding(_ feature: Int) throws -> TreeSamples {
        var result = self
        var columns = features.columns
        columns[feature] = columns[feature].map { ($0 * 10).rounded() / 10 }
        result.features = try FeatureMatrix(names: features.names, columns: columns)
        return result
    }
}
