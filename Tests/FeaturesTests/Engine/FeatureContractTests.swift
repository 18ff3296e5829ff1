import Columnar
import Features
import TestSupport
import Testing

/// Sentences of the feature contract that random cases reach rarely or never.
@Suite struct FeatureContractTests {
    private static let schema = TransactionSchema(columns: [
        SchemaColumn("id", .integer(), role: .id), SchemaColumn("time", .timestamp(), role: .time),
        SchemaColumn("amount", .float(), role: .amount), SchemaColumn("account", .integer(), role: .key),
        SchemaColumn("name", .text, role: .key),
    ])

    private static func engine(_ kinds: FeatureKind...) throws -> FeatureEngine {
        try FeatureEngine(
            FeaturePlan(name: "", features: kinds.enumerated().map { FeatureDeclaration("f\($0)", $1) }),
            schema: schema)
    }

    private static func record(
        _ time: Int64, id: Int64 = 0, amount: Double? = 1, account: Int64 = 1, name: String = "n"
    ) -> TransactionRecord {
        TransactionRecord([
            .integer(id), .time(time), amount.map { .number($0) } ?? .null, .integer(account), .text(name),
        ])
    }

    private static func compute(
        _ engine: FeatureEngine, _ record: TransactionRecord, _ history: FeatureHistory
    ) throws -> [Float] {
        var row = [Float](repeating: 0, count: engine.count)
        try row.withUnsafeMutableBufferPointer { try engine.compute(record, history: history, into: $0) }
        return row
    }

    private static func history(_ engine: FeatureEngine, of records: [TransactionRecord]) throws -> FeatureHistory {
        var history = engine.makeHistory()
        for record in records { try engine.record(record, in: &history) }
        return history
    }

    private static func count(_ keys: [String], days: Int = 1) -> FeatureKind {
        .aggregate(WindowAggregate(.count, keys: keys, window: .days(days), includesCurrent: false))
    }

    private static let day: Int64 = 86_400_000_000

    /// Windows and the scope of the previous transaction are open at their old ends, and closed at their new ones.
    @Test(arguments: [(-day, false), (-day + 1, true), (0, true), (1, false)])
    func bordersAreHalfOpen(time: Int64, isInside: Bool) throws {
        let scope = HistoryScope(keys: ["account"], within: .days(1))
        let engine = try Self.engine(Self.count(["account"]), .timeSincePrevious(scope), .isFirst(scope))
        let history = try Self.history(engine, of: [Self.record(time)])
        let found = try Self.compute(engine, Self.record(0), history)
        #expect(found[0] == (isInside ? 1 : 0))
        #expect(isInside ? found[1] == Float(Double(-time) / 1_000_000) : found[1].isNaN)
        #expect(found[2] == (isInside ? 0 : 1))
    }

    /// Doubles do not have all integers of 64 bits; keys, counted values and categories do.
    @Test func keysAndCountedValuesHaveAllBits() throws {
        let accounts: [Int64] = [1 << 53, 1 << 53 + 1, .max, .max - 1, .min, .min + 1, -1 << 53, -1 << 53 - 1]
        let engine = try Self.engine(
            Self.count(["account"]), Self.count(["account", "name"]),
            .aggregate(WindowAggregate(.distinct, of: "account", keys: [], window: .days(1))),
            .category(column: "account", values: accounts.map { "\($0)" }), .column("account"),
            .aggregate(WindowAggregate(.maximum, of: "account", keys: ["account"], window: .days(1))))
        let records = accounts.enumerated().map { Self.record(Int64($0), account: $1) }
        var history = try Self.history(engine, of: records)
        history = try FeatureHistory(decoding: history.encoded(), for: engine)
        for (position, account) in accounts.enumerated() {
            let found = try Self.compute(engine, Self.record(100, account: account), history)
            #expect(found[0...1] == [1, 1])
            #expect(found[2] == Float(accounts.count))
            #expect(found[3] == Float(position))
            // Numbers are doubles.
            #expect(found[4...5] == [Float(Double(account)), Float(Double(account))])
        }
        #expect(try Self.compute(engine, Self.record(100, account: 1 << 53 + 2), history)[0...2] == [0, 0, 9])
        let times = accounts.indices.map { Int64($0) }
        let batch = try RecordBatch(
            schema: Self.schema.tableSchema(),
            columns: [
                .int64(times), .timestamp(times), .float64(times.map { _ in 1 }), .int64(accounts),
                .string(times.map { _ in "n" }),
            ])
        var batched = engine.makeHistory()
        let columns = try engine.columns(batch, history: &batched)
        #expect(columns[0] == [Float](repeating: 0, count: accounts.count))
        #expect(columns[2] == accounts.indices.map { Float($0 + 1) })
        #expect(columns[3] == accounts.indices.map { Float($0) })
    }

