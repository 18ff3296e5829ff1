import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct CombinedClassifierTests {
    private struct Models {
        let samples: TreeSamples
        let trees: TreeEnsemble
        let regression: LogisticRegression

        init() async throws {
            samples = try TreeSamples(rows: 1500, seed: 31, missing: 0.05)
            var settings = BoostedTreesConfiguration()
            settings.rounds = 12
            trees = try await BoostedTreesTrainer(settings).train(samples.features, labels: samples.labels).model
            regression = try await LogisticRegressionTrainer().train(samples.features, labels: samples.labels)
        }

        func calibrated(_ base: any BinaryClassifier, _ method: Calibration.Method) throws -> CalibratedClassifier {
            try CalibratedClassifier(base, method: method, features: samples.features, labels: samples.labels)
        }
    }

    /// Single rows and batches must agree to the bit.
    private func rowsAgree(_ classifier: any BinaryClassifier, _ features: FeatureMatrix) throws -> Bool {
        let batch = try classifier.probabilities(features, threads: 2)
        return (0..<features.rowCount).allSatisfy { row in
            let floats = features.columns.map { $0[row] }
            let single = floats.withUnsafeBufferPointer { classifier.probability(row: $0) }
            let double = floats.map(Double.init).withUnsafeBufferPointer { classifier.probability(row: $0) }
            return single == batch[row] && double == batch[row]
        }
    }

    @Test func combinedModelsAreStoredToTheLastBit() async throws {
        let models = try await Models()
        let calibrated = try Calibration.Method.allCases.map { try models.calibrated(models.trees, $0) }
        let average = try AveragedClassifier([calibrated[1], models.regression, models.trees], weights: [1, 0.3, 2])
        let features = models.samples.features
        for model in calibrated as [any BinaryClassifier] + [average, try models.calibrated(average, .beta)] {
            let expected = try await model.probabilities(features, threads: 2)
            let files = try ClassifierArchive.encode(model)
            let decoded = try ClassifierArchive.decode(files)
            #expect(try await decoded.probabilities(features, threads: 1) == expected)
            #expect(decoded.featureImportance == model.featureImportance && decoded.featureNames == model.featureNames)
            #expect(try ClassifierArchive.encode(decoded) == files)
            #expect(try rowsAgree(model, features))
            // Whatever is missing is named.
            for name in files.keys {
                #expect(throws: ModelError.self) { _ = try ClassifierArchive.decode(files.filter { $0.key != name }) }
            }
        }
    }

    @Test func averagesAreWeightedMeans() async throws {
        let models = try await Models()
        let features = models.samples.features
        let trees = try await models.trees.probabilities(features, threads: 1)
        let regression = try await models.regression.probabilities(features, threads: 1)
        let average = try AveragedClassifier([models.trees, models.regression], weights: [3, 1])
        let mean = try await average.probabilities(features, threads: 1)
        #expect(mean.indices.allSatisfy { agree(mean[$0], 0.75 * trees[$0] + 0.25 * regression[$0], 1e-15) })
        #expect(agree(average.featureImportance.reduce(0, +), 1))
        #expect(throws: ModelError.invalidSetting("an average needs at least one classifier")) {
            try AveragedClassifier([])
        }
        #expect(throws: ModelError.shapeMismatch("1 weights for 2 classifiers")) {
            try AveragedClassifier([models.trees, models.trees], weights: [1])
        }
        #expect(throws: ModelError.self) { try AveragedClassifier([models.trees], weights: [0]) }
        #expect(throws: ModelError.self) { try AveragedClassifier([models.trees], weights: [-1]) }
        let other = try TreeEnsemble(
            featureNames: ["x"], trees: [DecisionTree(constant: 0)], combination: .sum, link: .logistic)
        #expect(throws: ModelError.featureMismatch(expected: features.names, actual: ["x"])) {
            try AveragedClassifier([models.trees, other])
        }
    }

    @Test(.needs(.python)) func onnxRuntimeGivesCalibratedProbabilitiesAndLabels() async throws {
        let models = try await Models()
        let features = models.samples.features
        for base in [models.trees, models.regression] as [any BinaryClassifier] {
            for method in [Calibration.Method.platt, .beta] {
                let model = try models.calibrated(base, method)
                let ours = try await model.probabilities(features, threads: 1)
                let thresholds = [0, 1, 0.5, ours[3], ours[70], ours[700]]
                let cases = try thresholds.map {
                    ONNXRuntimeOracle.Case(model: try ONNXModel(model, threshold: $0), features: features)
                }
                for (response, threshold) in zip(try ONNXRuntimeOracle.run(cases), thresholds) {
                    #expect(zip(ours, response.probabilities).allSatisfy { abs($0 - Double($1)) < 1e-6 })
                    #expect(zip(ours, response.labels).allSatisfy { ($0 >= threshold) == ($1 == 1) })
                }
            }
        }
        let isotonic = try models.calibrated(models.trees, .isotonic)
        #expect(
            throws: ModelError.invalidSetting(
                "isotonic regression has no ONNX form; calibrate by platt or beta")
        ) { try ONNXModel(isotonic) }
        #expect(throws: ModelError.self) { try ONNXModel(AveragedClassifier([models.trees])) }
    }

    @Test func theArticlesExampleIsCompiledAndRuns() async throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "ModelKit", source: "Tests/ModelKitTests/Calibration/CalibrationArticleExample.swift", number: 3
            ))
        let models = try await Models()
        func rows(seed: UInt64) throws -> (FeatureMatrix, EvaluationRows) {
            let samples = try TreeSamples(rows: 1500, seed: seed)
            return (
                samples.features,
                try EvaluationRows(
                    labels: samples.labels, keys: samples.labels.indices.map { Int64($0 / 5) },
                    amounts: samples.labels.indices.map { Double($0 % 100) })
            )
        }
        let (validation, known) = try rows(seed: 32), (test, unseen) = try rows(seed: 33)
        let (calibrated, threshold) = try await decide(
            models.trees, validation: validation, known, test: test, unseen)
        #expect(calibrated.calibration.method == .isotonic && threshold > 0 && threshold < 1)
    }

    /// Whatever the bytes, there is a model with probabilities or an error that says what is malformed.
    @Test func noChangeOfTheBytesMakesDecodingOrPredictionCrash() async throws {
        let models = try await Models()
        let forest = try await IsolationForestTrainer().train(models.samples.features)
        let classifier = try AveragedClassifier(
            [models.calibrated(forest, .beta)]
                + Calibration.Method.allCases.map { try models.calibrated(models.regression, $0) })
        let files = try ClassifierArchive.encode(classifier)
        let names = files.keys.filter { $0.hasSuffix(".json") }.sorted()
        let rows = models.samples.features.slice(0..<50)
        var generator = SeededGenerator(seed: 89)
        for _ in 0..<300 {
            var changed = files
            let name = names[Int.random(in: 0..<names.count, using: &generator)]
            var bytes = try #require(files[name])
            let location = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[location] = UInt8.random(in: 32...126, using: &generator)
            case 1: bytes[location] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &generator)
            case 2: bytes.insert(contentsOf: Array(["-", "1e308", "e9", "null"][location % 4].utf8), at: location)
            default: bytes.removeSubrange(location..<min(bytes.count, location + 3))
            }
            changed[name] = bytes
            do {
                let probabilities = try await ClassifierArchive.decode(changed).probabilities(rows, threads: 1)
                #expect(probabilities.allSatisfy { $0 >= 0 && $0 <= 1 })
            } catch ModelError.malformedModel {
            } catch ModelError.featureMismatch {
                // A renamed feature.
            }
        }
    }

    @Test func deepNestingIsRefused() async throws {
        let models = try await Models()
        var model: any BinaryClassifier = models.trees
        for _ in 0..<9 {
            model = CalibratedClassifier(
                model, calibration: .platt(try PlattCalibration(slope: 1, intercept: 0)))
        }
        let files = try ClassifierArchive.encode(model)
        #expect(throws: ModelError.malformedModel("more than 8 classifiers are inside of one another")) {
            try ClassifierArchive.decode(files)
        }
    }
}
