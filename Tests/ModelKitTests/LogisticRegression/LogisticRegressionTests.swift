import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct LogisticRegressionTests {
    /// Rows of features on very different scales, some correlated, some missing, one constant.
    private struct Rows {
        var features: FeatureMatrix
        var labels: [UInt8]
        var weights: [Float]

        init(count: Int, positiveOffset: Double = -2, seed: UInt64 = 1) throws {
            var generator = SeededGenerator(seed: seed)
            func uniform() -> Double { Double.random(in: -1..<1, using: &generator) }
            var columns = [[Float]](repeating: [], count: 6)
            labels = []
            weights = []
            for row in 0..<count {
                let a = uniform(), b = uniform(), c = a * 0.8 + uniform() * 0.3
                let values = [a * 5, 1e6 + b * 2e4, c * 1e-3, row % 3 == 0 ? 1 : 0, 7, exp(3 * uniform())]
                for (index, value) in values.enumerated() {
                    columns[index].append(index == 1 && row % 17 == 3 ? .nan : Float(value))
                }
                let logOdds = positiveOffset + 2 * a - 1.5 * b + 0.7 * uniform()
                labels.append(Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-logOdds)) ? 1 : 0)
                weights.append(row % 13 == 1 ? 0 : Float.random(in: 0.1..<4, using: &generator))
            }
            features = try FeatureMatrix(names: ["a", "b", "c", "d", "constant", "e"], columns: columns)
        }
    }

    private struct Reference: Decodable {
        let coefficients: [Double]
        let intercept: Double
        let probabilities: [Double]
        let means: [Double]
        let scales: [Double]
    }

    /// scikit-learn's pipeline of mean imputation, standard scaling and logistic regression.
    private func reference(
        _ rows: Rows, c: Double, options: String, isWeighted: Bool, solver: String = "newton-cholesky"
    ) throws -> Reference {
        let folder = try TemporaryFolder()
        let columns = rows.features.columns.flatMap { $0 }
        try columns.withUnsafeBytes { try Data($0).write(to: folder.url.appending(path: "x")) }
        try rows.labels.withUnsafeBytes { try Data($0).write(to: folder.url.appending(path: "y")) }
        try rows.weights.withUnsafeBytes { try Data($0).write(to: folder.url.appending(path: "w")) }
        return try Oracle.json(
            Reference.self,
            """
            import json, sys
            import numpy as np
            from sklearn.impute import SimpleImputer
            from sklearn.linear_model import LogisticRegression
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler
            folder = sys.argv[1]
            x = np.fromfile(folder + "/x", "<f4").astype(float).reshape(6, -1).T
            y = np.fromfile(folder + "/y", "u1")
            w = np.fromfile(folder + "/w", "<f4").astype(float)
            scaler = StandardScaler().fit(x)
            x = SimpleImputer(strategy="constant", fill_value=0.0).fit_transform(scaler.transform(x))
            m = LogisticRegression(C=float(sys.argv[2]), tol=1e-12, max_iter=10000, solver="\(solver)", \(options))
            m.fit(x, y, sample_weight=w if sys.argv[3] == "true" else None)
            print(json.dumps(dict(coefficients=m.coef_[0].tolist(), intercept=float(m.intercept_[0]),
                probabilities=m.predict_proba(x)[:, 1].tolist(), means=scaler.mean_.tolist(), scales=scaler.scale_.tolist())))
            """, [folder.url.path(percentEncoded: false), "\(c)", "\(isWeighted)"])
    }

    private func expectAgreement(_ model: LogisticRegression, _ expected: Reference, _ rows: Rows) throws {
        #expect(zip(model.coefficients, expected.coefficients).allSatisfy { agree($0, $1, 1e-7) })
        #expect(agree(model.intercept, expected.intercept, 1e-7))
        #expect(zip(model.scaler.means, expected.means).allSatisfy { agree($0, $1, 1e-12) })
        #expect(zip(model.scaler.scales, expected.scales).allSatisfy { agree($0, $1, 1e-10) })
        let probabilities = try model.probabilities(rows.features, threads: 2)
        #expect(probabilities.count == expected.probabilities.count)
        #expect(zip(probabilities, expected.probabilities).allSatisfy { abs($0 - $1) < 1e-8 })
    }

    @Test(.needs(.python), arguments: [0.01, 1, 1000])
    func equalsScikitLearn(c: Double) async throws {
        let rows = try Rows(count: 3001)
        var configuration = LogisticRegressionConfiguration()
        configuration.inverseRegularization = c
        let model = try await LogisticRegressionTrainer(configuration).train(rows.features, labels: rows.labels)
        try expectAgreement(model, try reference(rows, c: c, options: "", isWeighted: false), rows)
        #expect(model.coefficients[4] == 0)
    }

    @Test(.needs(.python)) func equalsScikitLearnWithWeights() async throws {
        let rows = try Rows(count: 6000, positiveOffset: -4, seed: 2)
        var configuration = LogisticRegressionConfiguration()
        let weighted = try await LogisticRegressionTrainer(configuration)
            .train(rows.features, labels: rows.labels, weights: rows.weights)
        try expectAgreement(weighted, try reference(rows, c: 1, options: "", isWeighted: true), rows)
        configuration.classWeight = .balanced
        let balanced = try await LogisticRegressionTrainer(configuration).train(rows.features, labels: rows.labels)
        try expectAgreement(
            balanced, try reference(rows, c: 1, options: "class_weight='balanced'", isWeighted: false), rows)
        configuration.classWeight = .positive(20)
        let positive = try await LogisticRegressionTrainer(configuration).train(rows.features, labels: rows.labels)
        try expectAgreement(
            positive, try reference(rows, c: 1, options: "class_weight={0: 1, 1: 20}", isWeighted: false), rows)
    }

    @Test(.needs(.python), arguments: [0.01, 1, 100], [0.3, 1])
    func equalsScikitLearnWithL1(c: Double, l1Ratio: Double) async throws {
        let rows = try Rows(count: 2000)
        var configuration = LogisticRegressionConfiguration()
        configuration.inverseRegularization = c
        configuration.l1Ratio = l1Ratio
        let model = try await LogisticRegressionTrainer(configuration)
            .train(rows.features, labels: rows.labels, weights: rows.weights)
        let expected = try reference(rows, c: c, options: "l1_ratio=\(l1Ratio)", isWeighted: true, solver: "saga")
        try expectAgreement(model, expected, rows)
        #expect(zip(model.coefficients, expected.coefficients).allSatisfy { ($0 == 0) == (abs($1) < 1e-9) })
        // Strong penalties leave few features.
        if c == 0.01 { #expect(model.coefficients.count { $0 == 0 } >= 3) }
        configuration.threads = 1
        let single = try await LogisticRegressionTrainer(configuration)
            .train(rows.features, labels: rows.labels, weights: rows.weights)
        #expect(single == model)
    }

    @Test func aPenaltyOfL1AloneLeavesOutConstantAndSeparatingFeaturesConverge() async throws {
        let values = (0..<1000).map { Float($0) }
        let features = try FeatureMatrix(
            names: ["x", "constant"], columns: [values, values.map { _ in 3 }])
        var configuration = LogisticRegressionConfiguration()
        configuration.l1Ratio = 1
        let model = try await LogisticRegressionTrainer(configuration)
            .train(features, labels: values.map { $0 < 500 ? 0 : 1 })
        #expect(model.coefficients[0] > 1 && model.coefficients[1] == 0)
        configuration.l1Ratio = 1.5
        #expect(throws: ModelError.invalidSetting("l1Ratio is 1.5; it must be from 0 to 1")) {
            try LogisticRegressionTrainer(configuration)
        }
        // Configurations of earlier versions have no such setting.
        let stored = Data(
            #"{"inverseRegularization": 3, "classWeight": {"equal": {}}, "maxIterations": 9, "threads": 1}"#.utf8)
        let decoded = try JSONDecoder().decode(LogisticRegressionConfiguration.self, from: stored)
        #expect(decoded.l1Ratio == 0 && decoded.maxIterations == 9 && decoded.inverseRegularization == 3)
    }

    /// Linearly separable classes have no finite optimum without the penalty.
    @Test func separableClassesConverge() async throws {
        let values = (0..<1000).map { Float($0) }
        let features = try FeatureMatrix(names: ["x"], columns: [values])
        let model = try await LogisticRegressionTrainer().train(features, labels: values.map { $0 < 500 ? 0 : 1 })
        let probabilities = try await model.probabilities(features, threads: 1)
        #expect(zip(probabilities, values).allSatisfy { ($0 > 0.5) == ($1 >= 500) })
    }

    @Test func threadsDoNotChangeTheResult() async throws {
        let rows = try Rows(count: 20_000)
        var models: [LogisticRegression] = []
        for threads in [1, 2, 5] {
            var configuration = LogisticRegressionConfiguration()
            configuration.threads = threads
            models.append(try await LogisticRegressionTrainer(configuration).train(rows.features, labels: rows.labels))
        }
        #expect(models[0] == models[1] && models[0] == models[2])
    }

    @Test func oneRowGivesTheSameBitsAsManyAndSurvivesCoding() async throws {
        let rows = try Rows(count: 5000)
        let trained = try await LogisticRegressionTrainer().train(rows.features, labels: rows.labels)
        let model = try JSONDecoder().decode(LogisticRegression.self, from: JSONEncoder().encode(trained))
        #expect(model == trained)
        let many = try await trained.probabilities(rows.features, threads: 3)
        for row in 0..<rows.features.rowCount {
            let values = rows.features.columns.map { $0[row] }
            let one = values.withUnsafeBufferPointer { model.probability(row: $0) }
            #expect(one == many[row])
        }
        #expect(agree(model.featureImportance.reduce(0, +), 1))
        let missing = [Float](repeating: .infinity, count: 6)
        let atMeans = missing.withUnsafeBufferPointer { model.probability(row: $0) }
        #expect(atMeans == 1 / (1 + exp(-model.intercept)))
    }

    @Test func unusableInputIsRefused() async throws {
        let features = try FeatureMatrix(names: ["x"], columns: [[1, 2, 3]])
        let trainer = try LogisticRegressionTrainer()
        await #expect(throws: ModelError.unusableData("no row has the label 1; both classes are needed")) {
            try await trainer.train(features, labels: [0, 0, 0])
        }
        await #expect(throws: ModelError.shapeMismatch("3 rows for 2 labels")) {
            try await trainer.train(features, labels: [0, 1])
        }
        var configuration = LogisticRegressionConfiguration()
        configuration.inverseRegularization = 0
        #expect(throws: ModelError.invalidSetting("inverseRegularization is 0.0; it must be finite and above 0")) {
            try LogisticRegressionTrainer(configuration)
        }
        let model = try await trainer.train(features, labels: [0, 1, 0])
        #expect(throws: ModelError.featureMismatch(expected: ["x"], actual: ["z"])) {
            try model.probabilities(FeatureMatrix(names: ["z"], columns: [[1]]), threads: 1)
        }
        let scaler = try await StandardScaler(features)
        #expect(throws: ModelError.malformedModel("the coefficient of feature 'x' is nan")) {
            try LogisticRegression(scaler: scaler, coefficients: [.nan], intercept: 0)
        }
    }

    @Test func archiveKeepsEveryBit() async throws {
        let rows = try Rows(count: 500)
        let trained = try await LogisticRegressionTrainer().train(rows.features, labels: rows.labels)
        var files = try ClassifierArchive.encode(trained)
        #expect(Set(files.keys) == ["classifier.json", "logistic-regression.json"])
        #expect(try ClassifierArchive.decode(files) as? LogisticRegression == trained)
        files["logistic-regression.json"] = Array("{\"scaler\":".utf8)
        #expect(throws: ModelError.self) { try ClassifierArchive.decode(files) }
        files["logistic-regression.json"] = nil
        #expect(throws: ModelError.malformedModel("there is no file 'logistic-regression.json'")) {
            try ClassifierArchive.decode(files)
        }
    }

    @Test func scalerLeavesMissingValuesOut() throws {
        let features = try FeatureMatrix(names: ["x", "gone"], columns: [[1, .nan, 3], [.nan, .infinity, .nan]])
        let scaler = StandardScaler(features)
        #expect(scaler.means == [2, 0] && scaler.scales == [1, 1])
        let scaled = try scaler.transform(features)
        #expect(scaled.columns[0][0] == -1 && scaled.columns[0][1].isNaN && scaled.columns[0][2] == 1)
        #expect(scaled.columns[1].allSatisfy { $0.isNaN })
    }
}
