import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct IsolationForestTests {
    /// A cloud of normal rows and a few far from it, on features of different scales.
    private func cloud(rows: Int, outliers: Int, seed: UInt64) throws -> TreeSamples {
        var generator = SeededGenerator(seed: seed)
        var columns = [[Float]](repeating: [], count: 4)
        for row in 0..<rows {
            let isOutlier = row < outliers
            for column in 0..<4 {
                let normal = TreeSamples.normal(&generator)
                let value = isOutlier && column < 2 ? 4 * (normal < 0 ? -1 : 1) + normal : normal
                columns[column].append(Float(value * pow(10, Double(column))))
            }
        }
        return try TreeSamples(columns, labels: (0..<rows).map { $0 < outliers ? 1 : 0 })
    }

    @Test(.needs(.python), arguments: [64, 256, 300]) func scoresResembleScikitLearns(rowsPerTree: Int) async throws {
        struct Reference: Decodable {
            let mean, deviation, auc: Double
            let scores: [Double]
        }
        let samples = try cloud(rows: 3000, outliers: 60, seed: 3)
        let folder = try TemporaryFolder()
        try samples.write(to: folder)
        let reference = try Oracle.json(
            Reference.self,
            TreeSamples.pythonLoad + """
                from sklearn.ensemble import IsolationForest
                from sklearn.metrics import roc_auc_score
                x, y, _ = load()
                m = IsolationForest(n_estimators=400, max_samples=int(sys.argv[2]), random_state=1).fit(x)
                s = -m.score_samples(x)
                print(json.dumps(dict(mean=s.mean(), deviation=s.std(), auc=roc_auc_score(y, s), scores=s.tolist())))
                """, [folder.url.path, "\(rowsPerTree)"])
        var configuration = IsolationForestConfiguration()
        configuration.trees = 400
        configuration.rowsPerTree = rowsPerTree
        let forest = try await IsolationForestTrainer(configuration).train(samples.features)
        let scores = try await forest.probabilities(samples.features, threads: 2)
        let mean = scores.reduce(0, +) / 3000
        let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3000).squareRoot()
        #expect(abs(mean - reference.mean) < 0.004 && abs(deviation / reference.deviation - 1) < 0.05)
        #expect(abs(try Metrics.rocAUC(scores: scores, labels: samples.labels) - reference.auc) < 0.01)
        // Row by row, both differ by chance only.
        #expect(zip(scores, reference.scores).allSatisfy { abs($0 - $1) < 0.05 })
    }

    @Test func resultFollowsFromTheSeedAlone() async throws {
        let samples = try cloud(rows: 800, outliers: 10, seed: 4)
        func forest(seed: UInt64, threads: Int) async throws -> IsolationForest {
            var configuration = IsolationForestConfiguration()
            configuration.seed = seed
            configuration.threads = threads
            return try await IsolationForestTrainer(configuration).train(samples.features)
        }
        let one = try await forest(seed: 1, threads: 1)
        #expect(try await forest(seed: 1, threads: 3) == one)
        #expect(try await forest(seed: 2, threads: 1) != one)
        #expect(agree(one.featureImportance.reduce(0, +), 1))
        let files = try ClassifierArchive.encode(one)
        let decoded = try ClassifierArchive.decode(files)
        #expect(decoded as? IsolationForest == one)
        let scores = try await one.probabilities(samples.features, threads: 2)
        for row in stride(from: 0, to: 800, by: 7) {
            let values = samples.features.columns.map { $0[row] }
            #expect(values.withUnsafeBufferPointer { decoded.probability(row: $0) } == scores[row])
        }
        var broken = files
        broken["isolation-forest.json"] = Array(#"{"rowsPerTree": 1}"#.utf8)
        #expect(throws: ModelError.self) { _ = try ClassifierArchive.decode(broken) }
    }

    /// Rows that are all alike cannot be told apart: every path is the average one, and the score one half.
    @Test func equalRowsScoreOneHalf() async throws {
        let columns: [[Float]] = [Array(repeating: 7, count: 100), Array(repeating: .nan, count: 100)]
        let features = try FeatureMatrix(names: ["a", "b"], columns: columns)
        let forest = try await IsolationForestTrainer().train(features)
        let scores = try await forest.probabilities(features, threads: 1)
        #expect(scores.allSatisfy { agree($0, 0.5, 1e-12) })
    }

    @Test func strangeNumbersAndTooFewRows() async throws {
        let samples = try cloud(rows: 300, outliers: 3, seed: 5)
        var columns = samples.features.columns
        columns[0] = columns[0].enumerated().map { $0 % 9 == 0 ? .nan : $0 % 7 == 0 ? .infinity : $1 }
        columns[1] = columns[1].map { $0 < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude }
        let features = try FeatureMatrix(names: ["a", "b", "c", "d"], columns: columns)
        let forest = try await IsolationForestTrainer().train(features)
        let scores = try await forest.probabilities(features, threads: 2)
        #expect(scores.allSatisfy { $0 > 0 && $0 <= 1 })
        await #expect(throws: ModelError.unusableData("1 rows; an isolation forest needs 2 to 2^31 - 1")) {
            try await IsolationForestTrainer().train(features.slice(0..<1))
        }
        await #expect(throws: ModelError.unusableData("there is no feature")) {
            try await IsolationForestTrainer().train(FeatureMatrix(names: [], columns: []))
        }
        var configuration = IsolationForestConfiguration()
        configuration.rowsPerTree = 1
        #expect(throws: ModelError.self) { try IsolationForestTrainer(configuration) }
    }
}
