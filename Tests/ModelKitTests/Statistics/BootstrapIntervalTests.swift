import Essentials
import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct BootstrapIntervalTests {
    private static let measures: [QualityMeasure] = [
        .rocAUC, .averagePrecision, .recallAtAlertShare(0.05), .precision, .recall, .brierScore,
        .meanCost(AlertCosts(perAlert: 3, missedShare: 0.9, perMissedFraud: 10)),
    ]

    /// The measures of rows that occur `m` times each, by scikit-learn.
    private static let values = """
        from sklearn import metrics as k
        a = np.array(json.loads(sys.argv[3]))
        def top(s, y, w, share):
            # The expected recall over all orders of ties.
            left, found = share * w.sum(), 0
            for t in np.unique(s)[::-1]:
                here, frauds = w[s == t].sum(), w[(s == t) & (y == 1)].sum()
                found += frauds * min(1, left / here) if here > 0 else 0
                left -= here
                if left <= 0:
                    break
            return found / w[y == 1].sum()
        def measures(s, m):
            p = s >= 0.5
            cost = np.where(p, 3, y * (10 + 0.9 * a))
            return [k.roc_auc_score(y, s, sample_weight=m), k.average_precision_score(y, s, sample_weight=m),
                    top(s, y, m, 0.05), k.precision_score(y, p, sample_weight=m, zero_division=0),
                    k.recall_score(y, p, sample_weight=m), k.brier_score_loss(y, s, sample_weight=m),
                    float((cost * m).sum() / m.sum())]

        """

    /// How often each row is in each sample, from the draws that the documentation promises: by class or by keys with and without
    /// a fraud, the former in the first model's order.
    private func multiplicities(_ rows: ScoredRows, keys: [Int64]?, samples: Int, seed: UInt64) -> [[Int]] {
        let order = rows.scores.indices.sorted {
            rows.scores[$0] != rows.scores[$1] ? rows.scores[$0] > rows.scores[$1] : $0 < $1
        }
        var strata: [[[Int]]] = [[], []]
        if let keys {
            let members = Dictionary(grouping: rows.labels.indices, by: { keys[$0] })
            for (_, rowsOfKey) in members.sorted(by: { $0.value[0] < $1.value[0] }) {
                strata[rowsOfKey.contains { rows.labels[$0] == 1 } ? 1 : 0].append(rowsOfKey)
            }
        } else {
            for row in order { strata[Int(rows.labels[row])].append([row]) }
        }
        return (0..<samples).map { sample in
            var generator = SplitMix64(seed: seed, stream: UInt64(sample))
            var counts = [Int](repeating: 0, count: rows.labels.count)
            for stratum in strata {
                for _ in stratum { for row in stratum[generator.index(below: stratum.count)] { counts[row] += 1 } }
            }
            return counts
        }
    }

    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied], [0, 1, 2])
    func samplesEqualScikitLearnOnTheSameDraws(kind: ScoredRows.Kind, form: Int) throws {
        struct Reference: Decodable {
            let estimate: [Double]
            let lower, upper, difference: [[Double]]
        }
        let rows = ScoredRows(kind, count: 700, seed: 6)
        let properties = RowProperties(rows, keyCount: 90)
        // Independent rows, keys, and keys with weights.
        let keys = form == 0 ? nil : properties.keys, weights = form == 2 ? rows.weights : nil
        let draws = multiplicities(rows, keys: keys, samples: 30, seed: 9)
        let reference = try rows.ask(
            Reference.self,
            Self.values + """
                draws, weighted = np.array(json.loads(sys.argv[2])), sys.argv[4] == "true"
                w = w if weighted else np.ones(len(y))
                first = np.array([measures(s, w * d) for d in draws])
                second = np.array([measures(o, w * d) for d in draws])
                def ends(v):
                    return np.quantile(v, 0.05, axis=0).tolist(), np.quantile(v, 0.95, axis=0).tolist()
                (fl, fu), (sl, su), d = ends(first), ends(second), ends(first - second)
                print(json.dumps(dict(estimate=measures(s, w), lower=[fl, sl], upper=[fu, su], difference=d)))
                """, ["\(draws)", "\(properties.amounts)", "\(form == 2)"])
        let evaluated = try EvaluationRows(
            labels: rows.labels, weights: weights, keys: keys, amounts: properties.amounts)
        let settings = BootstrapSettings(samples: 30, level: 0.9, seed: 9)
        let first = try BootstrapIntervals(
            ModelScores(rows.scores), rows: evaluated, measures: Self.measures, settings: settings, threads: 2)
        for (index, interval) in first.intervals.enumerated() {
            #expect(agree(interval.estimate, reference.estimate[index], 1e-11), "\(interval.measure)")
            #expect(agree(interval.lower, reference.lower[0][index], 1e-11), "\(interval.measure)")
            #expect(agree(interval.upper, reference.upper[0][index], 1e-11), "\(interval.measure)")
        }
        let paired = try PairedComparison(
            candidate: ModelScores(rows.scores), champion: ModelScores(rows.others), rows: evaluated,
            measures: Self.measures, settings: settings, threads: 2)
        for (index, difference) in paired.differences.enumerated() {
            #expect(difference.candidate == first.intervals[index].estimate)
            #expect(agree(difference.lower, reference.difference[0][index], 1e-11), "\(difference.measure)")
            #expect(agree(difference.upper, reference.difference[1][index], 1e-11), "\(difference.measure)")
        }
    }

    @Test func resultFollowsFromTheSeedAlone() throws {
        let rows = ScoredRows(.tied, count: 3000)
        let properties = RowProperties(rows)
        let evaluated = try EvaluationRows(
            labels: rows.labels, weights: rows.weights, keys: properties.keys, amounts: properties.amounts)
        func intervals(seed: UInt64, threads: Int) throws -> BootstrapIntervals {
            try BootstrapIntervals(
                ModelScores(rows.scores), rows: evaluated, measures: Self.measures,
                settings: BootstrapSettings(samples: 50, seed: seed), threads: threads)
        }
        let one = try intervals(seed: 1, threads: 1)
        #expect(try intervals(seed: 1, threads: 3) == one)
        #expect(try intervals(seed: 2, threads: 1) != one)
        #expect(try JSONDecoder().decode(BootstrapIntervals.self, from: JSONEncoder().encode(one)) == one)
    }

    /// Rows that come in identical pairs carry half of the information: intervals by key must be wider by the root of two.
    @Test func keysWidenIntervals() throws {
        let rows = ScoredRows(.distinct, count: 2000, seed: 8)
        let twice = rows.scores + rows.scores, labels = rows.labels + rows.labels
        let keys = (0..<4000).map { Int64($0 % 2000) }
        func width(_ keys: [Int64]?) throws -> (bootstrap: Double, deLong: Double) {
            let bootstrap = try BootstrapIntervals(
                ModelScores(twice), rows: EvaluationRows(labels: labels, keys: keys), measures: [.rocAUC],
                settings: BootstrapSettings(samples: 2000), threads: 2
            ).intervals[0]
            let deLong = try AUCEstimate(scores: twice, labels: labels, keys: keys)
            return (bootstrap.upper - bootstrap.lower, deLong.upper - deLong.lower)
        }
        let independent = try width(nil), clustered = try width(keys)
        #expect(abs(clustered.bootstrap / independent.bootstrap / 2.0.squareRoot() - 1) < 0.08)
        #expect(abs(clustered.deLong / independent.deLong / 2.0.squareRoot() - 1) < 0.01)
        #expect(abs(clustered.bootstrap / clustered.deLong - 1) < 0.08)
    }

    @Test func unusableSettingsAreRefused() throws {
        let rows = try EvaluationRows(labels: [0, 1])
        func refusal(
            _ scores: [Double], _ measures: [QualityMeasure], _ settings: BootstrapSettings = .init(),
            threshold: Double = 0
        ) -> ModelError? {
            #expect(throws: ModelError.self) {
                try BootstrapIntervals(
                    ModelScores(scores, threshold: threshold), rows: rows, measures: measures, settings: settings)
            }
        }
        #expect(refusal([0, 1], []) == .invalidSetting("there is nothing to measure"))
        #expect(
            refusal([0, 1], [.rocAUC], .init(samples: 1))
                == .invalidSetting("1 bootstrap samples; at least 2 are needed"))
        #expect(
            refusal([0, 1], [.recallAtAlertShare(0)])
                == .invalidSetting("recallAtAlertShare is 0.0; it must be above 0 and at most 1"))
        #expect(refusal([0, .nan], [.rocAUC]) == .unusableData("the score of row 1 is not a number"))
        #expect(
            refusal([0, 2], [.brierScore]) == .unusableData("the score of row 1 is 2.0, not a probability from 0 to 1"))
        #expect(
            refusal([0, 1], [.meanCost(AlertCosts(perAlert: 1))])
                == .invalidSetting("a cost by amount needs the amounts of the rows"))
        #expect(refusal([0, 1], [.rocAUC], threshold: .nan) == .invalidSetting("the threshold is not a number"))
        #expect(throws: ModelError.self) {
            try BootstrapIntervals(ModelScores([0, 1]), rows: EvaluationRows(labels: [1, 1]))
        }
    }
}
