import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct CurveTests {
    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied, .constant])
    func fullCurvesEqualScikitLearn(kind: ScoredRows.Kind) throws {
        struct Reference: Decodable {
            let fpr, tpr, recall, precision: [Double]
        }
        let rows = ScoredRows(kind, count: 2000)
        let reference = try rows.ask(
            Reference.self,
            """
            from sklearn import metrics as m
            fpr, tpr, _ = m.roc_curve(y, s, drop_intermediate=False)
            precision, recall, _ = m.precision_recall_curve(y, s)
            print(json.dumps(dict(fpr=fpr.tolist(), tpr=tpr.tolist(), recall=recall[::-1].tolist(),
                                  precision=precision[::-1].tolist())))
            """)
        let roc = try Metrics.rocCurve(scores: rows.scores, labels: rows.labels).points
        #expect(roc.map(\.falsePositiveRate) == reference.fpr && roc.map(\.truePositiveRate) == reference.tpr)
        let precisionRecall = try Metrics.precisionRecallCurve(scores: rows.scores, labels: rows.labels).points
        #expect(precisionRecall.map(\.recall) == reference.recall)
        #expect(precisionRecall.map(\.precision) == reference.precision)
    }

    /// No point of the full curve may be farther from the thinned one than an eye can see.
    @Test func thinningKeepsTheShape() throws {
        let rows = ScoredRows(.distinct, count: 100_000, positiveShare: 0.01)
        let roc = try Metrics.rocCurve(scores: rows.scores, labels: rows.labels, maximumPoints: 200).points
        let fullROC = try Metrics.rocCurve(scores: rows.scores, labels: rows.labels).points
        #expect(roc.count == 200 && roc.first == fullROC.first && roc.last == fullROC.last)
        #expect(
            greatestDistance(
                fullROC.map { SIMD2($0.falsePositiveRate, $0.truePositiveRate) },
                roc.map { SIMD2($0.falsePositiveRate, $0.truePositiveRate) }) < 0.004)
        let curve = try Metrics.precisionRecallCurve(scores: rows.scores, labels: rows.labels, maximumPoints: 400)
            .points
        let full = try Metrics.precisionRecallCurve(scores: rows.scores, labels: rows.labels).points
        #expect(curve.count == 400 && curve.first == full.first && curve.last == full.last)
        #expect(
            greatestDistance(
                full.map { SIMD2($0.recall, $0.precision) }, curve.map { SIMD2($0.recall, $0.precision) }) < 0.01)
    }

    @Test func summaryIsCodable() throws {
        let rows = ScoredRows(.tied, count: 1000)
        let summary = try EvaluationSummary(probabilities: rows.scores, labels: rows.labels, topK: [10, 100, 5000])
        #expect(summary.topK.map(\.k) == [10, 100])
        #expect(try JSONDecoder().decode(EvaluationSummary.self, from: JSONEncoder().encode(summary)) == summary)
    }

    @Test func bestThresholdHasTheHighestF1() throws {
        let rows = ScoredRows(.tied, count: 3000)
        let summary = try EvaluationSummary(probabilities: rows.scores, labels: rows.labels)
        let all = try Set(rows.scores).map { threshold in
            try Metrics.confusion(scores: rows.scores, labels: rows.labels, threshold: threshold).f1
        }
        #expect(summary.bestF1Confusion.f1 == all.max())
        #expect(
            try Metrics.confusion(scores: rows.scores, labels: rows.labels, threshold: summary.bestF1Threshold)
                == summary.bestF1Confusion)
    }

    /// The farthest that a point lies from a polyline.
    private func greatestDistance(_ points: [SIMD2<Double>], _ line: [SIMD2<Double>]) -> Double {
        var greatest = 0.0
        for point in points {
            var nearest = Double.infinity
            for (start, end) in zip(line, line.dropFirst()) {
                let along = end - start, offset = point - start
                let length = (along * along).sum()
                let share = length > 0 ? min(max((offset * along).sum() / length, 0), 1) : 0
                let miss = offset - along * share
                nearest = min(nearest, (miss * miss).sum())
            }
            greatest = max(greatest, nearest)
        }
        return greatest.squareRoot()
    }
}
