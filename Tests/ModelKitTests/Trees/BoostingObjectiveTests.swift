import Foundation
import ModelKit
import TestSupport
import Testing

/// Objectives and metrics by closures, and the correction of probabilities.
@Suite struct BoostingObjectiveTests {
    private func settings(
        _ change: (inout BoostedTreesConfiguration) -> Void = { _ in }
    ) -> BoostedTreesConfiguration {
        var settings = BoostedTreesConfiguration()
        settings.growth = .depthWise
        settings.maxDepth = 3
        settings.maxLeaves = 0
        settings.rounds = 10
        settings.learningRate = 0.3
        settings.threads = 2
        change(&settings)
        return settings
    }

    private func train(
        _ samples: TreeSamples, _ settings: BoostedTreesConfiguration, validation: ValidationSet? = nil,
        objective: BoostingObjective? = nil
    ) throws -> BoostedTrees {
        try BoostedTreesTrainer(settings).trainBlocking(
            samples.features, labels: samples.labels, weights: samples.weights, validation: validation,
            objective: objective)
    }

    private func logOdds(_ probabilities: [Double]) -> [Double] { probabilities.map { log($0 / (1 - $0)) } }

    /// The squared error of the probability, with a positive approximation of its second derivative.
    private static let brier = BoostingObjective(baseScore: 0) { _, score, label in
        let p = 1 / (1 + exp(-score)), slope = p * (1 - p)
        return (2 * (p - Double(label)) * slope, 2 * slope * slope + 0.01)
    }

    @Test(.needs(.python)) func `an objective gives the trees that XGBoost grows for it`() throws {
        let samples = try TreeSamples(rows: 3_000, seed: 101, missing: 0.1)
        let folder = try TemporaryFolder()
        try samples.write(to: folder)
        let expected = try Oracle.json(
            [Double].self,
            TreeSamples.pythonLoad + """
                import xgboost
                x, y, _ = load()
                def brier(score, data):
                    p = 1 / (1 + np.exp(-score.astype(float))); slope = p * (1 - p)
                    return 2 * (p - data.get_label()) * slope, 2 * slope * slope + 0.01
                data = xgboost.DMatrix(x, y)
                model = xgboost.train(dict(objective='binary:logistic', base_score=0.5, tree_method='exact', max_depth=3,
                    eta=0.3, nthread=1), data, 10, obj=brier)
                print(json.dumps(model.predict(data, output_margin=True).tolist()))
                """, [folder.url.path])
        let model = try train(samples, settings(), objective: Self.brier).model
        let actual = logOdds(try model.probabilities(samples.features, threads: 1))
        let equal = zip(actual, expected).count { abs($0 - $1) < 1e-4 }
        #expect(equal == expected.count)
    }

    @Test func `factors on the log loss's derivatives are weights`() throws {
        let samples = try TreeSamples(rows: 2_000, seed: 102)
        var weighted = samples
        weighted.weights = samples.labels.indices.map { Float($0 % 4 + 1) }
        let objective = BoostingObjective(baseScore: nil) { row, score, label in
            let p = 1 / (1 + exp(-score)), factor = Double(row % 4 + 1)
            return (factor * (p - Double(label)), factor * p * (1 - p))
        }
        let expected = try train(weighted, settings { $0.rounds = 1 }).model
        let actual = try train(samples, settings { $0.rounds = 1 }, objective: objective).model
        #expect(actual.trees[0].nodes.map(\.feature) == expected.trees[0].nodes.map(\.feature))
        // Without weights of rows, scores start from the plain rate.
        #expect(actual.trees[0].nodes.count == 7)
    }

    @Test func `an objective gives the same model on any number of threads`() throws {
        let samples = try TreeSamples(rows: 70_000, seed: 103, missing: 0.1)
        let models = try [1, 3].map { threads in
            try train(
                samples,
                settings {
                    $0.threads = threads
                    $0.rounds = 3
                }, objective: Self.brier
            ).model
        }
        #expect(models[1] == models[0])
    }

    @Test(arguments: [(Double.nan, 1.0), (.infinity, 1), (0, .nan), (0, -0.5)])
    func `derivatives that are no derivatives are refused with the row`(gradient: Double, hessian: Double) throws {
        let samples = try TreeSamples(rows: 100, seed: 104)
        let objective = BoostingObjective { row, _, _ in row == 42 ? (gradient, hessian) : (0.5, 0.25) }
        let error = #expect(throws: ModelError.self) { try train(samples, settings(), objective: objective) }
        #expect(error?.description.contains("row 42") == true)
        let start = BoostingObjective(baseScore: .nan) { _, _, _ in (0, 1) }
        #expect(throws: ModelError.self) { try train(samples, settings(), objective: start) }
    }

