import Essentials
import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ModelComparisonTests {
    /// Areas of bootstrap samples must be those scikit-learn computes on the same rows drawn again.
    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied])
    func areasEqualScikitLearnOnTheSameDraws(kind: ScoredRows.Kind) throws {
        let rows = ScoredRows(kind, count: 800)
        let comparison = try BootstrapComparison(
            first: rows.scores, second: rows.others, labels: rows.labels, samples: 20, seed: 5, threads: 2)
        // Rows are drawn by their rank in the first model's descending order, ties in row order.
        let order = rows.scores.indices.sorted {
            rows.scores[$0] != rows.scores[$1] ? rows.scores[$0] > rows.scores[$1] : $0 < $1
        }
        let draws = (0..<20).map { sample in
            var generator = SplitMix64(seed: 5, stream: UInt64(sample))
            return order.map { _ in order[generator.index(below: order.count)] }
        }
        let reference = try rows.ask(
            [[Double]].self,
            """
            from sklearn.metrics import roc_auc_score as auc
            print(json.dumps([[auc(y[d], s[d]), auc(y[d], o[d])] for d in map(np.array, json.loads(sys.argv[2]))]))
            """, ["\(draws)"])
        #expect(zip(comparison.first, reference).allSatisfy { agree($0, $1[0], 1e-12) })
        #expect(zip(comparison.second, reference).allSatisfy { agree($0, $1[1], 1e-12) })
    }

    @Test func resultFollowsFromTheSeedAlone() throws {
        let rows = ScoredRows(.tied, count: 2000)
        func compared(seed: UInt64, threads: Int) throws -> ModelComparison {
            try ModelComparison(
                candidate: rows.scores, champion: rows.others, labels: rows.labels,
                settings: .init(samples: 100, seed: seed), threads: threads)
        }
        let one = try compared(seed: 1, threads: 1)
        #expect(try compared(seed: 1, threads: 4) == one)
        #expect(try compared(seed: 2, threads: 1).bootstrap != one.bootstrap)
        #expect(try JSONDecoder().decode(ModelComparison.self, from: JSONEncoder().encode(one)) == one)
    }

    /// The bootstrap's spread must be the one that DeLong's formula predicts.
    @Test func bootstrapAgreesWithDeLong() throws {
        let rows = ScoredRows(.distinct, count: 4000, seed: 4)
        let result = try ModelComparison(
            candidate: rows.scores, champion: rows.others, labels: rows.labels, settings: .init(samples: 2000),
            threads: 2)
        let bootstrapWidth = result.bootstrap.upper - result.bootstrap.lower
        let deLongWidth = result.deLong.upper - result.deLong.lower
        #expect(abs(bootstrapWidth / deLongWidth - 1) < 0.1)
        #expect(abs(result.bootstrap.firstMean - result.deLong.first.value) < 0.002)
    }

    @Test func verdicts() throws {
        let good = ScoredRows(.separated, count: 3000)
        func verdict(_ candidate: [Double], _ champion: [Double]) throws -> ModelComparison {
            try ModelComparison(
                candidate: candidate, champion: champion, labels: good.labels, settings: .init(samples: 200), threads: 2
            )
        }
        #expect(try verdict(good.scores, good.others).verdict == .better)
        #expect(try verdict(good.others, good.scores).verdict == .worse)
        let same = try verdict(good.others, good.others)
        #expect(same.verdict == .undecided && same.tTest.pValue == 1 && same.deLong.pValue == 1)
        let perfect = try verdict(good.scores, good.scores)
        #expect(perfect.verdict == .undecided && perfect.tTest.statistic == nil && perfect.candidateBootstrapAUC == 1)
    }

    @Test func samplesOfFewRowsHaveBothClasses() throws {
        let comparison = try BootstrapComparison(
            first: [0.1, 0.9], second: [0.9, 0.1], labels: [0, 1], samples: 50)
        #expect(
            comparison.first == Array(repeating: 1, count: 50) && comparison.second == Array(repeating: 0, count: 50))
        #expect(throws: ModelError.invalidSetting("1 bootstrap samples; at least 2 are needed")) {
            try BootstrapComparison(first: [0.1, 0.9], second: [0.9, 0.1], labels: [0, 1], samples: 1)
        }
    }
}
