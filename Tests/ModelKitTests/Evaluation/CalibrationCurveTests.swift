import ModelKit
import TestSupport
import Testing

@Suite struct CalibrationCurveTests {
    @Test(
        .needs(.python), arguments: [ScoredRows.Kind.distinct, .tied, .constant, .extreme],
        [CalibrationCurve.Binning.uniform, .quantile])
    func equalsScikitLearn(kind: ScoredRows.Kind, binning: CalibrationCurve.Binning) throws {
        struct Reference: Decodable {
            let share, mean: [Double]
            let brier: Double
        }
        let rows = ScoredRows(kind, count: 4001)
        let reference = try rows.ask(
            Reference.self,
            """
            from sklearn.calibration import calibration_curve
            from sklearn.metrics import brier_score_loss
            share, mean = calibration_curve(y, s, n_bins=8, strategy=sys.argv[2])
            print(json.dumps(dict(share=share.tolist(), mean=mean.tolist(), brier=brier_score_loss(y, s))))
            """, [binning.rawValue])
        let curve = try CalibrationCurve(
            probabilities: rows.scores, labels: rows.labels, binCount: 8, binning: binning)
        #expect(curve.bins.count == reference.share.count)
        #expect(zip(curve.bins, reference.share).allSatisfy { agree($0.fraudShare, $1, 1e-12) })
        #expect(zip(curve.bins, reference.mean).allSatisfy { agree($0.meanProbability, $1, 1e-12) })
        let gaps = zip(reference.share, reference.mean).map { abs($0 - $1) }
        let error = zip(gaps, curve.bins).reduce(0) { $0 + $1.0 * Double($1.1.rowCount) } / 4001
        #expect(agree(curve.expectedError, error, 1e-12) && agree(curve.maximumError, gaps.max() ?? 0, 1e-12))
        let brier = curve.brier
        #expect(agree(brier.score, reference.brier, 1e-12))
        #expect(
            agree(brier.reliability - brier.resolution + brier.uncertainty + brier.withinBins, brier.score, 1e-12))
    }

    /// With one probability in each bin, Murphy's three parts are the whole score.
    @Test(.needs(.python)) func decompositionEqualsMurphys() throws {
        let rows = ScoredRows(.tied, count: 5000)
        let parts = try rows.ask(
            [Double].self,
            """
            base, n, parts = y.mean(), len(y), np.zeros(2)
            for p in np.unique(s):
                share, count = y[s == p].mean(), (s == p).sum()
                parts += count / n * np.array([(p - share) ** 2, (share - base) ** 2])
            print(json.dumps([*parts, base * (1 - base), np.mean((s - y) ** 2)]))
            """)
        let brier = try CalibrationCurve(
            probabilities: rows.scores, labels: rows.labels, binCount: 64, binning: .uniform
        ).brier
        #expect(agree(brier.reliability, parts[0], 1e-12) && agree(brier.resolution, parts[1], 1e-12))
        #expect(agree(brier.uncertainty, parts[2], 1e-12) && agree(brier.score, parts[3], 1e-12))
        #expect(abs(brier.withinBins) < 1e-12)
    }

    @Test func weightsCountAsRows() throws {
        let rows = ScoredRows(.distinct, count: 600)
        let copies = rows.labels.indices.flatMap { Array(repeating: $0, count: $0 % 4) }
        let weighted = try CalibrationCurve(
            probabilities: rows.scores, labels: rows.labels, weights: rows.labels.indices.map { Float($0 % 4) },
            binning: .uniform)
        let repeated = try CalibrationCurve(
            probabilities: copies.map { rows.scores[$0] }, labels: copies.map { rows.labels[$0] }, binning: .uniform)
        #expect(zip(weighted.bins, repeated.bins).allSatisfy { agree($0.fraudShare, $1.fraudShare, 1e-12) })
        #expect(weighted.bins.map(\.weight) == repeated.bins.map(\.weight))
        #expect(agree(weighted.expectedError, repeated.expectedError, 1e-12))
    }

    @Test func oneClassHasACurveAndOtherNumbersAreRefused() throws {
        let curve = try CalibrationCurve(probabilities: [0.1, 0.2], labels: [0, 0], binCount: 1)
        #expect(curve.bins.map(\.fraudShare) == [0] && agree(curve.expectedError, 0.15))
        #expect(curve.brier.uncertainty == 0)
        #expect(throws: ModelError.unusableData("the score of row 0 is nan, not a probability from 0 to 1")) {
            try CalibrationCurve(probabilities: [.nan], labels: [0])
        }
        #expect(throws: ModelError.unusableData("there are no rows to evaluate")) {
            try CalibrationCurve(probabilities: [], labels: [])
        }
        #expect(throws: ModelError.invalidSetting("binCount is 0; it must be from 1 to 1048576")) {
            try CalibrationCurve(probabilities: [0.5], labels: [0], binCount: 0)
        }
    }
}
