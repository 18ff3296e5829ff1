import ModelKit
import TestSupport
import Testing

@Suite struct DeLongTests {
    /// An implementation straight from the paper's definition: placements as means over all pairs of a fraud and a genuine
    /// row, and their covariance matrices.
    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied, .separated])
    func equalsThePapersDefinition(kind: ScoredRows.Kind) throws {
        struct Reference: Decodable {
            let auc: [Double]
            let covariance: [[Double]]
            let z, p, lower, upper: Double
        }
        let rows = ScoredRows(kind, count: 3000)
        let reference = try rows.ask(
            Reference.self,
            """
            from scipy import stats
            def placements(v):
                wins = (v[y == 1][:, None] > v[y == 0][None, :]) + 0.5 * (v[y == 1][:, None] == v[y == 0][None, :])
                return wins.mean(axis=1), wins.mean(axis=0)
            (a1, a0), (b1, b0) = placements(s), placements(o)
            S = np.cov([a1, b1]) / len(a1) + np.cov([a0, b0]) / len(a0)
            d = a1.mean() - b1.mean()
            v = S[0, 0] + S[1, 1] - 2 * S[0, 1]
            z = d / v ** 0.5
            q = stats.norm.ppf(0.975) * v ** 0.5
            print(json.dumps(dict(auc=[a1.mean(), b1.mean()], covariance=S.tolist(), z=z, p=2 * stats.norm.sf(abs(z)),
                                  lower=d - q, upper=d + q)))
            """)
        let test = try DeLongTest(first: rows.scores, second: rows.others, labels: rows.labels, threads: 2)
        #expect(agree(test.first.value, reference.auc[0], 1e-12) && agree(test.second.value, reference.auc[1], 1e-12))
        #expect(agree(test.first.variance, reference.covariance[0][0], 1e-13))
        #expect(agree(test.second.variance, reference.covariance[1][1], 1e-13))
        #expect(agree(test.covariance, reference.covariance[0][1], 1e-13))
        #expect(agree(try #require(test.z), reference.z, 1e-9))
        #expect(abs(test.pValue - reference.p) <= 1e-9 * reference.p)
        #expect(agree(test.lower, reference.lower, 1e-12) && agree(test.upper, reference.upper, 1e-12))
        let single = try AUCEstimate(scores: rows.scores, labels: rows.labels)
        #expect(single == test.first)
    }

    @Test func modelsThatRankAlikeDoNotDiffer() throws {
        let rows = ScoredRows(.tied, count: 500)
        let test = try DeLongTest(first: rows.scores, second: rows.scores.map { $0 * 2 - 1 }, labels: rows.labels)
        #expect(test.difference == 0 && test.variance == 0 && test.z == nil && test.pValue == 1)
        #expect(test.lower == 0 && test.upper == 0)
    }

    @Test func tooFewRowsAreRefused() {
        #expect(throws: ModelError.unusableData("only one row has the label 1; a variance needs two")) {
            try DeLongTest(first: [1, 2, 3], second: [1, 2, 3], labels: [0, 0, 1])
        }
        #expect(throws: ModelError.invalidSetting("the interval's level is 1.0, not between 0 and 1")) {
            try AUCEstimate(scores: [1, 2, 3, 4], labels: [0, 0, 1, 1], level: 1)
        }
    }
}
