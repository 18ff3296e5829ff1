import ModelKit
import TestSupport
import Testing

@Suite struct ClusteredDeLongTests {
    /// Obuchowski's sums over keys, written out as in the paper: S10, S01 and S11 of both models.
    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied])
    func equalsThePapersDefinition(kind: ScoredRows.Kind) throws {
        struct Reference: Decodable {
            let covariance: [[Double]]
        }
        let rows = ScoredRows(kind, count: 1500)
        let keys = RowProperties(rows, keyCount: 150).keys
        let reference = try rows.ask(
            Reference.self,
            """
            g = np.array(json.loads(sys.argv[2]))
            def components(v):
                psi = (v[y == 1][:, None] > v[y == 0][None, :]) + 0.5 * (v[y == 1][:, None] == v[y == 0][None, :])
                theta, x, z = psi.mean(), psi.mean(axis=1), psi.mean(axis=0)
                names = np.unique(g)
                return (np.array([(x[g[y == 1] == n] - theta).sum() for n in names]),
                        np.array([(z[g[y == 0] == n] - theta).sum() for n in names]))
            names = np.unique(g)
            I, M, N = len(names), (y == 1).sum(), (y == 0).sum()
            I10 = sum(np.any(y[g == n] == 1) for n in names)
            I01 = sum(np.any(y[g == n] == 0) for n in names)
            parts = [components(s), components(o)]
            S = np.zeros((2, 2))
            for r in range(2):
                for c in range(2):
                    S10 = I10 / ((I10 - 1) * M) * (parts[r][0] * parts[c][0]).sum()
                    S01 = I01 / ((I01 - 1) * N) * (parts[r][1] * parts[c][1]).sum()
                    S11 = I / (I - 1) * (parts[r][0] * parts[c][1]).sum()
                    S11t = I / (I - 1) * (parts[c][0] * parts[r][1]).sum()
                    S[r, c] = S10 / M + S01 / N + S11 / (M * N) + S11t / (M * N)
            print(json.dumps(dict(covariance=S.tolist())))
            """, ["\(keys)"])
        let test = try DeLongTest(first: rows.scores, second: rows.others, labels: rows.labels, keys: keys, threads: 2)
        let expected = reference.covariance
        #expect(abs(test.first.variance / expected[0][0] - 1) < 1e-9)
        #expect(abs(test.second.variance / expected[1][1] - 1) < 1e-9)
        #expect(abs(test.covariance / expected[0][1] - 1) < 1e-9)
        #expect(abs(test.variance / (expected[0][0] + expected[1][1] - 2 * expected[0][1]) - 1) < 1e-8)
        #expect(try AUCEstimate(scores: rows.scores, labels: rows.labels, keys: keys) == test.first)
    }

    @Test func keysOfOneRowEachChangeNothing() throws {
        let rows = ScoredRows(.tied, count: 500)
        let keys = rows.labels.indices.map { Int64($0) }
        let plain = try DeLongTest(first: rows.scores, second: rows.others, labels: rows.labels)
        let clustered = try DeLongTest(first: rows.scores, second: rows.others, labels: rows.labels, keys: keys)
        #expect(abs(clustered.variance / plain.variance - 1) < 1e-12 && clustered.difference == plain.difference)
        #expect(abs(clustered.covariance / plain.covariance - 1) < 1e-12)
    }

    @Test func aComparisonByKeysDecidesByThem() throws {
        // Ten copies of a hundred rows: without keys there seems to be ten times the evidence.
        let few = ScoredRows(.distinct, count: 300, positiveShare: 0.2, seed: 12)
        let indices = (0..<3000).map { $0 % 300 }
        let candidate = ModelScores(indices.map { few.scores[$0] })
        let champion = ModelScores(indices.map { few.others[$0] })
        let labels = indices.map { few.labels[$0] }
        let settings = ModelComparison.Settings(samples: 500, measures: [.averagePrecision, .recallAtAlertShare(0.1)])
        let naive = try ModelComparison(
            candidate: candidate, champion: champion, rows: EvaluationRows(labels: labels), settings: settings)
        let byKey = try ModelComparison(
            candidate: candidate, champion: champion,
            rows: EvaluationRows(labels: labels, keys: indices.map { Int64($0) }), settings: settings)
        #expect(byKey.paired.differences.map(\.measure) == [.rocAUC] + settings.measures)
        #expect(byKey.deLong.variance > 8 * naive.deLong.variance)
        #expect(byKey.bootstrap == naive.bootstrap && byKey.tTest == naive.tTest)
        #expect(naive.verdict != .undecided && byKey.verdict == .undecided)
    }

    @Test func tooFewKeysAreRefused() {
        #expect(throws: ModelError.unusableData("only one key has rows of the label 1; a variance needs two")) {
            try DeLongTest(
                first: [1, 2, 3, 4], second: [1, 2, 3, 4], labels: [0, 0, 1, 1], keys: [1, 2, 3, 3])
        }
        #expect(throws: ModelError.shapeMismatch("1 keys for 4 labels")) {
            try AUCEstimate(scores: [1, 2, 3, 4], labels: [0, 0, 1, 1], keys: [1])
        }
    }
}