    /// Texts with the same characters in other bytes are other keys.
    @Test func textsAreKeysByTheirBytes() throws {
        let engine = try Self.engine(Self.count(["name"]))
        let history = try Self.history(engine, of: [Self.record(0, name: "\u{E9}"), Self.record(0, name: "e\u{301}")])
        #expect(history.keyCount == 2)
        #expect(try Self.compute(engine, Self.record(1, name: "e\u{301}"), history) == [1])
    }

    @Test func theOrderOfRecordingMakesNoDifference() throws {
        var generator = SeededGenerator(seed: 4)
        for seed in UInt64(0)..<150 {
            let engineCase = try EngineCase(seed: seed)
            let engine = try FeatureEngine(engineCase.plan, schema: engineCase.schema)
            var rows: [[UInt32]] = []
            for _ in 0..<3 {
                // Nothing is too late.
                var history = engine.makeHistory(lateness: .days(100))
                for record in engineCase.records.shuffled(using: &generator) { try engine.record(record, in: &history) }
                rows.append(
                    try engineCase.records.flatMap { try Self.compute(engine, $0, history) }.map {
                        $0.isNaN ? 0 : $0.bitPattern
                    })
            }
            #expect(rows[0] == rows[1] && rows[0] == rows[2], "\(engineCase.plan)")
        }
    }

    /// What is older than the longest window and the lateness does not count, also if it is recorded.
    @Test func transactionsThatAreTooOldNeverCount() throws {
        let engine = try Self.engine(Self.count(["account"]))
        var history = engine.makeHistory(lateness: .days(1))
        for hours in stride(from: Int64(0), through: 240, by: 12) {
            try engine.record(Self.record(hours * 3_600_000_000, account: 2), in: &history)
        }
        for time in [8 * Self.day, 8 * Self.day + 1] { try engine.record(Self.record(time), in: &history) }
        #expect(try Self.compute(engine, Self.record(8 * Self.day + 2), history) == [1])
    }

    @Test(arguments: [nil, Double.nan, .infinity, -.infinity])
    func transactionsWithoutAFiniteAmountAreNotRecorded(amount: Double?) throws {
        let engine = try Self.engine(Self.count([]))
        let history = try Self.history(engine, of: [Self.record(0, amount: amount), Self.record(0, amount: -5)])
        #expect(history.eventCount == 1)
        #expect(try Self.compute(engine, Self.record(1, amount: amount), history) == [1])
    }

    /// In sums a number is a multiple of 2^-128 of at most 2^100 in magnitude.
    @Test(arguments: [(1e300, 0x1p100), (-1e300, -0x1p100), (0x1p100, 0x1p100), (0x1p-128, 0x1p-128), (0x1p-140, 0)])
    func numbersOfAnySizeHaveASum(amount: Double, sum: Double) throws {
        let engine = try Self.engine(.aggregate(WindowAggregate(.sum, of: "amount", keys: [], window: .days(1))))
        let history = try Self.history(engine, of: [Self.record(0, amount: 0)])
        #expect(try Self.compute(engine, Self.record(1, amount: amount), history) == [Float(sum)])
        let later = try Self.history(engine, of: [Self.record(0, amount: amount)])
        #expect(try Self.compute(engine, Self.record(1, amount: 0), later) == [Float(sum)])
    }

    /// 8 bytes for the time and 8 for a running sum, and some 80 for a key; arrays have room for up to twice as much.
    @Test func memoryIsWhatTheContractSays() throws {
        let engine = try Self.engine(
            .aggregate(WindowAggregate(.sum, of: "amount", keys: ["account"], window: .days(1))))
        let rows = try Self.history(engine, of: (0..<10_000).map { Self.record($0) })
        #expect((160_000...350_000).contains(rows.byteCount))
        let keys = try Self.history(engine, of: (0..<10_000).map { Self.record($0, account: $0) })
        #expect((80 * 10_000...220 * 10_000).contains(keys.byteCount))
    }

    /// Rows of the same time and id are processed by their position.
    @Test func rowsOfOneTimeAndIDAreInTheirOrder() throws {
        let engine = try Self.engine(
            .aggregate(WindowAggregate(.sum, of: "amount", keys: [], window: .days(1), includesCurrent: true)))
        let batch = try RecordBatch(
            schema: Self.schema.tableSchema(),
            columns: [
                .int64([7, 7, 3, 7]), .timestamp([5, 5, 5, 4]), .float64([1, 10, 100, 1000]), .int64([1, 1, 1, 1]),
                .string(["", "", "", ""]),
            ])
        var history = engine.makeHistory()
        #expect(try engine.columns(batch, history: &history) == [[1101, 1111, 1100, 1000]])
    }
}
