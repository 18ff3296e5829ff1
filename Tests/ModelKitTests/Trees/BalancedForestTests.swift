import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct BalancedForestTests {
    /// scikit-learn's trees on samples of equally many rows of each class, averaged.
    @Test(.needs(.python)) func ranksAndScoresAsBalancedTreesOfScikitLearn() async throws {
        struct Reference: Decodable {
            let auc, precision, mean: Double
        }
        let train = try TreeSamples(rows: 6000, seed: 51, positiveShift: -5)
        let test = try TreeSamples(rows: 6000, seed: 52, positiveShift: -5)
        let folder = try TemporaryFolder()
        try train.write(to: folder, as: "train")
        try test.write(to: folder, as: "test")
        let reference = try Oracle.json(
            Reference.self,
            TreeSamples.pythonLoad + """
                from sklearn.metrics import average_precision_score, roc_auc_score
                from sklearn.tree import DecisionTreeClassifier
                (x, y, _), (u, v, _) = load('train'), load('test')
                g, total = np.random.default_rng(1), np.zeros(len(v))
                frauds, genuine = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
                for i in range(200):
                    rows = np.concatenate([g.choice(frauds, len(frauds)), g.choice(genuine, len(frauds))])
                    tree = DecisionTreeClassifier(max_features="sqrt", random_state=i).fit(x[rows], y[rows])
                    total += tree.predict_proba(u)[:, 1] / 200
                print(json.dumps(dict(auc=roc_auc_score(v, total), precision=average_precision_score(v, total),
                                      mean=total.mean())))
                """, [folder.url.path])
        var configuration = RandomForestConfiguration()
        configuration.trees = 200
        configuration.isBalanced = true
        let forest = try await RandomForestTrainer(configuration).train(train.features, labels: train.labels)
        let scores = try await forest.probabilities(test.features, threads: 2)
        #expect(abs(try Metrics.rocAUC(scores: scores, labels: test.labels) - reference.auc) < 0.01)
        #expect(abs(try Metrics.averagePrecision(scores: scores, labels: test.labels) - reference.precision) < 0.05)
        #expect(abs(scores.reduce(0, +) / 6000 - reference.mean) < 0.02)
    }

    @Test(arguments: [true, false]) func eachTreeHasEquallyManyRowsOfEachClass(isBootstrapped: Bool) async throws {
        let samples = try TreeSamples(rows: 2000, seed: 53, positiveShift: -4)
        let frauds = samples.labels.count { $0 == 1 }
        var configuration = RandomForestConfiguration()
        configuration.trees = 5
        configuration.isBalanced = true
        configuration.isBootstrapped = isBootstrapped
        configuration.rowSubsample = 0.5
        configuration.threads = 1
        let forest = try await RandomForestTrainer(configuration).train(samples.features, labels: samples.labels)
        for tree in forest.trees {
            #expect(agree(tree.nodes[0].value, 0.5, 1e-9))
            #expect(agree(tree.nodes[0].weight, 2 * (Double(frauds) / 2).rounded(), 1e-6))
        }
        configuration.threads = 3
        #expect(try await RandomForestTrainer(configuration).train(samples.features, labels: samples.labels) == forest)
    }
}
