import Features
import TestSupport
import Testing

/// Labels that come after their transactions, in windows and in tiles.
@Suite struct LateLabelTests {
    @Test func anySequenceOfLabelsGivesTheFeaturesOfTheDefinition() throws {
        var frauds = 0
        for seed in UInt64(0)..<250 { frauds += try check(seed: seed, steps: 80) }
        #expect(frauds > 10_000)
    }

    /// Histories that are long enough for summaries of blocks of rows.
    @Test func labelsOfLongHistoriesGiveTheFeaturesOfTheDefinition() throws {
        var frauds = 0
        for seed in UInt64(1000)..<1008 { frauds += try check(seed: seed, steps: 60, recordedBefore: 1500) }
        #expect(frauds > 500)
    }

    /// - Returns: how many features were not 0.
    private func check(seed: UInt64, steps: Int, recordedBefore: Int = 0) throws -> Int {
        var generator = SeededGenerator(seed: seed)
        var labelCase = LabelCase(&generator)
        let engine = try labelCase.engine()
        let lateness = FeatureDuration.days(3)
        var history = engine.makeHistory(lateness: lateness)
        for _ in 0..<recordedBefore { try engine.record(labelCase.record(&generator), in: &history) }
        func record(
            _ label: (record: TransactionRecord, knownAt: Int64, isFraud: Bool)?, _ history: inout FeatureHistory
        )
            throws
        {
            guard let label else { return }
            try engine.recordLabel(isFraud: label.isFraud, of: label.record, knownAt: label.knownAt, in: &history)
        }
        var found = 0
        for step in 0..<steps {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<8: try engine.record(labelCase.record(&generator), in: &history)
            case 8..<18: try record(labelCase.label(&generator), &history)
            case 18:
                let bytes = history.encoded()
                history = try FeatureHistory(decoding: bytes, for: engine)
                #expect(history.encoded() == bytes)
            default:
                // Each part learns of the label, whichever has the transaction's keys.
                let label = labelCase.label(&generator)
                var merged = engine.makeHistory(lateness: lateness)
                for var part in history.split(into: 2) {
                    try record(label, &part)
                    try merged.merge(part)
                }
                history = merged
            }
            let time = labelCase.newest + Int64.random(in: -12...6, using: &generator) * 6 * LabelCase.hour
            for customer in Int64(0)...1 {
                var row = [Float](repeating: 0, count: engine.count)
                try row.withUnsafeMutableBufferPointer {
                    try engine.compute(labelCase.scored(at: time, customer: customer), history: history, into: $0)
                }
                let expected = labelCase.expected(at: time, customer: customer)
                #expect(row == expected, "seed \(seed), step \(step), \(engine.plan)")
                guard row == expected else { return 0 }
                found += row.count { $0 != 0 }
            }
        }
        return found
    }

    // MARK: One transaction

    private static let hour: Int64 = 3_600_000_000

    private static func schema(hasKnownAt: Bool) -> TransactionSchema {
        TransactionSchema(columns: [
            SchemaColumn("id", .integer(), role: .id), SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("label", .integer(), role: .label()),
            SchemaColumn("known", .timestamp(), role: hasKnownAt ? .knownAt : .ignored),
            SchemaColumn("card", .integer(), role: .key),
        ])
    }

    private static func engine(hasKnownAt: Bool, tile: FeatureDuration? = nil) throws -> FeatureEngine {
        let count = WindowAggregate(
            .fraudCount, keys: ["card"], window: .days(2), delay: hasKnownAt ? .zero : .days(1), tile: tile)
        return try FeatureEngine(
            FeaturePlan(name: "", features: [FeatureDeclaration("frauds", .aggregate(count))]),
            schema: schema(hasKnownAt: hasKnownAt))
    }

    private static func record(_ id: Int64, _ hours: Int64, fraud: Int64? = nil) -> TransactionRecord {
        TransactionRecord([
            .integer(id), .time(hours * hour), fraud.map { .integer($0) } ?? .null, .null, .integer(1),
        ])
    }

    /// The frauds in the window of a transaction at some hour.
    private static func frauds(_ engine: FeatureEngine, _ history: FeatureHistory, at hours: Int64) throws -> Float {
        var row: [Float] = [0]
        try row.withUnsafeMutableBufferPointer {
            try engine.compute(record(99, hours), history: history, into: $0)
        }
        return row[0]
    }

    @Test(arguments: [nil, FeatureDuration.hours(6), .days(1)])
    func repeatedAndCorrectedLabelsCountOnce(tile: FeatureDuration?) throws {
        let engine = try Self.engine(hasKnownAt: false, tile: tile)
        var history = engine.makeHistory()
        // Two at one time, and one that was recorded as a fraud.
        let (first, second, third) = (Self.record(1, 1), Self.record(2, 1), Self.record(3, 2, fraud: 1))
        for record in [first, second, third] { try engine.record(record, in: &history) }
        func told(_ isFraud: Bool, _ record: TransactionRecord) throws -> Float {
            #expect(try engine.recordLabel(isFraud: isFraud, of: record, knownAt: 0, in: &history))
            return try Self.frauds(engine, history, at: 48)
        }
        #expect(try told(true, first) == 2)
        #expect(try told(true, first) == 2)
        #expect(try told(false, second) == 2)
        #expect(try told(false, first) == 1)
        #expect(try told(true, first) == 2)
        #expect(try told(true, third) == 2)
        #expect(try told(false, third) == 1)
        #expect(try told(true, second) == 2)
        history = try FeatureHistory(decoding: history.encoded(), for: engine)
        #expect(try told(true, second) == 2)
        #expect(try told(false, second) == 1)
    }

    @Test func aLabelCountsFromTheTimeAtWhichItIsKnown() throws {
        let engine = try Self.engine(hasKnownAt: true)
        var history = engine.makeHistory()
        let record = Self.record(1, 0)
        try engine.record(record, in: &history)
        func told(_ isFraud: Bool, _ hours: Int64) throws {
            #expect(try engine.recordLabel(isFraud: isFraud, of: record, knownAt: hours * Self.hour, in: &history))
        }
        func frauds() throws -> [Float] {
            try [9, 10, 20, 30, 40].map { try Self.frauds(engine, history, at: $0) }
        }
        // The correction comes before what it corrects.
        try told(false, 20)
        #expect(try frauds() == [0, 0, 0, 0, 0])
        try told(true, 10)
        #expect(try frauds() == [0, 1, 0, 0, 0])
        try told(true, 30)
        #expect(try frauds() == [0, 1, 0, 1, 1])
        try told(true, 40)
        try told(true, 10)
        #expect(try frauds() == [0, 1, 0, 1, 1])
        // Of two at one time the last one recorded counts.
        try told(false, 30)
        #expect(try frauds() == [0, 1, 0, 0, 1])
    }

    @Test func labelsOfTransactionsThatAreNotThereAreRefused() throws {
        for engine in [try Self.engine(hasKnownAt: true), try Self.engine(hasKnownAt: false, tile: .hours(6))] {
            var history = engine.makeHistory(lateness: .zero)
            let record = Self.record(1, 0)
            #expect(try !engine.recordLabel(isFraud: true, of: record, knownAt: 0, in: &history))
            try engine.record(record, in: &history)
            #expect(try Self.frauds(engine, history, at: 36) == 0)
            #expect(try engine.recordLabel(isFraud: true, of: record, knownAt: 0, in: &history))
            #expect(try Self.frauds(engine, history, at: 36) == 1)
            #expect(history.encoded()[4] == 2)
            for hours in stride(from: Int64(12), through: 240, by: 12) {
                try engine.record(Self.record(hours, hours), in: &history)
            }
            #expect(try !engine.recordLabel(isFraud: false, of: record, knownAt: 0, in: &history))
            // With the transaction goes its label; histories without labels have the first version of the format.
            #expect(history.encoded()[4] == 1)
        }
    }
}
