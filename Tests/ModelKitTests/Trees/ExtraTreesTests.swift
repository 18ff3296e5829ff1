import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ExtraTreesTests {
    private func configuration(trees: Int) -> RandomForestConfiguration {
        var configuration = RandomForestConfiguration()
        configuration.trees = trees
        configuration.hasRandomThresholds = true
        configuration.isBootstrapped = false
        return configuration
    }

    @Test(.needs(.python), arguments: [1, 5]) func ranksAsScikitLearns(minRowsPerLeaf: Int) async throws {
        struct Reference: Decodable {
            let auc, precision, loss, leaves: Double
        }
        let train = try TreeSamples(rows: 4000, seed: 61), test = try TreeSamples(rows: 4000, seed: 62)
        let folder = try TemporaryFolder()
        try train.write(to: folder, as: "train")
        try test.write(to: folder, as: "test")
        let reference = try Oracle.json(
            Reference.self,
            TreeSamples.pythonLoad + """
                from sklearn.ensemble import ExtraTreesClassifier
                from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
                (x, y, _), (u, v, _) = load('train'), load('test')
                m = ExtraTreesClassifier(300, min_samples_leaf=int(sys.argv[2]), random_state=1, n_jobs=2).fit(x, y)
                s = m.predict_proba(u)[:, 1]
                print(json.dumps(dict(auc=roc_auc_score(v, s), precision=average_precision_score(v, s),
                    loss=brier_score_loss(v, s), leaves=float(np.mean([t.get_n_leaves() for t in m.estimators_])))))
                """, [folder.url.path, "\(minRowsPerLeaf)"])
        var configuration = configuration(trees: 300)
        configuration.minRowsPerLeaf = minRowsPerLeaf
        let forest = try await RandomForestTrainer(configuration).train(train.features, labels: train.labels)
        let scores = try await forest.probabilities(test.features, threads: 2)
        #expect(abs(try Metrics.rocAUC(scores: scores, labels: test.labels) - reference.auc) < 0.005)
        #expect(abs(try Metrics.averagePrecision(scores: scores, labels: test.labels) - reference.precision) < 0.01)
        #expect(abs(try Metrics.brierScore(probabilities: scores, labels: test.labels) - reference.loss) < 0.002)
        let leaves = Double(forest.trees.reduce(0) { $0 + $1.leaves.count }) / 300
        #expect(abs(leaves / reference.leaves - 1) < 0.05)
    }

    /// Without a limit, trees that see all rows know them by heart.
    @Test func rowsOfTrainingAreSeparated() async throws {
        let samples = try TreeSamples(rows: 800, seed: 63, missing: 0.1)
        let forest = try await RandomForestTrainer(configuration(trees: 3))
            .train(samples.features, labels: samples.labels)
        let scores = try await forest.probabilities(samples.features, threads: 1)
        #expect(zip(scores, samples.labels).allSatisfy { $0 == Double($1) })
    }

    @Test func resultFollowsFromTheSeedAloneAndIsStored() async throws {
        let samples = try TreeSamples(rows: 1500, seed: 64, missing: 0.1)
        let weights = samples.labels.indices.map { Float($0 % 5) }
        func forest(seed: UInt64, threads: Int, isBalanced: Bool = false) async throws -> TreeEnsemble {
            var configuration = configuration(trees: 12)
            configuration.seed = seed
            configuration.threads = threads
            configuration.isBalanced = isBalanced
            return try await RandomForestTrainer(configuration)
                .train(samples.features, labels: samples.labels, weights: weights)
        }
        let one = try await forest(seed: 1, threads: 1)
        #expect(try await forest(seed: 1, threads: 3) == one)
        #expect(try await forest(seed: 2, threads: 1) != one)
        #expect(try ClassifierArchive.decode(ClassifierArchive.encode(one)) as? TreeEnsemble == one)
        for tree in try await forest(seed: 1, threads: 2, isBalanced: true).trees { #expect(tree.leaves.count > 10) }
    }

    @Test func limitsHoldAndOthersAreRefused() async throws {
        let samples = try TreeSamples(rows: 1500, seed: 65, missing: 0.1)
        var configuration = configuration(trees: 5)
        configuration.maxDepth = 4
        configuration.minRowsPerLeaf = 7
        let forest = try await RandomForestTrainer(configuration).train(samples.features, labels: samples.labels)
        for tree in forest.trees {
            #expect(tree.leaves.count <= 16 && tree.leaves.allSatisfy { $0.count >= 7 })
            #expect(tree.leaves.reduce(0) { $0 + $1.count } == 1500)
        }
        configuration.maxLeaves = 8
        #expect(
            throws: ModelError.invalidSetting("maxLeaves is 8; with random thresholds it must be 0, no limit")
        ) { try RandomForestTrainer(configuration) }
        let constant = try FeatureMatrix(names: ["a", "b"], columns: [[1, 1, 1], [.nan, .nan, .nan]])
        let stump = try await RandomForestTrainer(self.configuration(trees: 2)).train(constant, labels: [0, 1, 1])
        #expect(stump.trees.allSatisfy { $0.nodes.isEmpty && agree($0.leaves[0].value, 2.0 / 3) })
    }
}
