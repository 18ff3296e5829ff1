import Foundation
import ModelKit
import TestSupport
import Testing

/// Models trained here and by the peers on the same rows, measured on the same others.
@Suite struct TreesQualityTests {
    private struct Quality: Decodable {
        let auc: [String: Double]
        let ap: [String: Double]
    }

    private static let peers =
        TreeSamples.pythonLoad + """
            import lightgbm, xgboost
            from sklearn.ensemble import RandomForestClassifier
            from sklearn.metrics import roc_auc_score, average_precision_score
            x, y, _ = load('train'); xt, yt, _ = load('test')
            scores = {}
            booster = lightgbm.train(dict(objective='binary', num_leaves=15, learning_rate=0.1, lambda_l2=1,
                min_sum_hessian_in_leaf=1, min_data_in_leaf=1, num_threads=2, verbose=-1), lightgbm.Dataset(x, y), 60)
            scores['lightgbm'] = booster.predict(xt)
            booster = xgboost.train(dict(objective='binary:logistic', tree_method='hist', grow_policy='lossguide',
                max_leaves=15, max_depth=0, eta=0.1, nthread=2), xgboost.DMatrix(x, y), 60)
            scores['xgboost'] = booster.predict(xgboost.DMatrix(xt))
            forest = RandomForestClassifier(60, max_depth=10, random_state=0, n_jobs=2).fit(x, y)
            scores['forest'] = forest.predict_proba(xt)[:, 1]
            print(json.dumps(dict(auc={k: roc_auc_score(yt, v) for k, v in scores.items()},
                ap={k: average_precision_score(yt, v) for k, v in scores.items()})))
            """

    @Test(.needs(.python)) func `quality is that of LightGBM, XGBoost and scikit-learn`() throws {
        let samples = try TreeSamples(rows: 30_000, seed: 61, missing: 0.05)
        let train = samples.rows(0..<20_000), test = samples.rows(20_000..<30_000)
        let folder = try TemporaryFolder()
        try train.write(to: folder, as: "train")
        try test.write(to: folder, as: "test")
        let peers = try Oracle.json(Quality.self, Self.peers, [folder.url.path])

        var settings = BoostedTreesConfiguration()
        settings.rounds = 60
        settings.maxLeaves = 15
        let boosted = try BoostedTreesTrainer(settings).trainBlocking(train.features, labels: train.labels).model
        var forestSettings = RandomForestConfiguration()
        forestSettings.trees = 60
        forestSettings.maxDepth = 10
        let forest = try RandomForestTrainer(forestSettings).trainBlocking(train.features, labels: train.labels)
        for (model, names) in [(boosted, ["lightgbm", "xgboost"]), (forest, ["forest"])] {
            let scores = try model.probabilities(test.features, threads: 2)
            let auc = try Metrics.rocAUC(scores: scores, labels: test.labels)
            let ap = try Metrics.averagePrecision(scores: scores, labels: test.labels)
            for name in names {
                let peerAUC = try #require(peers.auc[name]), peerAP = try #require(peers.ap[name])
                #expect(auc > peerAUC - 0.003, "\(name): \(auc) for \(peerAUC)")
                #expect(ap > peerAP - 0.008, "\(name): \(ap) for \(peerAP)")
            }
        }
    }

    @Test func `a forest's probabilities are those of the rows' shares`() throws {
        let samples = try TreeSamples(rows: 8_000, seed: 62)
        var settings = RandomForestConfiguration()
        settings.trees = 40
        settings.minRowsPerLeaf = 20
        let forest = try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
        let probabilities = try forest.probabilities(samples.features, threads: 2)
        let share = Double(samples.labels.reduce(0) { $0 + Int($1) }) / 8_000
        #expect(abs(probabilities.reduce(0, +) / 8_000 - share) < 0.01)
        for tree in forest.trees {
            #expect(tree.leaves.allSatisfy { $0.value >= 0 && $0.value <= 1 && $0.count >= 20 })
            // Of n draws from n rows, 1 - 1/e of the rows are drawn.
            let drawn = Double(tree.leaves.reduce(0) { $0 + $1.count }) / 8_000
            #expect(abs(drawn - (1 - exp(-1))) < 0.02)
            #expect(abs(tree.leaves.reduce(0) { $0 + $1.weight } - 8_000) < 1e-6)
        }
    }

    @Test(.needs(.python)) func `a tree without sampling is scikit-learn's regression tree`() throws {
        let samples = try TreeSamples(rows: 200, seed: 63)
        let folder = try TemporaryFolder()
        try samples.write(to: folder)
        let expected = try Oracle.json(
            [Double].self,
            TreeSamples.pythonLoad + """
                from sklearn.tree import DecisionTreeRegressor
                x, y, _ = load()
                tree = DecisionTreeRegressor(max_depth=4, min_samples_leaf=5, random_state=0).fit(x, y)
                print(json.dumps(tree.predict(x).tolist()))
                """, [folder.url.path])
        var settings = RandomForestConfiguration()
        settings.trees = 1
        settings.maxDepth = 4
        settings.minRowsPerLeaf = 5
        settings.isBootstrapped = false
        settings.featuresPerNode = 7
        let model = try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
        let probabilities = try model.probabilities(samples.features, threads: 1)
        // Equal gains may be broken differently; all but a few rows must agree.
        let equal = zip(probabilities, expected).count { abs($0 - $1) < 1e-9 }
        #expect(equal >= 190)
    }
}
