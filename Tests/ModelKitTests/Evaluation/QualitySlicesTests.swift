import Columnar
import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct QualitySlicesTests {
    @Test(.needs(.python)) func amountBandsEqualPandasAndScikitLearn() throws {
        struct Reference: Decodable {
            let rows: [Int]
            let ends, auc, precision, brier, recall: [Double]
        }
        let rows = ScoredRows(.tied, count: 4000)
        let properties = RowProperties(rows)
        let reference = try rows.ask(
            Reference.self,
            """
            import pandas as pd
            from sklearn import metrics as m
            codes, ends = pd.qcut(np.array(json.loads(sys.argv[2])), 5, labels=False, retbins=True)
            parts = [codes == c for c in range(5)]
            print(json.dumps(dict(rows=[int(p.sum()) for p in parts], ends=ends.tolist(),
                auc=[m.roc_auc_score(y[p], s[p], sample_weight=w[p]) for p in parts],
                precision=[m.average_precision_score(y[p], s[p], sample_weight=w[p]) for p in parts],
                brier=[m.brier_score_loss(y[p], s[p], sample_weight=w[p]) for p in parts],
                recall=[m.recall_score(y[p], s[p] >= 0.4, sample_weight=w[p]) for p in parts])))
            """, ["\(properties.amounts)"])
        let slicing = try RowSlicing("amount", values: properties.amounts)
        let slices = try QualitySlices(
            probabilities: rows.scores, rows: EvaluationRows(labels: rows.labels, weights: rows.weights),
            slicing: slicing, threshold: 0.4, threads: 2
        ).slices
        #expect(slices.map(\.rowCount) == reference.rows)
        #expect(
            slices[0].name.hasPrefix("up to ")
                && slices.map(\.positiveCount).reduce(0, +) == rows.labels.reduce(0) { $0 + Int($1) })
        #expect(zip(slices, reference.auc).allSatisfy { agree($0.rocAUC ?? .nan, $1, 1e-12) })
        #expect(zip(slices, reference.precision).allSatisfy { agree($0.averagePrecision ?? .nan, $1, 1e-12) })
        #expect(zip(slices, reference.brier).allSatisfy { agree($0.brierScore ?? .nan, $1, 1e-12) })
        #expect(zip(slices, reference.recall).allSatisfy { agree($0.confusion.recall, $1, 1e-12) })
    }

    @Test func categoriesAreOrderedByFrequency() throws {
        let slicing = try RowSlicing(
            "kind", categories: ["b", "a", nil, "c", "a", "d", "b", "a"], maximumCount: 2)
        #expect(slicing.sliceNames == ["a", "b", "others", "missing"])
        #expect(slicing.sliceOfRow == [1, 0, 3, 2, 0, 2, 1, 0])
    }

    @Test func columnsBecomeBandsOrCategories() throws {
        let few = try RowSlicing("scenario", column: .int32([3, 1, 1, 2]))
        #expect(few.sliceNames == ["1", "2", "3"])
        let many = try RowSlicing("amount", column: .float64((0..<100).map { Double($0) } + [.nan]), bandCount: 2)
        #expect(many.sliceNames == ["up to 49.5", "49.5 to 99.0", "missing"])
        let texts = try RowSlicing("city", column: .string(["x", "", "x"], validity: Bitmap([true, true, false])))
        #expect(texts.sliceNames == ["", "x", "missing"])
        let third = try RowSlicing("amount", values: [0, 1 / 3, 2 / 3, 1000 / 3], bandCount: 2)
        #expect(third.sliceNames == ["up to 0.5", "0.5 to 333.333"])
        let close = try RowSlicing("amount", values: [1, 1 + 1e-9, 1 + 2e-9], bandCount: 2)
        #expect(Set(close.sliceNames).count == 2 && close.sliceOfRow == [0, 0, 1])
        let equal = try RowSlicing("amount", values: [7, 7, 7])
        #expect(equal.sliceNames == ["up to 7.0"] && equal.sliceOfRow == [0, 0, 0])
        #expect(try RowSlicing("amount", values: [.nan]).sliceNames == ["missing"])
        #expect(try RowSlicing("amount", values: []).sliceNames.isEmpty)
    }

    @Test func slicesOfOneClassHaveNoRanking() throws {
        let rows = try EvaluationRows(labels: [0, 0, 1, 0], weights: [1, 1, 1, 0])
        let slicing = try RowSlicing("kind", categories: ["a", "a", "a", "b"])
        let result = try QualitySlices(probabilities: [0.1, 0.2, 0.3, 0.9], rows: rows, slicing: slicing)
        #expect(result.slices[0].rocAUC == 1 && result.slices[1].rocAUC == nil && result.slices[1].brierScore == nil)
        #expect(try JSONDecoder().decode(QualitySlices.self, from: JSONEncoder().encode(result)) == result)
        #expect(throws: ModelError.shapeMismatch("slices of 1 rows for 4 labels")) {
            try QualitySlices(
                probabilities: [0.1, 0.2, 0.3, 0.9], rows: rows, slicing: RowSlicing("kind", categories: ["a"]))
        }
        #expect(throws: ModelError.invalidSetting("bandCount is 0; it must be from 1 to 65536")) {
            try RowSlicing("amount", values: [1], bandCount: 0)
        }
    }
}
