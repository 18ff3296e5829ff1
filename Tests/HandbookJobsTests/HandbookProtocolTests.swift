import Columnar
import DataPrep
import Features
import HandbookJobs
import ModelKit
import Testing

/// The published numbers belong to the book's own data; `handbook-protocol --data FILE` compares with them. On
/// transactions simulated in the same way the learners must come close to them.
@Suite struct HandbookProtocolTests {
    private static func simulated() async throws -> TransactionColumns {
        let options = HandbookOptions(
            customers: 2500, terminals: 5000, days: 75, firstDay: CivilDateTime(year: 2018, month: 4, day: 1),
            radius: 7,
            seed: 3)
        let simulator = try HandbookSimulator(options: options)
        var batches: [RecordBatch] = []
        for try await batch in simulator.batches(threads: 2) { batches.append(batch) }
        let schema = try #require(batches.first).schema
        return try TransactionColumns(RecordBatch.concatenating(batches, schema: schema))
    }

    @Test func learnersFindTheFraudsOfASimulatedWeek() async throws {
        let evaluation = HandbookProtocol(firstDay: CivilDateTime(year: 2018, month: 5, day: 22), cards: 50)
        let fold = try evaluation.fold(try await Self.simulated(), threads: 2)
        let frauds = fold.testLabels.reduce(0) { $0 + Int($1) }
        #expect(fold.train.rowCount > 25_000 && frauds > 100)
        // Known compromised customers are left out, so that there are fewer test rows than training rows.
        #expect(fold.test.rowCount < fold.train.rowCount)
        var found: [HandbookLearner: HandbookQuality] = [:]
        for learner in HandbookLearner.allCases {
            found[learner] = try await evaluation.measure(learner, on: fold, threads: 2)
        }
        for (learner, quality) in found {
            #expect((0.65...0.98).contains(quality.rocAUC), "\(learner): \(quality)")
            #expect((0.3...0.9).contains(quality.averagePrecision), "\(learner): \(quality)")
            #expect((0.1...0.8).contains(quality.cardPrecision), "\(learner): \(quality)")
        }
        let tree = try #require(found[.treeOfDepthTwo])
        for learner in [HandbookLearner.logisticRegression, .randomForest, .boostedTrees] {
            #expect(try #require(found[learner]).rocAUC > tree.rocAUC)
        }
    }

    @Test func aFoldWithoutRowsIsRefused() async throws {
        let evaluation = HandbookProtocol(firstDay: CivilDateTime(year: 2030, month: 1, day: 1))
        let transactions = TransactionColumns([
            Transaction(transactionID: 1, dateTime: 0, customerID: 1, terminalID: 1, amount: 1, fraud: 0)
        ])
        #expect(throws: ModelError.self) { try evaluation.fold(transactions, threads: 1) }
    }
}
