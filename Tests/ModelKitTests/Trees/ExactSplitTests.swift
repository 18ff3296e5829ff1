import Foundation
import ModelKit
import TestSupport
import Testing

/// Splits at any value, and by more bins than there are codes.
@Suite struct ExactSplitTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout BoostedTreesConfiguration) -> Void
    }

    private static let cases = [
        Case(testDescription: "leaf-wise") { _ in },
        Case(testDescription: "depth-wise with l1") {
            $0.growth = .depthWise
            $0.maxDepth = 5
            $0.l1 = 0.3
        },
        Case(testDescription: "deep, no penalty") {
            $0.maxLeaves = 400
            $0.l2 = 0
            $0.minChildWeight = 0
        },
        Case(testDescription: "subsamples") {
            $0.rowSubsample = 0.6
            $0.columnSubsample = 0.5
        },
        Case(testDescription: "least child weight and gain") {
            $0.minChildWeight = 9
            $0.minSplitGain = 0.4
        },
    ]

    private func settings(_ change: (inout BoostedTreesConfiguration) -> Void) -> BoostedTreesConfiguration {
        var settings = BoostedTreesConfiguration()
        settings.rounds = 6
        settings.threads = 2
        settings.learningRate = 0.3
        change(&settings)
        return settings
    }

    private func train(
        _ samples: TreeSamples, _ settings: BoostedTreesConfiguration, validation: TreeSamples? = nil
    ) throws -> BoostedTrees {
        try BoostedTreesTrainer(settings).trainBlocking(
            samples.features, labels: samples.labels, weights: samples.weights,
            validation: validation.map { ValidationSet(features: $0.features, labels: $0.labels) })
    }

    /// Rows whose features have at most 255 distinct values.
    private func coarse(rows: Int, seed: UInt64, missing: Double, positiveShift: Double = -1.5) throws -> TreeSamples {
        var samples = try TreeSamples(rows: rows, seed: seed, missing: missing, positiveShift: positiveShift)
        samples.features = try FeatureMatrix(
            names: samples.features.names,
            columns: samples.features.columns.map { $0.map { max(-2.5, min(2.5, $0 * 0.25)) * 50 } }
                .map { $0.map { $0.rounded() } })
        return samples
    }

    @Test(arguments: cases)
    private func `splits of features with few values are those of histograms`(_ item: Case) throws {
        let samples = try coarse(rows: 9_000, seed: 81, missing: 0.1)
        var settings = settings(item.change)
        let exact = try train(samples, settings).model
        settings.maxBins = 255
        #expect(try train(samples, settings).model == exact)
        settings.maxBins = 65_535
        #expect(try train(samples, settings).model == exact)
    }

    /// Rows of a weight too small for the integer sums give each feature thousands of values, so that the search goes by
    /// groups of bins, but they do not change what any split gains.
    @Test(arguments: cases, [-1.5, -5])
    private func `a search within groups of bins finds the splits of a search over all values`(
        _ item: Case, positiveShift: Double
    ) throws {
        for missing in [0, 0.1] {
            var samples = try coarse(rows: 9_000, seed: 82, missing: missing, positiveShift: positiveShift)
            samples.weights = [Float](repeating: 1, count: 9_000)
            var settings = settings(item.change)
            settings.maxBins = 255
            let expected = try train(samples, settings)

            var generator = SeededGenerator(seed: 83)
            var extended = samples
            extended.features = try FeatureMatrix(
                names: samples.features.names,
                columns: samples.features.columns.map { column in
                    // What is constant stays so: trees draw from the features that are not.
                    let isConstant = Set(column).count == 1
                    return column
                        + (0..<4_000).map { _ in isConstant ? column[0] : .random(in: -130...130, using: &generator) }
                })
            extended.labels += (0..<4_000).map { UInt8($0 % 2) }
            extended.weights? += [Float](repeating: 1e-12, count: 4_000)
            settings.maxBins = 0
            let actual = try train(extended, settings)
            for (actual, expected) in zip(
                try actual.model.probabilities(samples.features, threads: 1),
                try expected.model.probabilities(samples.features, threads: 1))
            {
                #expect(abs(actual - expected) < 1e-9)
            }
            #expect(actual.model.trees.map(\.nodes.count) == expected.model.trees.map(\.nodes.count))
        }
    }

    @Test(arguments: [0, 0.1])
    func `a continuous feature is split at any of its values`(missing: Double) throws {
        // With all values below and above 200 neighbouring ones made equal, few enough remain for a bin each.
        let samples = try TreeSamples(rows: 4_000, seed: 84, missing: missing)
        let settings = settings { $0.maxDepth = 1 }
        let node = try #require(try train(samples, settings).model.trees[0].nodes.first)
        var best = 0.0
        for start in stride(from: 0, to: 4_000, by: 200) {
            let columns = samples.features.columns.map { column -> [Float] in
                let values = Set(column.filter { !$0.isNaN }).sorted()
                let low = values[min(start, values.count - 1)], high = values[min(start + 202, values.count - 1)]
                return column.map { $0.isNaN ? $0 : min(max($0, low), high) }
            }
            let part = try TreeSamples(columns, labels: samples.labels)
            var coarse = settings
            coarse.maxBins = 255
            best = max(best, try train(part, coarse).model.trees[0].nodes.first?.gain ?? 0)
        }
        #expect(node.gain == best)
    }

    @Test func `splits within groups are the same on any number of threads, in shards and alone`() throws {
        let samples = try TreeSamples(rows: 70_000, seed: 85, missing: 0.1, positiveShift: -4)
        for maxBins in [0, 3_000] {
            var models: [TreeEnsemble] = []
            for threads in [1, 2, 5] {
                models.append(
                    try train(
                        samples,
                        settings {
                            $0.threads = threads
                            $0.maxBins = maxBins
                            $0.rowSubsample = 0.8
                        }
                    ).model)
            }
            #expect(models[1] == models[0])
            #expect(models[2] == models[0])
        }
    }

    @Test func `rows outside the sample and validation rows follow splits within groups`() throws {
        let samples = try TreeSamples(rows: 6_000, seed: 86, missing: 0.1)
        let validation = try TreeSamples(rows: 3_000, seed: 87, missing: 0.2)
        let result = try train(
            samples,
            settings {
                $0.rounds = 30
                $0.rowSubsample = 0.5
                $0.metric = .logLoss
                $0.earlyStoppingRounds = 5
            }, validation: validation)
        let values = result.history.compactMap(\.validationMetric)
        let probabilities = try result.model.probabilities(validation.features, threads: 1)
        let actual = try Metrics.logLoss(probabilities: probabilities, labels: validation.labels)
        #expect(abs(actual - values[result.bestRound - 1]) < 1e-12)
    }

    @Test func `a forest splits at any value, too`() throws {
        let samples = try TreeSamples(rows: 3_000, seed: 88, missing: 0.05)
        var settings = RandomForestConfiguration()
        settings.trees = 1
        settings.isBootstrapped = false
        settings.featuresPerNode = 7
        // Grown to the end, a tree that can split anywhere knows every row by heart.
        let model = try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
        let probabilities = try model.probabilities(samples.features, threads: 1)
        let isRemembered = zip(probabilities, samples.labels).allSatisfy { ($0 > 0.5) == ($1 == 1) }
        #expect(isRemembered)
    }

    @Test func `of many rows the few largest values can be told apart`() throws {
        // 300,000 rows; the 3 largest of one feature and the 5 smallest of the other are positive, and few of the rest.
        let rows = 300_000
        var generator = SeededGenerator(seed: 89)
        var columns = (0..<2).map { _ in (0..<rows).map { _ in Float.random(in: 0...1, using: &generator) } }
        var labels = (0..<rows).map { $0 % 500 == 0 ? UInt8(1) : 0 }
        for row in 1...4 {
            columns[0][row] = 2 + Float(row)
            labels[row] = 1
        }
        for row in 11...18 {
            columns[1][row] = -Float(row)
            labels[row] = 1
        }
        let samples = try TreeSamples(columns, labels: labels)
        let model = try train(samples, settings { $0.minChildWeight = 0 }).model
        let thresholds = (0..<2).map { feature in
            Set(model.trees.flatMap(\.nodes).filter { $0.feature == feature }.map(\.threshold))
        }
        #expect(thresholds[0].contains { $0 > 1 && $0 < 3 })
        #expect(thresholds[1].contains { $0 < 0 && $0 > -11 })
        #expect(Set(model.trees.flatMap(\.nodes).map(\.threshold)).count <= 2 * 254)
    }
}
