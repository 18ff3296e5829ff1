import Columnar
import Features
import TestSupport
import Testing

/// The Handbook's features, declared as a plan, have the bits of ``FeaturePipeline``.
@Suite struct HandbookPlanTests {
    static let plan = FeaturePlan(
        name: "windows",
        features: [
            FeatureDeclaration("tx_amount", .expression(.reference(to: "tx_amount"))),
            FeatureDeclaration("tx_during_weekend", .calendar(.isWeekend)),
            FeatureDeclaration("tx_during_night", .calendar(.isNight)),
        ]
            + [1, 7, 30].flatMap { days in
                [
                    FeatureDeclaration(
                        "count_\(days)", .aggregate(WindowAggregate(.count, keys: ["customer_id"], window: .days(days)))
                    ),
                    FeatureDeclaration(
                        "mean_\(days)",
                        .aggregate(WindowAggregate(.mean, of: "tx_amount", keys: ["customer_id"], window: .days(days)))),
                ]
            }
            + [1, 7, 30].flatMap { days in
                [
                    FeatureDeclaration(
                        "terminal_count_\(days)",
                        .aggregate(
                            WindowAggregate(.count, keys: ["terminal_id"], window: .days(days), delay: .days(7)))),
                    FeatureDeclaration(
                        "terminal_share_\(days)",
                        .aggregate(
                            WindowAggregate(.fraudShare, keys: ["terminal_id"], window: .days(days), delay: .days(7)))),
                ]
            })

    static func batch(_ transactions: [Transaction]) throws -> RecordBatch {
        try RecordBatch(
            schema: TransactionSchema.handbook.tableSchema(),
            columns: [
                .int64(transactions.map(\.transactionID)), .timestamp(transactions.map(\.dateTime)),
                .int64(transactions.map(\.customerID)), .int64(transactions.map(\.terminalID)),
                .float64(transactions.map(\.amount)), .int64(transactions.map(\.timeSeconds)),
                .int32(transactions.map(\.timeDays)), .int32(transactions.map { $0.fraud ?? 0 }),
                .int32(transactions.map { $0.fraudScenario ?? 0 }),
            ])
    }

    static func record(_ transaction: Transaction) -> TransactionRecord {
        TransactionRecord([
            .integer(transaction.transactionID), .time(transaction.dateTime), .integer(transaction.customerID),
            .integer(transaction.terminalID), .number(transaction.amount), .integer(transaction.timeSeconds),
            .integer(Int64(transaction.timeDays)), transaction.fraud.map { .integer(Int64($0)) } ?? .null,
            .null,
        ])
    }

    @Test(arguments: [1, 2, 3]) func hasTheBitsOfThePipeline(threads: Int) throws {
        var transactions = FeatureOracle.transactions(20_000, seed: 7)
        for index in transactions.indices where index % 5 == 0 { transactions[index].amount *= 1.000_37 }
        let engine = try FeatureEngine(HandbookPlanTests.plan, schema: .handbook)
        var history = engine.makeHistory()
        let features = try engine.columns(HandbookPlanTests.batch(transactions), history: &history, threads: threads)
        let expected = FeaturePipeline().columns(TransactionColumns(transactions))
        #expect(engine.count == 15)
        for (feature, (mine, other)) in zip(features, expected).enumerated() {
            #expect(mine.map(\.bitPattern) == other.map(\.bitPattern), "\(engine.names[feature])")
        }
    }

    @Test func computesSingleTransactionsWithTheSameBits() throws {
        let transactions = FeatureOracle.transactions(2000, seed: 8)
            .sorted { ($0.dateTime, $0.transactionID) < ($1.dateTime, $1.transactionID) }
        let engine = try FeatureEngine(HandbookPlanTests.plan, schema: .handbook)
        var history = engine.makeHistory()
        let features = try engine.columns(HandbookPlanTests.batch(transactions), history: &history)
        var online = engine.makeHistory()
        var row = [Float](repeating: 0, count: engine.count)
        for (index, transaction) in transactions.enumerated() {
            let record = HandbookPlanTests.record(transaction)
            try row.withUnsafeMutableBufferPointer { try engine.compute(record, history: online, into: $0) }
            #expect(row == features.map { $0[index] })
            try engine.record(record, in: &online)
        }
        #expect(online.eventCount == history.eventCount)
        #expect(online.keyCount == history.keyCount)
    }

    @Test func tasksGetTheSameBitsAndTheHistory() async throws {
        let transactions = FeatureOracle.transactions(3000, seed: 9)
        let engine = try FeatureEngine(HandbookPlanTests.plan, schema: .handbook)
        let batch = try HandbookPlanTests.batch(transactions)
        func blocking() throws -> ([[Float]], [UInt8]) {
            var history = engine.makeHistory()
            return (try engine.columns(batch, history: &history), history.encoded())
        }
        var history = engine.makeHistory()
        let features = try await engine.columns(batch, history: &history, threads: 2)
        let expected = try blocking()
        #expect(features == expected.0)
        #expect(history.encoded() == expected.1)
    }
}
