import ModelKit
import TestSupport
import Testing

@Suite struct RowSplitTests {
    @Test func randomSplitsFollowFromTheSeed() throws {
        let split = try RowSplit.random(rowCount: 1000, trainShare: 0.7, seed: 42)
        #expect(split.train.count == 700 && split.test.count == 300)
        #expect((split.train + split.test).sorted() == Array(0..<1000))
        #expect(split.train == split.train.sorted() && split.test == split.test.sorted())
        #expect(try RowSplit.random(rowCount: 1000, trainShare: 0.7, seed: 42) == split)
        #expect(try RowSplit.random(rowCount: 1000, trainShare: 0.7, seed: 43) != split)
        // Each row is as likely as any other to be drawn.
        var drawn = [Int](repeating: 0, count: 50)
        for seed in 0..<2000 {
            for row in try RowSplit.random(rowCount: 50, trainShare: 0.3, seed: UInt64(seed)).train { drawn[row] += 1 }
        }
        #expect(drawn.allSatisfy { abs($0 - 600) < 100 })
    }

    @Test func stratifiedSplitsKeepTheShareOfFrauds() throws {
        let labels: [UInt8] = (0..<1000).map { $0 % 50 == 0 ? 1 : 0 }
        let split = try RowSplit.random(rowCount: 1000, trainShare: 0.8, seed: 1, stratifiedBy: labels)
        #expect(split.train.count { labels[$0] == 1 } == 16 && split.test.count { labels[$0] == 1 } == 4)
        #expect(split.train.count == 800)
    }

    @Test func timeOrderedSplitsLearnFromThePast() throws {
        let times: [Int64] = [5, 1, 4, 4, 2, 3, 4, 9, 8, 7]
        let split = try RowSplit.timeOrdered(times: times, trainShare: 0.5)
        #expect(split.train.map { times[$0] } == [1, 2, 3])
        #expect(split.test.count == 7)
        #expect(try RowSplit.before(8, times: times).test == [7, 8])
        #expect(throws: ModelError.unusableData("no row lies before time 4")) {
            try RowSplit.timeOrdered(times: [4, 4, 4], trainShare: 0.5)
        }
        #expect(throws: ModelError.invalidSetting("trainShare is 1.0; it must be between 0 and 1")) {
            try RowSplit.timeOrdered(times: times, trainShare: 1)
        }
        #expect(throws: ModelError.unusableData("1 rows cannot be split")) {
            try RowSplit.random(rowCount: 1, trainShare: 0.5, seed: 0)
        }
    }
}
