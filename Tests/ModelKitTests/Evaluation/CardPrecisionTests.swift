import ModelKit
import TestSupport
import Testing

@Suite struct CardPrecisionTests {
    @Test(.needs(.python), arguments: [true, false])
    func equalsTheHandbooksDefinition(removesDetectedCards: Bool) throws {
        struct Reference: Decodable {
            let compromised: [Int]
            let precision: [Double]
        }
        let rows = ScoredRows(.distinct, count: 6000, positiveShare: 0.08, seed: 5)
        var generator = SeededGenerator(seed: 6)
        let customers = rows.labels.map { _ in Int64.random(in: 0..<300, using: &generator) }
        let days = rows.labels.map { _ in Int32.random(in: 100..<107, using: &generator) }
        // A day with fewer cards than k.
        let lastDay = days.indices.map { $0 < 20 ? Int32(110) : days[$0] }
        let reference = try rows.ask(
            Reference.self,
            """
            import pandas as pd
            customers, days, remove = json.loads(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4] == "true"
            rows = pd.DataFrame(dict(card=customers, day=days, score=s, fraud=y))
            blocked, compromised, precision = set(), [], []
            for day, today in rows.groupby("day"):
                today = today[~today.card.isin(blocked)]
                compromised.append(int(today[today.fraud == 1].card.nunique()))
                cards = today.groupby("card").agg(score=("score", "max"), fraud=("fraud", "max"))
                top = cards.sort_values("score", ascending=False).head(40)
                found = set(top[top.fraud == 1].index)
                precision.append(len(found) / 40)
                if remove:
                    blocked |= found
            print(json.dumps(dict(compromised=compromised, precision=precision)))
            """, ["\(customers)", "\(lastDay)", "\(removesDetectedCards)"])
        let result = try CardPrecision(
            k: 40, scores: rows.scores, labels: rows.labels, customers: customers, days: lastDay,
            removesDetectedCards: removesDetectedCards)
        #expect(result.days.map(\.day) == [100, 101, 102, 103, 104, 105, 106, 110])
        #expect(result.days.map(\.compromisedCards) == reference.compromised)
        #expect(result.days.map(\.precision) == reference.precision)
        #expect(agree(result.mean, reference.precision.reduce(0, +) / 8))
    }

    @Test func unusableInputIsRefused() {
        #expect(throws: ModelError.invalidSetting("k is 0, not at least 1")) {
            try CardPrecision(k: 0, scores: [1], labels: [1], customers: [1], days: [1])
        }
        #expect(throws: ModelError.shapeMismatch("1 scores, 1 labels, 2 customers, 1 days")) {
            try CardPrecision(k: 1, scores: [1], labels: [1], customers: [1, 2], days: [1])
        }
        #expect(throws: ModelError.unusableData("the score of row 0 is not a number")) {
            try CardPrecision(k: 1, scores: [.nan], labels: [1], customers: [1], days: [1])
        }
    }
}
