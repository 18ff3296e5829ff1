import Foundation
import ModelKit
import TestSupport
import Testing

/// Importance and dependence against LightGBM and scikit-learn, for models that both read.
@Suite struct FeatureImportanceTests {
    private static let estimator =
        TreeSamples.pythonLoad + """
            import lightgbm
            from sklearn.base import BaseEstimator, ClassifierMixin
            class Model(ClassifierMixin, BaseEstimator):
                def fit(self, x, y): return self
                def __sklearn_is_fitted__(self): return True
                def predict_proba(self, x):
                    p = self.booster.predict(x); return np.column_stack([1 - p, p])
                def predict(self, x): return (self.predict_proba(x)[:, 1] >= 0.5).astype(int)
            model = Model(); model.classes_ = np.array([0, 1])
            model.booster = lightgbm.Booster(model_file=f'{folder}/trees.txt')
            x, y, _ = load(); x = x.astype(float)

            """

    private func write(_ model: TreeEnsemble, _ rows: TreeSamples) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try Data(#require(try ClassifierArchive.encode(model)["trees.txt"])).write(
            to: folder.url.appending(path: "trees.txt"))
        try rows.write(to: folder)
        return folder
    }

    @Test(.needs(.python)) func `gain, splits and cover are the peers'`() throws {
        struct Expected: Decodable {
            let gain: [Double]
            let split: [Double]
            let cover: [Double]
        }
        let samples = try TreeSamples(rows: 3_000, seed: 321)
        let model = try ShapleyTests.boosted(samples)
        let folder = try write(model, samples)
        let expected = try Oracle.json(
            Expected.self,
            Self.estimator + """
                cover = np.zeros(x.shape[1])
                def visit(node):
                    if 'split_feature' in node:
                        cover[node['split_feature']] += node['internal_weight']
                        visit(node['left_child']); visit(node['right_child'])
                for tree in model.booster.dump_model()['tree_info']: visit(tree['tree_structure'])
                print(json.dumps(dict(gain=model.booster.feature_importance('gain').tolist(),
                    split=model.booster.feature_importance('split').tolist(), cover=cover.tolist())))
                """, [folder.url.path])
        func largestDifference(_ measure: TreeImportance, _ expected: [Double]) -> Double {
            zip(model.importance(by: measure), expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
        }
        #expect(model.importance(by: .splits) == expected.split)
        // LightGBM holds gains in 32 bits.
        #expect(largestDifference(.gain, expected.gain) < 1e-6)
        #expect(largestDifference(.cover, expected.cover) < 1e-5)
        #expect(model.importance(by: .splits)[6] == 0)
    }

    @Test(.needs(.python)) func `permutation importance is scikit-learn's up to the shuffles`() throws {
        struct Expected: Decodable {
            let mean: [Double]
            let std: [Double]
            let baseline: Double
        }
        let samples = try TreeSamples(rows: 3_000, seed: 322)
        let model = try ShapleyTests.boosted(samples)
        let folder = try write(model, samples)
        let expected = try Oracle.json(
            Expected.self,
            Self.estimator + """
                from sklearn.inspection import permutation_importance
                from sklearn.metrics import average_precision_score
                r = permutation_importance(model, x, y, scoring='average_precision', n_repeats=20, random_state=0)
                print(json.dumps(dict(mean=r.importances_mean.tolist(), std=r.importances_std.tolist(),
                    baseline=average_precision_score(y, model.predict_proba(x)[:, 1]))))
                """, [folder.url.path])
        let importance = try PermutationImportance(
            model, samples.features, labels: samples.labels, repetitions: 20, threads: 2)
        #expect(abs(importance.baseline - expected.baseline) < 1e-12)
        for (index, feature) in importance.features.enumerated() {
            #expect(feature.drops.count == 20)
            let (own, other) = (feature.standardDeviation, expected.std[index])
            let error = (own * own + other * other).squareRoot() / 20.0.squareRoot()
            #expect(abs(feature.mean - expected.mean[index]) <= 4 * error + 1e-12, "\(feature.name)")
            #expect(own <= 2.5 * other + 1e-12 && other <= 2.5 * own + 1e-12, "\(feature.name): \(own), \(other)")
        }
        #expect(importance.features[6].drops == [Double](repeating: 0, count: 20))
    }

    @Test func `permutation importance depends on the seed, not on threads, and takes any classifier and metric`()
        throws
    {
        let samples = try TreeSamples(rows: 500, seed: 323)
        let metric: PermutationImportance.Metric = { try -Metrics.logLoss(probabilities: $0, labels: $1) }
        func measure(_ seed: UInt64, _ threads: Int) throws -> PermutationImportance {
            try PermutationImportance(
                FirstFeature(names: samples.features.names), samples.features, labels: samples.labels, repetitions: 3,
                seed: seed, threads: threads, metric: metric)
        }
        let first = try measure(1, 1)
        #expect(try measure(1, 4) == first)
        #expect(try measure(2, 1) != first)
        #expect(first.features[0].mean > 0.05)
        #expect(first.features[1...].allSatisfy { $0.drops == [0, 0, 0] })
    }

    @Test func `permutation importance refuses what it cannot measure`() throws {
        let samples = try TreeSamples(rows: 50, seed: 324)
        let model = FirstFeature(names: samples.features.names)
        #expect(throws: ModelError.invalidSetting("repetitions is 0; it must be at least 1")) {
            try PermutationImportance(model, samples.features, labels: samples.labels, repetitions: 0)
        }
        #expect(throws: ModelError.shapeMismatch("49 labels for 50 rows")) {
            try PermutationImportance(model, samples.features, labels: Array(samples.labels.dropLast()))
        }
        #expect(throws: ModelError.unusableData("the metric of the rows is nan")) {
            try PermutationImportance(model, samples.features, labels: samples.labels) { _, _ in .nan }
        }
    }

    @Test(.needs(.python), arguments: ["a", "coarse", "binary", "constant"])
    func `partial dependence and individual expectations are scikit-learn's`(feature: String) throws {
        struct Expected: Decodable {
            let values: [Double]
            let mean: [Double]
            let individual: [[Double]]
        }
        let samples = try TreeSamples(rows: 400, seed: 325)
        let model = try ShapleyTests.boosted(samples)
        let folder = try write(model, samples)
        let expected = try Oracle.json(
            Expected.self,
            Self.estimator + """
                from sklearn.inspection import partial_dependence
                r = partial_dependence(model, x, [int(sys.argv[2])], response_method='predict_proba', method='brute',
                    kind='both')
                print(json.dumps(dict(values=r['grid_values'][0].tolist(), mean=r['average'][0].tolist(),
                    individual=r['individual'][0].tolist())))
                """, [folder.url.path, "\(try #require(samples.features.names.firstIndex(of: feature)))"])
        let dependence = try PartialDependence(
            model, of: feature, in: samples.features, keepsIndividual: true, threads: 2)
        #expect(dependence.values.count == expected.values.count)
        func difference(_ first: [Double], _ second: [Double]) -> Double {
            zip(first, second).map { abs($0 - $1) }.max() ?? 0
        }
        #expect(difference(dependence.values, expected.values) < 1e-12)
        #expect(difference(dependence.mean, expected.mean) < 1e-12)
        let individual = try #require(dependence.individual)
        #expect(individual.count == 400)
        #expect(difference(individual.flatMap { $0 }, expected.individual.flatMap { $0 }) < 1e-12)
    }

    @Test func `a grid needs finite values`() throws {
        #expect(try PartialDependence.grid([2, .nan, 1, 2, .infinity]) == [1, 2])
        #expect(throws: ModelError.unusableData("the column has no finite values")) {
            try PartialDependence.grid([.nan, .infinity])
        }
        #expect(throws: ModelError.self) { try PartialDependence.grid([1], count: 1) }
        let samples = try TreeSamples(rows: 20, seed: 326)
        let model = FirstFeature(names: samples.features.names)
        #expect(throws: ModelError.invalidSetting("there is no feature 'z'")) {
            try PartialDependence(model, of: "z", in: samples.features)
        }
        #expect(throws: ModelError.unusableData("there are no rows")) {
            try PartialDependence(model, of: "a", in: samples.features.slice(0..<0))
        }
        #expect(throws: ModelError.self) {
            try PartialDependence(model, of: "a", in: samples.features, values: [.nan])
        }
        let dependence = try PartialDependence(model, of: "a", in: samples.features, values: [5, -5])
        #expect(dependence.values == [-5, 5])
        #expect(dependence.mean[0] < 0.01 && dependence.mean[1] > 0.99)
    }
}

/// A classifier of another module: the logistic function of its first feature.
struct FirstFeature: BinaryClassifier {
    let featureNames: [String]
    var featureImportance: [Double] { featureNames.indices.map { $0 == 0 ? 1 : 0 } }

    init(names: [String]) { featureNames = names }

    func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        features.columns[0].map { 1 / (1 + exp(-Double($0))) }
    }

    func probability(row: UnsafeBufferPointer<Float>) -> Double { 1 / (1 + exp(-Double(row[0]))) }
}
