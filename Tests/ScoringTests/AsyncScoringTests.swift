import Scoring
import TestSupport
import Testing

/// Tables that are scored without blocking the task get the scores of the calls that block.
@Suite struct AsyncScoringTests {
    @Test func scoresAreThoseOfTheBlockingCall() async throws {
        let model = try ScoringFixture.model(rounds: 2)
        let rows = ScoringFixture.transactions(300, seed: 6, firstDay: 60)
        let tables = try [rows[..<100], rows[100..<300]].map { try ScoringFixture.batch($0) }
        let expected = try blocking {
            var scorer = try BatchScorer(model)
            return try tables.map { try scorer.score($0) }
        }
        var scorer = try BatchScorer(model)
        for (table, wanted) in zip(tables, expected) {
            let scores = try await scorer.score(table, threads: 2)
            #expect(scores == wanted)
        }
        let scores = try await model.score(tables[0], threads: 2)
        #expect(scores == expected[0])
    }

    @Test func aCancelledTaskLeavesTheHistoryAsItWas() async throws {
        let model = try ScoringFixture.model(rounds: 2)
        let table = try ScoringFixture.batch(ScoringFixture.transactions(300, seed: 6, firstDay: 60))
        let scores = try await inCancelledTask {
            await #expect(throws: CancellationError.self) { try await model.score(table) }
            var scorer = try BatchScorer(model)
            do {
                _ = try await scorer.score(table)
                Issue.record("it is not cancelled")
            } catch is CancellationError {}
            let unused = scorer
            return try blocking {
                var scorer = unused
                return try scorer.score(table)
            }
        }
        let expected = try blocking { try model.score(table) }
        #expect(scores == expected)
    }
}
