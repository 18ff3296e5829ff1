import Columnar
import Features
import TestSupport
import Testing

@Suite struct FeatureHistoryTests {
    private func history(_ seed: UInt64) throws -> (FeatureEngine, FeatureHistory, EngineCase) {
        let engineCase = try EngineCase(seed: seed)
        let engine = try FeatureEngine(engineCase.plan, schema: engineCase.schema)
        var history = engine.makeHistory(lateness: engineCase.lateness)
        for record in engineCase.records { try engine.record(record, in: &history) }
        return (engine, history, engineCase)
    }

    @Test func encodesTheSameBytesHoweverRowsAreBatched() throws {
        for seed in UInt64(0)..<50 {
            let (engine, single, engineCase) = try history(seed)
            var batched = engine.makeHistory(lateness: engineCase.lateness)
            for row in engineCase.records.indices {
                _ = try engine.columns(engineCase.batch([row]), history: &batched)
            }
            #expect(batched.encoded() == single.encoded())
        }
    }

    @Test func refusesBytesThatAreDamaged() throws {
        var generator = SeededGenerator(seed: 1)
        for seed in UInt64(0)..<200 {
            let (engine, history, _) = try history(seed)
            let bytes = history.encoded()
            var damaged = bytes
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: damaged.removeLast(Int.random(in: 1...damaged.count, using: &generator))
            case 1: damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^= 0x10
            default: damaged.append(0)
            }
            #expect(throws: FeatureEngineError.self) { try FeatureHistory(decoding: damaged, for: engine) }
        }
    }

    @Test func refusesTheHistoryOfAnotherPlan() throws {
        let keys = ["customer_id"]
        func engine(_ days: Int) throws -> FeatureEngine {
            let aggregate = WindowAggregate(.count, keys: keys, window: .days(days))
            return try FeatureEngine(
                FeaturePlan(name: "", features: [FeatureDeclaration("count", .aggregate(aggregate))]),
                schema: .handbook)
        }
        let bytes = try engine(7).makeHistory().encoded()
        let error = #expect(throws: FeatureEngineError.self) {
            try FeatureHistory(decoding: bytes, for: engine(30))
        }
        #expect(
            error?.description
                == "the history was kept for another plan: it has by (customer_id: int64) for 604800s, "
                + "and the plan needs by (customer_id: int64) for 2592000s")
    }

    @Test func labelsThatCameLateCountAsIfTheyHadBeenThere() throws {
        let transactions = FeatureOracle.transactions(500, seed: 3)
        let engine = try FeatureEngine(HandbookPlanTests.plan, schema: .handbook)
        var complete = engine.makeHistory(), late = engine.makeHistory()
        func withoutLabel(_ transaction: Transaction) -> TransactionRecord {
            var unknown = transaction
            unknown.fraud = nil
            return HandbookPlanTests.record(unknown)
        }
        for transaction in transactions {
            try engine.record(HandbookPlanTests.record(transaction), in: &complete)
            try engine.record(withoutLabel(transaction), in: &late)
        }
        for transaction in transactions where transaction.fraud == 1 {
            try engine.recordLabel(isFraud: true, of: withoutLabel(transaction), knownAt: 0, in: &late)
        }
        for transaction in transactions {
            var later = transaction
            later.dateTime += 8 * 86_400_000_000
            let rows = try [complete, late].map { history in
                var row = [Float](repeating: 0, count: engine.count)
                try row.withUnsafeMutableBufferPointer {
                    try engine.compute(HandbookPlanTests.record(later), history: history, into: $0)
                }
                return row
            }
            #expect(rows[0] == rows[1])
        }
    }

    @Test func removesWhatNoWindowReaches() throws {
        let engine = try FeatureEngine(HandbookPlanTests.plan, schema: .handbook)
        var history = engine.makeHistory()
        for day in 0..<400 {
            for number in 0..<3 {
                let transaction = Transaction(
                    transactionID: Int64(3 * day + number), dateTime: Int64(day) * 86_400_000_000,
                    customerID: Int64(day), terminalID: Int64(day), amount: 1)
                try engine.record(HandbookPlanTests.record(transaction), in: &history)
            }
        }
        history.removeUnreachable()
        // 30 days and 7 late ones of customers, 30, 7 of the delay and 7 late ones of terminals, three transactions each.
        #expect(history.keyCount == 37 + 44)
        #expect(history.eventCount == 3 * (37 + 44))
        #expect(history.byteCount < 81 * 1000)
    }
}
