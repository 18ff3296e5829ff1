import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct CostTests {
    @Test(.needs(.python), arguments: [ScoredRows.Kind.distinct, .tied, .constant], [false, true])
    func costsOfEveryThresholdEqualNumPy(kind: ScoredRows.Kind, isWeighted: Bool) throws {
        struct Reference: Decodable {
            let threshold, alerts, found, missed, cost: [Double]
        }
        let rows = ScoredRows(kind, count: 1500)
        let properties = RowProperties(rows)
        let reference = try rows.ask(
            Reference.self,
            """
            a, weighted = np.array(json.loads(sys.argv[2])), sys.argv[3] == "true"
            w = w if weighted else np.ones(len(y))
            t = np.unique(s)[::-1]
            alert = s[None, :] >= t[:, None]
            found, missed = (alert * w * y).sum(1), (~alert * w * y * a).sum(1)
            lost = (~alert * w * y * (25 + 0.8 * a)).sum(1)
            print(json.dumps(dict(threshold=t.tolist(), alerts=(alert * w).sum(1).tolist(), found=found.tolist(),
                missed=missed.tolist(), cost=((alert * w).sum(1) * 5 + lost).tolist())))
            """, ["\(properties.amounts)", "\(isWeighted)"])
        let curve = try CostCurve(
            scores: rows.scores,
            rows: EvaluationRows(
                labels: rows.labels, weights: isWeighted ? rows.weights : nil, amounts: properties.amounts),
            costs: AlertCosts(perAlert: 5, missedShare: 0.8, perMissedFraud: 25), threads: 2)
        let points = curve.points.dropFirst()
        #expect(points.map(\.threshold) == reference.threshold)
        #expect(zip(points, reference.alerts).allSatisfy { agree($0.alerts, $1, 1e-12) })
        #expect(zip(points, reference.found).allSatisfy { agree($0.foundFrauds, $1, 1e-12) })
        #expect(zip(points, reference.missed).allSatisfy { abs($0.missedAmount - $1) < 1e-9 })
        #expect(zip(points, reference.cost).allSatisfy { agree($0.cost, $1, 1e-11) })
        #expect(curve.points[0].threshold == nil && curve.points[0].alerts == 0)
        #expect(curve.best.cost == curve.points.map(\.cost).min())
        #expect(curve.costWithoutAlerts == curve.points[0].cost)
    }

    @Test func thinnedCurveKeepsEndsAndBest() throws {
        let rows = ScoredRows(.distinct, count: 50_000, positiveShare: 0.02)
        let evaluated = try EvaluationRows(labels: rows.labels, amounts: RowProperties(rows).amounts)
        let costs = AlertCosts(perAlert: 4)
        let full = try CostCurve(scores: rows.scores, rows: evaluated, costs: costs)
        let thin = try CostCurve(scores: rows.scores, rows: evaluated, costs: costs, maximumPoints: 100)
        #expect(thin.points.count == 100 && thin.best == full.best)
        #expect(thin.points.first == full.points.first && thin.points.last == full.points.last)
        #expect(try JSONDecoder().decode(CostCurve.self, from: JSONEncoder().encode(thin)) == thin)
    }

    @Test func rowsOfOneClassHaveACurve() throws {
        let genuine = try EvaluationRows(labels: [0, 0])
        let costs = AlertCosts(perAlert: 2, missedShare: 0, perMissedFraud: 10)
        let none = try CostCurve(scores: [0.1, 0.2], rows: genuine, costs: costs)
        #expect(none.points.map(\.cost) == [0, 2, 4] && none.best.threshold == nil)
        let frauds = try CostCurve(scores: [0.1, 0.2], rows: EvaluationRows(labels: [1, 1]), costs: costs)
        #expect(frauds.points.map(\.cost) == [20, 12, 4] && frauds.best.threshold == 0.1)
    }

    @Test func budgetGivesTheLowestThresholdThatFits() throws {
        let rows = try EvaluationRows(labels: [1, 0, 0, 1, 0, 0], days: [10, 10, 11, 12, 13, 13])
        let scores = [0.9, 0.8, 0.8, 0.7, 0.2, 0.1]
        func threshold(_ alerts: Double) throws -> Double? {
            try AlertBudget(alertsPerDay: alerts).threshold(scores: scores, rows: rows)
        }
        // Four days: one alert a day is four alerts.
        #expect(try [1, 0.75, 0.5].map(threshold) == [0.7, 0.8, 0.9])
        #expect(try [0.2, 100].map(threshold) == [nil, 0.1])
    }

    @Test func unusableCostsAndBudgetsAreRefused() throws {
        let rows = try EvaluationRows(labels: [0, 1])
        #expect(throws: ModelError.invalidSetting("a cost by amount needs the amounts of the rows")) {
            try CostCurve(scores: [0, 1], rows: rows, costs: AlertCosts(perAlert: 1))
        }
        #expect(throws: ModelError.invalidSetting("perAlert is -1.0; it must be finite and at least 0")) {
            try CostCurve(scores: [0, 1], rows: rows, costs: AlertCosts(perAlert: -1))
        }
        #expect(throws: ModelError.unusableData("the score of row 1 is not a number")) {
            try CostCurve(scores: [0, .nan], rows: rows, costs: AlertCosts(perAlert: 1, missedShare: 0))
        }
        #expect(throws: ModelError.invalidSetting("alertsPerDay is 0.0; it must be finite and above 0")) {
            try AlertBudget(alertsPerDay: 0)
        }
        #expect(throws: ModelError.invalidSetting("an alert budget needs the days of the rows")) {
            try AlertBudget(alertsPerDay: 1).threshold(scores: [0, 1], rows: rows)
        }
        #expect(throws: ModelError.unusableData("there are no rows to evaluate")) { try EvaluationRows(labels: []) }
        #expect(throws: ModelError.shapeMismatch("1 days for 2 labels")) {
            try EvaluationRows(labels: [0, 1], days: [1])
        }
        #expect(throws: ModelError.unusableData("the amount of row 1 is inf, not a finite number")) {
            try EvaluationRows(labels: [0, 1], amounts: [1, .infinity])
        }
        #expect(throws: ModelError.unusableData("the weight of row 0 is -1.0, not a finite number of at least 0")) {
            try EvaluationRows(labels: [0, 1], weights: [-1, 1])
        }
    }
}
