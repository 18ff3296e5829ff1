import Columnar
import DataPrep
import Features
import Scoring
import StorageIO
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "Scoring"))
    }

    @Test func exampleScoresWithTheTrainingsHistory() async throws {
        let simulator = try HandbookSimulator(options: .scaled(toTransactions: 20_000, days: 30))
        var batches: [RecordBatch] = []
        for try await batch in simulator.batches(threads: 2) { batches.append(batch) }
        let past = try RecordBatch.concatenating(Array(batches.dropLast()), schema: batches[0].schema)
        let scorer = try await trainAndReload(past, in: ObjectStoreRegistry().resolve("memory://article/model"))
        let next = try TransactionColumns(batches[batches.count - 1])[0]
        let score = try scorer.score(next, recording: false)
        #expect((0...1).contains(score.probability))
        #expect(try score == scorer.score(next))
        #expect(scorer.state?.newestDateTime == next.dateTime)
    }
}
