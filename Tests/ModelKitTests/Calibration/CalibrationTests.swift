import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct CalibrationTests {
    /// Where calibrations are compared, beside the rows' own probabilities.
    private static let grid = (0...200).map { Double($0) / 200 }

    private func calibrated(_ calibration: Calibration, _ rows: ScoredRows) -> [Double] {
        (rows.scores + Self.grid).map(calibration.probability)
    }

    private static let opening = """
        grid = np.concatenate([s, np.arange(201) / 200])
        weighted = sys.argv[2] == "true"
        w = w if weighted else np.ones(len(y))
        p, q = np.clip(s, 2**-52, 1 - 2**-52), np.clip(grid, 2**-52, 1 - 2**-52)
        def fit(x, t, at):
            # Soft targets as two rows of weights t and 1 - t.
            from sklearn.linear_model import LogisticRegression
            m = LogisticRegression(C=np.inf, tol=1e-14, max_iter=10000, solver="newton-cholesky")
            m.fit(np.vstack([x, x]), np.repeat([1, 0], len(x)), sample_weight=np.concatenate([w * t, w * (1 - t)]))
            return m, m.predict_proba(at)[:, 1]

        """

    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied, .separated], [false, true])
    func plattEqualsScikitLearn(kind: ScoredRows.Kind, isWeighted: Bool) throws {
        struct Reference: Decodable {
            let exact, scikit: [Double]
        }
        let rows = ScoredRows(kind, count: 3000)
        let reference = try rows.ask(
            Reference.self,
            Self.opening + """
                from sklearn.base import BaseEstimator, ClassifierMixin
                from sklearn.calibration import CalibratedClassifierCV
                from sklearn.frozen import FrozenEstimator
                class LogOdds(ClassifierMixin, BaseEstimator):
                    def fit(self, x, y):
                        self.classes_ = np.array([0, 1])
                        return self
                    def decision_function(self, x):
                        return x[:, 0]
                    def predict(self, x):
                        return (x[:, 0] > 0).astype(int)
                def odds(v):
                    return (np.log(v) - np.log(1 - v))[:, None]
                n1, n0 = w[y == 1].sum(), w[y == 0].sum()
                t = np.where(y == 1, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
                c = CalibratedClassifierCV(FrozenEstimator(LogOdds().fit(None, None)), method="sigmoid", ensemble=False)
                c.fit(odds(p), y, sample_weight=w)
                print(json.dumps(dict(exact=fit(odds(p), t, odds(q))[1].tolist(),
                                      scikit=c.predict_proba(odds(q))[:, 1].tolist())))
                """, ["\(isWeighted)"])
        let calibration = try Calibration(
            .platt, probabilities: rows.scores, labels: rows.labels, weights: isWeighted ? rows.weights : nil)
        let ours = calibrated(calibration, rows)
        #expect(zip(ours, reference.exact).allSatisfy { abs($0 - $1) < 1e-8 })
        // Its optimiser stops earlier.
        #expect(zip(ours, reference.scikit).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(zip(ours.suffix(201), ours.suffix(200)).allSatisfy { $0 <= $1 })
    }

    @Test(
        .needs(.python), arguments: [ScoredRows.Kind.distinct, .tied, .separated, .constant, .extreme], [false, true])
    func isotonicEqualsScikitLearn(kind: ScoredRows.Kind, isWeighted: Bool) throws {
        let rows = ScoredRows(kind, count: 3000)
        let reference = try rows.ask(
            [Double].self,
            Self.opening + """
                from sklearn.isotonic import IsotonicRegression
                m = IsotonicRegression(out_of_bounds="clip").fit(s, y, sample_weight=w)
                print(json.dumps(m.predict(grid).tolist()))
                """, ["\(isWeighted)"])
        let calibration = try Calibration(
            .isotonic, probabilities: rows.scores, labels: rows.labels, weights: isWeighted ? rows.weights : nil)
        let ours = calibrated(calibration, rows)
        #expect(zip(ours, reference).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(ours.suffix(201), ours.suffix(200)).allSatisfy { $0 <= $1 })
    }

    /// The reversed scores make one factor or both negative, which the method forbids.
    @Test(.needs(.python), arguments: [false, true], [false, true])
    func betaEqualsLogisticRegressionOnLogarithms(isWeighted: Bool, isReversed: Bool) throws {
        var rows = ScoredRows(.distinct, count: 3000)
        if isReversed { rows.scores = rows.scores.map { 1 - $0 * 0.9 } }
        let reference = try rows.ask(
            [Double].self,
            Self.opening + """
                def columns(v, used):
                    return np.column_stack([np.log(v), -np.log(1 - v)])[:, used]
                used = [0, 1]
                while used:
                    m, result = fit(columns(p, used), y, columns(q, used))
                    if (m.coef_[0] >= 0).all():
                        break
                    used.pop(int(np.argmax(m.coef_[0] < 0)))
                else:
                    result = np.full(len(q), (w * y).sum() / w.sum())
                print(json.dumps(result.tolist()))
                """, ["\(isWeighted)"])
        let calibration = try Calibration(
            .beta, probabilities: rows.scores, labels: rows.labels, weights: isWeighted ? rows.weights : nil)
        let ours = calibrated(calibration, rows)
        #expect(zip(ours, reference).allSatisfy { abs($0 - $1) < 1e-7 })
        #expect(zip(ours.suffix(201), ours.suffix(200)).allSatisfy { $0 <= $1 })
    }

    @Test(arguments: Calibration.Method.allCases)
    func calibrationLowersTheErrorOfShrunkProbabilities(method: Calibration.Method) throws {
        func shrunk(_ rows: ScoredRows) -> [Double] { rows.scores.map { 0.3 * $0 * $0 } }
        let known = ScoredRows(.distinct, count: 20_000, seed: 1),
            unseen = ScoredRows(.distinct, count: 20_000, seed: 2)
        let calibration = try Calibration(method, probabilities: shrunk(known), labels: known.labels)
        let before = try CalibrationCurve(probabilities: shrunk(unseen), labels: unseen.labels)
        let after = try CalibrationCurve(
            probabilities: shrunk(unseen).map(calibration.probability), labels: unseen.labels)
        #expect(after.expectedError < 0.01 && after.expectedError < before.expectedError)
        #expect(after.brier.score < before.brier.score)
        #expect(try JSONDecoder().decode(Calibration.self, from: JSONEncoder().encode(calibration)) == calibration)
    }

    @Test(arguments: Calibration.Method.allCases)
    func separatedClassesAndExtremesStayFinite(method: Calibration.Method) throws {
        let calibration = try Calibration(
            method, probabilities: [0, 0, 1e-300, 1 - 1e-16, 1, 1], labels: [0, 0, 0, 1, 1, 1])
        for probability in [0, 1e-300, 0.5, 1] {
            #expect((0...1).contains(calibration.probability(probability)))
        }
        #expect(calibration.probability(0) < 0.5 && calibration.probability(1) > 0.5)
    }

    @Test func unusableRowsAreRefused() {
        for method in Calibration.Method.allCases {
            func refusal(_ scores: [Double], _ labels: [UInt8], _ weights: [Float]? = nil) -> ModelError? {
                #expect(throws: ModelError.self) {
                    try Calibration(method, probabilities: scores, labels: labels, weights: weights)
                }
            }
            #expect(refusal([], []) == .unusableData("there are no rows to evaluate"))
            #expect(
                refusal([0.1, .nan], [0, 1])
                    == .unusableData("the score of row 1 is nan, not a probability from 0 to 1"))
            #expect(
                refusal([0.1, 0.2], [0, 0])
                    == .unusableData("no row of weight has the label 1; a calibration needs both classes"))
            #expect(
                refusal([0.1, 0.2], [0, 1], [0, 1])
                    == .unusableData("no row of weight has the label 0; a calibration needs both classes"))
            #expect(
                refusal([0.1, 0.2], [0, 1], [1, -1])
                    == .unusableData("the weight of row 1 is -1.0, not a finite number of at least 0"))
        }
    }

    @Test(arguments: [
        #"{"method": "platt", "parameters": {"slope": -1, "intercept": 0}}"#,
        #"{"method": "beta", "parameters": {"a": 1, "b": -2, "c": 0}}"#,
        #"{"method": "isotonic", "parameters": {"inputs": [], "outputs": []}}"#,
        #"{"method": "isotonic", "parameters": {"inputs": [0.1, 0.1], "outputs": [0, 1]}}"#,
        #"{"method": "isotonic", "parameters": {"inputs": [0.1, 0.2], "outputs": [0.5, 0.4]}}"#,
        #"{"method": "isotonic", "parameters": {"inputs": [0.1, 0.2], "outputs": [0.5]}}"#,
        #"{"method": "isotonic", "parameters": {"inputs": [0.1], "outputs": [1.5]}}"#,
        #"{"method": "spline", "parameters": {}}"#, #"{"method": "platt"}"#,
    ]) func malformedCalibrationsAreRefused(json: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Calibration.self, from: Data(json.utf8)) }
    }
}
