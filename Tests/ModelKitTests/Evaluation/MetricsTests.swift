import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct MetricsTests {
    /// Results of scikit-learn, unweighted and weighted.
    private struct Reference: Decodable {
        struct Values: Decodable {
            let auc, ap, loss, brier: Double
            let precision, recall, f1, accuracy, balanced, mcc: Double
        }
        let plain, weighted: Values
    }

    @Test(.needs(.python), arguments: ScoredRows.Kind.allCases)
    func equalsScikitLearn(kind: ScoredRows.Kind) throws {
        let rows = ScoredRows(kind, count: 5000)
        let reference = try rows.ask(
            Reference.self,
            """
            from sklearn import metrics as m
            def values(w):
                p = (s >= 0.3).astype(int)
                k = dict(sample_weight=w)
                return dict(auc=m.roc_auc_score(y, s, **k), ap=m.average_precision_score(y, s, **k),
                    loss=m.log_loss(y, s, **k), brier=m.brier_score_loss(y, s, **k),
                    precision=m.precision_score(y, p, zero_division=0, **k), recall=m.recall_score(y, p, **k),
                    f1=m.f1_score(y, p, **k), accuracy=m.accuracy_score(y, p, **k),
                    balanced=m.balanced_accuracy_score(y, p, **k), mcc=m.matthews_corrcoef(y, p, **k))
            print(json.dumps(dict(plain=values(None), weighted=values(w))))
            """)
        for (weights, expected) in [(nil, reference.plain), (rows.weights, reference.weighted)] {
            let auc = try Metrics.rocAUC(scores: rows.scores, labels: rows.labels, weights: weights)
            let ap = try Metrics.averagePrecision(scores: rows.scores, labels: rows.labels, weights: weights)
            let loss = try Metrics.logLoss(probabilities: rows.scores, labels: rows.labels, weights: weights)
            let brier = try Metrics.brierScore(probabilities: rows.scores, labels: rows.labels, weights: weights)
            let confusion = try Metrics.confusion(
                scores: rows.scores, labels: rows.labels, weights: weights, threshold: 0.3)
            #expect(agree(auc, expected.auc, 1e-12))
            #expect(agree(ap, expected.ap, 1e-12))
            #expect(agree(loss, expected.loss, 1e-12))
            #expect(agree(brier, expected.brier, 1e-12))
            #expect(agree(confusion.precision, expected.precision, 1e-12))
            #expect(agree(confusion.recall, expected.recall, 1e-12))
            #expect(agree(confusion.f1, expected.f1, 1e-12))
            #expect(agree(confusion.accuracy, expected.accuracy, 1e-12))
            #expect(agree(confusion.balancedAccuracy, expected.balanced, 1e-12))
            #expect(agree(confusion.matthewsCorrelation, expected.mcc, 1e-12))
            let summary = try EvaluationSummary(
                probabilities: rows.scores, labels: rows.labels, weights: weights, threshold: 0.3, threads: 2)
            #expect(summary.rocAUC == auc && summary.averagePrecision == ap)
            #expect(summary.logLoss == loss && summary.brierScore == brier && summary.confusion == confusion)
        }
    }

    /// Large enough for several threads' parts to be sorted and merged.
    @Test(.needs(.python)) func equalsScikitLearnOnManyRowsWhateverTheThreads() throws {
        var rows = ScoredRows(.distinct, count: 400_000, positiveShare: 0.01, seed: 3)
        for row in rows.scores.indices where row % 3 == 0 {
            rows.scores[row] = (rows.scores[row] * 1000).rounded() / 1000 - 0.25
        }
        let reference = try rows.ask(
            [Double].self,
            """
            from sklearn import metrics as m
            print([m.roc_auc_score(y, s), m.average_precision_score(y, s),
                   m.roc_auc_score(y, s, sample_weight=w), m.average_precision_score(y, s, sample_weight=w)])
            """)
        for threads in [1, 2, 3, 8] {
            let values = [
                try Metrics.rocAUC(scores: rows.scores, labels: rows.labels, threads: threads),
                try Metrics.averagePrecision(scores: rows.scores, labels: rows.labels, threads: threads),
                try Metrics.rocAUC(scores: rows.scores, labels: rows.labels, weights: rows.weights, threads: threads),
                try Metrics.averagePrecision(
                    scores: rows.scores, labels: rows.labels, weights: rows.weights, threads: threads),
            ]
            #expect(zip(values, reference).allSatisfy { agree($0, $1, 1e-11) }, "\(threads) threads")
        }
    }

    @Test func infiniteScoresAndSignedZerosAreRanked() throws {
        let scores = [-Double.infinity, -1, -0.0, 0.0, 1, .infinity]
        #expect(try Metrics.rocAUC(scores: scores, labels: [0, 0, 0, 1, 1, 1]) == 8.5 / 9)
        #expect(try Metrics.rocAUC(scores: scores, labels: [1, 1, 1, 0, 0, 0]) == 0.5 / 9)
    }

    @Test func topKCountsTiesByTheirShare() throws {
        let scores = [0.9, 0.8, 0.8, 0.8, 0.1], labels: [UInt8] = [1, 1, 0, 0, 1]
        let top = try Metrics.atTop([1, 2, 3, 4, 5, 2], scores: scores, labels: labels)
        #expect(top.map(\.k) == [1, 2, 3, 4, 5, 2])
        let found = [1, 1 + 1.0 / 3, 1 + 2.0 / 3, 2, 3, 1 + 1.0 / 3]
        #expect(zip(top, found).allSatisfy { agree($0.precision, $1 / Double($0.k)) && agree($0.recall, $1 / 3) })
    }

    @Test(.needs(.python)) func topKIsTheMeanOverAllOrdersOfTies() throws {
        let rows = ScoredRows(.tied, count: 3000, seed: 9)
        let expected = try rows.ask(
            [Double].self,
            """
            g = np.random.default_rng(1)
            def precision(k):
                order = np.lexsort((g.random(len(s)), -s))
                return y[order][:k].mean()
            print([float(np.mean([precision(k) for _ in range(500)])) for k in (10, 100, 1000)])
            """)
        let top = try Metrics.atTop([10, 100, 1000], scores: rows.scores, labels: rows.labels)
        #expect(zip(top, expected).allSatisfy { abs($0.precision - $1) < 0.02 })
    }

    @Test func unusableInputIsRefusedByName() {
        func refusal(_ scores: [Double], _ labels: [UInt8], _ weights: [Float]? = nil) -> ModelError? {
            #expect(throws: ModelError.self) { try Metrics.rocAUC(scores: scores, labels: labels, weights: weights) }
        }
        #expect(refusal([0.1], [0, 1]) == .shapeMismatch("1 scores for 2 labels"))
        #expect(refusal([], []) == .unusableData("there are no rows to evaluate"))
        #expect(refusal([0.1, .nan], [0, 1]) == .unusableData("the score of row 1 is not a number"))
        #expect(refusal([0.1, 0.2], [0, 2]) == .unusableData("the label of row 1 is 2, not 0 or 1"))
        #expect(
            refusal([0.1, 0.2], [0, 0])
                == .unusableData("no row has the label 1; ranking is measured between the two classes"))
        #expect(
            refusal([0.1, 0.2], [1, 1])
                == .unusableData("no row has the label 0; ranking is measured between the two classes"))
        #expect(
            refusal([0.1, 0.2], [0, 1], [1, 0])
                == .unusableData(
                    "no row has the label 1 and a weight above 0; ranking is measured between the two classes"))
        #expect(refusal([0.1, 0.2], [0, 1], [1]) == .shapeMismatch("1 weights for 2 labels"))
        #expect(
            refusal([0.1, 0.2], [0, 1], [1, -1])
                == .unusableData("the weight of row 1 is -1.0, not a finite number of at least 0"))
        #expect(refusal([0.1, 0.2], [0, 1], [0, 0]) == .unusableData("all weights are 0"))
        #expect(throws: ModelError.unusableData("the score of row 0 is 1.5, not a probability from 0 to 1")) {
            try Metrics.logLoss(probabilities: [1.5, 0], labels: [0, 1])
        }
        #expect(throws: ModelError.invalidSetting("k is 3, not from 1 to the 2 rows")) {
            try Metrics.atTop([3], scores: [0, 1], labels: [0, 1])
        }
    }

    @Test func lossesOfOneClassAreMeasured() throws {
        #expect(try Metrics.brierScore(probabilities: [0.5, 0.25], labels: [0, 0]) == (0.25 + 0.0625) / 2)
        #expect(agree(try Metrics.logLoss(probabilities: [0.5, 0.5], labels: [1, 1]), log(2)))
    }
}
