import ModelKit
import TestSupport
import Testing

@Suite struct DailyQualityTests {
    @Test(.needs(.python)) func dailyTopKEqualsPandas() throws {
        struct Reference: Decodable {
            let frauds, found: [Double]
            let mean, recall: Double
        }
        let rows = ScoredRows(.distinct, count: 3000)
        let days = RowProperties(rows).days
        let reference = try rows.ask(
            Reference.self,
            """
            import pandas as pd
            t = pd.DataFrame(dict(day=json.loads(sys.argv[2]), s=s, y=y)).sort_values("s", ascending=False)
            frauds, found = t.groupby("day").y.sum(), t.groupby("day").head(30).groupby("day").y.sum()
            print(json.dumps(dict(frauds=frauds.tolist(), found=found.tolist(), mean=float((found / 30).mean()),
                                  recall=float(found.sum() / frauds.sum()))))
            """, ["\(days)"])
        let result = try DailyTopK(
            k: 30, scores: rows.scores, rows: EvaluationRows(labels: rows.labels, days: days))
        #expect(result.days.map(\.day) == [100, 101, 102, 103, 104, 105, 106])
        #expect(result.days.map(\.frauds) == reference.frauds && result.days.map(\.foundFrauds) == reference.found)
        #expect(agree(result.meanPrecision, reference.mean) && agree(result.recall ?? .nan, reference.recall))
    }

    /// A weight of n must count as n rows, and ties by their share.
    @Test func weightsCountAsRows() throws {
        let rows = ScoredRows(.tied, count: 500)
        let days = RowProperties(rows, dayCount: 3).days
        let weights = rows.labels.indices.map { Float($0 % 3) }
        let copies = rows.labels.indices.flatMap { Array(repeating: $0, count: $0 % 3) }
        let weighted = try DailyTopK(
            k: 40, scores: rows.scores, rows: EvaluationRows(labels: rows.labels, weights: weights, days: days))
        let repeated = try DailyTopK(
            k: 40, scores: copies.map { rows.scores[$0] },
            rows: EvaluationRows(labels: copies.map { rows.labels[$0] }, days: copies.map { days[$0] }))
        #expect(weighted == repeated)
    }

    @Test func daysWithoutFraudsHaveNoRecall() throws {
        let result = try DailyTopK(
            k: 2, scores: [0.5, 0.4, 0.5], rows: EvaluationRows(labels: [1, 0, 0], days: [1, 1, 2]))
        #expect(result.days.map(\.recall) == [1, nil] && result.days.map(\.precision) == [0.5, 0])
        #expect(result.recall == 1 && result.meanPrecision == 0.25)
        #expect(throws: ModelError.invalidSetting("quality by day needs the days of the rows")) {
            try DailyTopK(k: 1, scores: [1], rows: EvaluationRows(labels: [1]))
        }
    }

    @Test(.needs(.python)) func detectionDelaysEqualPandas() throws {
        struct Reference: Decodable {
            let compromised: Int
            let delays: [Int64]
            let before: Int
        }
        let rows = ScoredRows(.distinct, count: 3000, positiveShare: 0.05)
        let properties = RowProperties(rows)
        let reference = try rows.ask(
            Reference.self,
            """
            import pandas as pd
            t = pd.DataFrame(dict(key=json.loads(sys.argv[2]), time=json.loads(sys.argv[3]), s=s, y=y))
            first = t[t.y == 1].groupby("key").time.min().rename("fraud")
            t = t.join(first, on="key")
            alert = t[(t.s >= 0.7) & (t.time >= t.fraud)].groupby("key").time.min().rename("alert")
            t = t.join(alert, on="key")
            print(json.dumps(dict(compromised=len(first), delays=sorted((alert - first).dropna().astype(int).tolist()),
                before=int(((t.y == 1) & ~(t.time >= t.alert)).sum()))))
            """, ["\(properties.keys)", "\(properties.times)"])
        let delay = try DetectionDelay(
            scores: rows.scores, rows: EvaluationRows(labels: rows.labels, keys: properties.keys),
            times: properties.times, threshold: 0.7)
        #expect(delay.compromisedKeys == reference.compromised && delay.delays == reference.delays)
        #expect(delay.fraudsBeforeDetection == reference.before)
        #expect(delay.detectedKeys < delay.compromisedKeys && delay.quantile(1) == nil)
    }

    @Test func delaysOfFewKeys() throws {
        let rows = try EvaluationRows(labels: [0, 1, 0, 1, 1], keys: [1, 1, 1, 2, 3])
        let delay = try DetectionDelay(
            scores: [0.9, 0.1, 0.8, 0.7, 0.2], rows: rows, times: [0, 10, 25, 40, 50], threshold: 0.5)
        #expect(delay.delays == [0, 15] && delay.compromisedKeys == 3 && delay.mean == 7.5)
        #expect(delay.quantile(0.5) == 15 && delay.quantile(1 / 3) == 0 && delay.quantile(0) == nil)
        #expect(delay.detectedShare(within: 14) == 1.0 / 3 && delay.fraudsBeforeDetection == 2)
        let none = try DetectionDelay(
            scores: [0.9], rows: EvaluationRows(labels: [0], keys: [1]), times: [0], threshold: 0.5)
        #expect(none.compromisedKeys == 0 && none.mean == nil && none.detectedShare(within: 1) == 0)
        #expect(throws: ModelError.shapeMismatch("1 times for 5 labels")) {
            try DetectionDelay(scores: [0, 0, 0, 0, 0], rows: rows, times: [1], threshold: 0.5)
        }
    }
}