    @Test func `derivatives of zero give a model of the base score`() throws {
        let samples = try TreeSamples(rows: 100, seed: 105)
        let model = try train(samples, settings(), objective: BoostingObjective(baseScore: 1) { _, _, _ in (0, 0) })
            .model
        for score in logOdds(try model.probabilities(samples.features, threads: 1)) { #expect(abs(score - 1) < 1e-12) }
    }

    @Test func `training stops early by card precision`() throws {
        let samples = try TreeSamples(rows: 4_000, seed: 106, positiveShift: -3)
        let rows = try TreeSamples(rows: 3_000, seed: 107, positiveShift: -3)
        let customers = rows.labels.indices.map { Int64($0 % 300) }, days = rows.labels.indices.map { Int32($0 / 600) }
        let validation = ValidationSet(
            features: rows.features, labels: rows.labels,
            metric: .cardPrecision(k: 20, customers: customers, days: days))
        let settings = settings {
            $0.rounds = 100
            $0.earlyStoppingRounds = 6
        }
        let result = try train(samples, settings, validation: validation)
        #expect(result.history.count == min(100, result.bestRound + 6))
        let values = result.history.compactMap(\.validationMetric)
        #expect(values.max() == values[result.bestRound - 1])
        let actual = try CardPrecision(
            k: 20, scores: result.model.probabilities(rows.features, threads: 1), labels: rows.labels,
            customers: customers, days: days)
        #expect(actual.mean == values[result.bestRound - 1])
    }

    @Test func `a metric of one's own is followed in its direction`() throws {
        let samples = try TreeSamples(rows: 2_000, seed: 108)
        let rows = try TreeSamples(rows: 1_000, seed: 109)
        let settings = settings {
            $0.rounds = 200
            $0.earlyStoppingRounds = 4
            $0.metric = .logLoss
        }
        let expected = try train(
            samples, settings, validation: ValidationSet(features: rows.features, labels: rows.labels))
        for sign in [1.0, -1.0] {
            let metric = ValidationMetric(name: "loss", isGreaterBetter: sign < 0) { probabilities, labels in
                sign * (try Metrics.logLoss(probabilities: probabilities, labels: labels))
            }
            let actual = try train(
                samples, settings,
                validation: ValidationSet(features: rows.features, labels: rows.labels, metric: metric))
            #expect(actual.bestRound == expected.bestRound)
            #expect(actual.model == expected.model)
        }
    }

    @Test func `a metric that fails or is not a number ends the training`() throws {
        struct Failure: Error {}
        let samples = try TreeSamples(rows: 200, seed: 110)
        func run(_ metric: ValidationMetric) throws {
            _ = try train(
                samples, settings(),
                validation: ValidationSet(features: samples.features, labels: samples.labels, metric: metric))
        }
        #expect(throws: Failure.self) { try run(ValidationMetric(name: "m") { _, _ in throw Failure() }) }
        let error = #expect(throws: ModelError.self) { try run(ValidationMetric(name: "ratio") { _, _ in .nan }) }
        #expect(error?.description.contains("ratio") == true)
    }

    @Test func `corrected probabilities are those without the factor on positive rows`() throws {
        let samples = try TreeSamples(rows: 20_000, seed: 111, positiveShift: -4)
        let scaled = settings {
            $0.scalePositiveWeight = 30
            $0.rounds = 60
            $0.metric = .logLoss
        }
        var corrected = scaled
        corrected.correctsProbabilities = true
        let validation = ValidationSet(features: samples.features, labels: samples.labels)
        let result = try train(samples, corrected, validation: validation)
        let probabilities = try result.model.probabilities(samples.features, threads: 1)
        let plain = try train(samples, scaled).model.probabilities(samples.features, threads: 1)
        for (corrected, scaled) in zip(logOdds(probabilities), logOdds(plain)) {
            #expect(abs(scaled - corrected - log(30)) < 1e-9)
        }
        let rate = Double(samples.labels.count { $0 == 1 }) / 20_000
        let mean = probabilities.reduce(0, +) / 20_000
        #expect(abs(mean / rate - 1) < 0.2)
        let loss = try Metrics.logLoss(probabilities: probabilities, labels: samples.labels)
        #expect(abs(loss - (result.history.last?.validationMetric ?? 0)) < 1e-12)
    }

    @Test func `negative weights of validation rows are refused`() throws {
        let samples = try TreeSamples(rows: 100, seed: 112)
        var weights = [Float](repeating: 1, count: 100)
        weights[7] = -1
        let validation = ValidationSet(features: samples.features, labels: samples.labels, weights: weights)
        let error = #expect(throws: ModelError.self) { try train(samples, settings(), validation: validation) }
        #expect(error?.description.contains("row 7") == true)
    }
}
