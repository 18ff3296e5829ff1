import ModelKit
import TestSupport
import Testing

@Suite struct PrequentialSplitTests {
    /// The book's procedure in pandas: day by day, the set of known customers grows by the frauds that have become known.
    @Test(.needs(.python), arguments: [0, 3, 7])
    func equalsTheHandbooksProcedure(delay: Int32) throws {
        var generator = SeededGenerator(seed: 8)
        let count = 4000
        let days = (0..<count).map { _ in Int32.random(in: 90..<130, using: &generator) }
        let customers = (0..<count).map { _ in Int64.random(in: 0..<200, using: &generator) }
        let labels = (0..<count).map { _ in UInt8.random(in: 0..<100, using: &generator) < 4 ? UInt8(1) : 0 }
        let expected = try Oracle.json(
            [[Int]].self,
            """
            import json, sys
            import pandas as pd
            rows = pd.DataFrame(dict(zip(("day", "card", "fraud"), map(json.loads, sys.argv[1:4]))))
            start, train_days, delay, test_days = 100, 6, int(sys.argv[4]), 5
            train = rows[(rows.day >= start) & (rows.day < start + train_days)]
            known, kept = set(train[train.fraud == 1].card), []
            for step in range(test_days):
                revealed = rows[rows.day == start + train_days + step - 1]
                known |= set(revealed[revealed.fraud == 1].card)
                today = rows[rows.day == start + train_days + delay + step]
                kept += today[~today.card.isin(known)].index.tolist()
            print(json.dumps([train.index.tolist(), sorted(kept)]))
            """, ["\(days)", "\(customers)", "\(labels)", "\(delay)"])
        let split = try PrequentialSplit(trainDays: 6, delayDays: delay, testDays: 5)
            .split(from: 100, days: days, customers: customers, labels: labels)
        #expect(split.train == expected[0] && split.test == expected[1])
        #expect(!split.test.isEmpty)
    }

    @Test func foldsFollowOneAnother() throws {
        #expect(try PrequentialSplit().firstDays(of: 3, endingWith: 100) == [86, 93, 100])
    }

    @Test func emptySidesAreRefused() throws {
        #expect(throws: ModelError.unusableData("no transaction to use on days 14 to 20")) {
            try PrequentialSplit().split(from: 0, days: [0, 1], customers: [1, 2], labels: [0, 1])
        }
        #expect(throws: ModelError.invalidSetting("testDays is 0; it must be at least 1")) {
            try PrequentialSplit(testDays: 0)
        }
    }
}
