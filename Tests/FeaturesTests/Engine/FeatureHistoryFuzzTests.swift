import Features
import TestSupport
import Testing

/// Stored histories that are damaged behind their header, with a checksum that is right: each is refused, or is a history that
/// can be used like any other.
@Suite struct FeatureHistoryFuzzTests {
    @Test func historiesOfAnyPlanAreReadOrRefused() throws {
        var generator = SeededGenerator(seed: 2)
        var accepted = 0, refused = 0
        for seed in UInt64(0)..<400 {
            let engineCase = try EngineCase(seed: seed)
            let engine = try FeatureEngine(engineCase.plan, schema: engineCase.schema)
            var history = engine.makeHistory(lateness: engineCase.lateness)
            for record in engineCase.records { try engine.record(record, in: &history) }
            for record in engineCase.records where Int.random(in: 0..<8, using: &generator) == 0 {
                try engine.recordLabel(isFraud: true, of: record, knownAt: 0, in: &history)
            }
            let bytes = history.encoded()
            for _ in 0..<6 {
                let damaged = Self.damaged(bytes, &generator)
                guard let restored = try? FeatureHistory(decoding: damaged, for: engine) else {
                    refused += 1
                    continue
                }
                accepted += 1
                try Self.use(restored, engine, engineCase.records)
            }
        }
        #expect(accepted > 100 && refused > 1000)
    }

    @Test func correctedLabelsAreReadOrRefused() throws {
        var generator = SeededGenerator(seed: 3)
        var accepted = 0, refused = 0
        for _ in 0..<150 {
            var labelCase = LabelCase(&generator)
            let engine = try labelCase.engine()
            var history = engine.makeHistory()
            for _ in 0..<20 { try engine.record(labelCase.record(&generator), in: &history) }
            for _ in 0..<30 {
                guard let label = labelCase.label(&generator) else { continue }
                try engine.recordLabel(isFraud: label.isFraud, of: label.record, knownAt: label.knownAt, in: &history)
            }
            let bytes = history.encoded()
            for _ in 0..<10 {
                guard let restored = try? FeatureHistory(decoding: Self.damaged(bytes, &generator), for: engine) else {
                    refused += 1
                    continue
                }
                accepted += 1
                try Self.use(restored, engine, labelCase.recorded.map(\.record))
            }
        }
        #expect(accepted > 100 && refused > 300)
    }

    /// A tile of more transactions than sums are exact for.
    @Test func refusesTilesOfTooManyTransactions() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("time", .timestamp(), role: .time), SchemaColumn("amount", .float(), role: .amount),
        ])
        let mean = WindowAggregate(.mean, of: "amount", keys: [], window: .days(1), tile: .hours(1))
        let plan = FeaturePlan(name: "", features: [FeatureDeclaration("mean", .aggregate(mean))])
        let engine = try FeatureEngine(plan, schema: schema)
        var history = engine.makeHistory()
        for hours in Int64(0)...1 {
            try engine.record(TransactionRecord([.time(hours * 3_600_000_000), .number(0.5)]), in: &history)
        }
        let bytes = history.encoded()
        // Each tile's rows: 1 in zigzag form, before its frauds, count and units.
        let tiles = bytes.indices.dropLast(4).filter { Array(bytes[$0..<$0 + 5]) == [2, 0, 0, 0x90, 0x4E] }
        #expect(tiles.count == 2)
        for (count, isFine) in [(1 << 31, true), (1 << 32, false), (Int64.max, false)] as [(Int64, Bool)] {
            var changed = Array(bytes.dropLast(4))
            changed.replaceSubrange(try #require(tiles.first)..<tiles[0] + 1, with: Self.varint(UInt64(count) << 1))
            let restored = try? FeatureHistory(decoding: Self.withChecksum(changed), for: engine)
            #expect((restored != nil) == isFine, "\(count)")
        }
    }

    // MARK: Damage

    /// Whatever was read can be used, stored and read again.
    private static func use(_ history: FeatureHistory, _ engine: FeatureEngine, _ records: [TransactionRecord]) throws {
        var history = history
        var row = [Float](repeating: 0, count: engine.count)
        for record in records {
            try row.withUnsafeMutableBufferPointer { try engine.compute(record, history: history, into: $0) }
            try engine.recordLabel(isFraud: true, of: record, knownAt: 0, in: &history)
            try engine.record(record, in: &history)
        }
        let stored = history.encoded()
        #expect(try FeatureHistory(decoding: stored, for: engine).encoded() == stored)
        var merged = engine.makeHistory(lateness: history.lateness)
        for part in history.split(into: 2) { try merged.merge(part) }
        try merged.merge(history)
        merged.removeUnreachable()
        for record in records { try engine.record(record, in: &merged) }
    }

    private static let numbers: [UInt64] = [
        0, 1, 2, 3, 127, 128, 1 << 31, 1 << 32, 1 << 33, 1 << 53, 1 << 62, .max >> 1, .max - 1, .max,
    ]

    private static func damaged(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var damaged = Array(bytes.dropLast(4))
        let start = headerEnd(bytes)
        for _ in 0..<Int.random(in: 1...3, using: &generator) where start < damaged.count {
            let index = Int.random(in: start..<damaged.count, using: &generator)
            let end = min(damaged.count, index + Int.random(in: 1...4, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: damaged[index] = .random(in: 0...255, using: &generator)
            case 1: damaged[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: damaged.removeSubrange(index..<end)
            case 3: damaged.insert(contentsOf: damaged[index..<end], at: index)
            case 4: damaged[4] = UInt8.random(in: 1...2, using: &generator)
            default:
                damaged.replaceSubrange(index..<end, with: varint(numbers.randomElement(using: &generator) ?? 0))
            }
        }
        return withChecksum(damaged)
    }

    /// Where the descriptions of the tables end.
    private static func headerEnd(_ bytes: [UInt8]) -> Int {
        var position = 5
        func next() -> Int {
            var value = 0, shift = 0
            repeat {
                value |= Int(bytes[position] & 0x7F) << shift
                shift += 7
                position += 1
            } while bytes[position - 1] >= 0x80
            return value
        }
        for _ in 0..<next() { position += next() }
        return position
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
        let checksum = FeatureState.checksum(bytes[...])
        return bytes + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt32($0))) }
    }
}
