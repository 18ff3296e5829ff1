import Features
import TestSupport
import Testing

/// Histories that several values, engines and orders of recording share.
@Suite struct SharedHistoryTests {
    private static let schema = TransactionSchema(columns: [
        SchemaColumn("when", .timestamp(), role: .time), SchemaColumn("amount", .float(), role: .amount),
        SchemaColumn("card", .integer(), role: .key), SchemaColumn("kind", .category),
        SchemaColumn("distance", .float()),
    ])

    private static func engine(_ aggregates: [WindowAggregate]) throws -> FeatureEngine {
        let features = aggregates.enumerated().map { FeatureDeclaration("f\($0)", .aggregate($1)) }
        return try FeatureEngine(FeaturePlan(name: "", features: features), schema: schema)
    }

    private struct Event {
        var time: Int64
        var card: Int64
        var kind: String
        var distance: Double?

        var record: TransactionRecord {
            TransactionRecord([
                .time(time), .number(1), .integer(card), .text(kind), distance.map { .number($0) } ?? .null,
            ])
        }
    }

    private static func compute(
        _ engine: FeatureEngine, _ event: Event, _ history: borrowing FeatureHistory
    ) throws -> [UInt32] {
        var row = [Float](repeating: 0, count: engine.count)
        try row.withUnsafeMutableBufferPointer { try engine.compute(event.record, history: history, into: $0) }
        return row.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
    }

    private static let minute: Int64 = 60_000_000

    private static func events(_ count: Int, seed: UInt64) -> [Event] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            Event(
                time: Int64(index) * 7 * minute, card: Int64.random(in: 0..<3, using: &random),
                kind: "kind \(Int.random(in: 0..<12, using: &random))",
                distance: Int.random(in: 0..<4, using: &random) == 0
                    ? nil : Double(Int.random(in: 0..<9, using: &random)))
        }
    }

    private static let windows: [FeatureDuration] = [.hours(2), .days(1), .days(10)]

    private static func extremes(delay: FeatureDuration) -> [WindowAggregate] {
        windows.flatMap { window in
            [WindowAggregate.Function.minimum, .maximum].map { function in
                WindowAggregate(
                    function, of: "distance", keys: ["card"], window: window, delay: delay, includesCurrent: false)
            }
        }
    }

    /// By the definition.
    private static func extremes(of event: Event, among events: [Event], delay: FeatureDuration) -> [UInt32] {
        windows.flatMap { window in
            let end = event.time - delay.microseconds
            let values = events.compactMap { other in
                other.card == event.card && other.time <= end && other.time > end - window.microseconds
                    ? other.distance : nil
            }
            return [values.min(), values.max()].map { ($0.map(Float.init) ?? .nan).bitPattern }
        }
    }

    @Test(arguments: [FeatureDuration.zero, .hours(3)])
    func extremesAreThoseOfTheWindowWhateverComesLateTwiceOrWithoutAValue(delay: FeatureDuration) throws {
        let engine = try SharedHistoryTests.engine(SharedHistoryTests.extremes(delay: delay))
        var history = engine.makeHistory()
        var events = SharedHistoryTests.events(1500, seed: 3)
        for index in stride(from: 5, to: events.count, by: 11) {
            events[index].time -= Int64(index % 7) * 100 * SharedHistoryTests.minute
        }
        for (index, event) in events.enumerated() {
            let expected = SharedHistoryTests.extremes(of: event, among: Array(events[..<index]), delay: delay)
            #expect(try SharedHistoryTests.compute(engine, event, history) == expected)
            try engine.record(event.record, in: &history)
        }
    }

    @Test(arguments: [1.0, -1.0]) func extremesOfValuesThatOnlyFallOrRiseAreThoseOfTheWindow(step: Double) throws {
        let engine = try SharedHistoryTests.engine(SharedHistoryTests.extremes(delay: .zero))
        var history = engine.makeHistory()
        let events = (0..<1200).map { index in
            Event(
                time: Int64(index) * SharedHistoryTests.minute, card: 1, kind: "", distance: step * Double(index + 1))
        }
        for (index, event) in events.enumerated() {
            if index % 50 == 0 {
                let expected = SharedHistoryTests.extremes(of: event, among: Array(events[..<index]), delay: .zero)
                #expect(try SharedHistoryTests.compute(engine, event, history) == expected)
            }
            try engine.record(event.record, in: &history)
        }
    }

    /// Both engines need the same of the past, but count different values in windows of other lengths.
    @Test func enginesWithOtherWindowsShareAHistory() throws {
        func engine(distinct: FeatureDuration, count: FeatureDuration) throws -> FeatureEngine {
            try SharedHistoryTests.engine([
                WindowAggregate(.distinct, of: "kind", keys: ["card"], window: distinct),
                WindowAggregate(.count, keys: ["card"], window: count),
                WindowAggregate(.maximum, of: "distance", keys: ["card"], window: distinct),
            ])
        }
        let short = try engine(distinct: .hours(1), count: .days(20))
        let long = try engine(distinct: .days(20), count: .hours(3))
        var shared = short.makeHistory(), own = long.makeHistory()
        let events = SharedHistoryTests.events(600, seed: 5)
        for event in events {
            try short.record(event.record, in: &shared)
            try long.record(event.record, in: &own)
        }
        var next = events[599]
        next.time += SharedHistoryTests.minute
        #expect(
            try SharedHistoryTests.compute(long, next, shared) == SharedHistoryTests.compute(long, next, own))
        try long.record(next.record, in: &shared)
        try long.record(next.record, in: &own)
        for kind in 0..<14 {
            next.kind = "kind \(kind)"
            #expect(
                try SharedHistoryTests.compute(long, next, shared) == SharedHistoryTests.compute(long, next, own))
        }
        #expect(shared.encoded() == own.encoded())
    }

    @Test func copiesDoNotChangeWithTheOriginal() throws {
        let engine = try SharedHistoryTests.engine(
            SharedHistoryTests.extremes(delay: .zero) + [
                WindowAggregate(.distinct, of: "kind", keys: ["card"], window: .days(2)),
                WindowAggregate(.standardDeviation, of: "distance", keys: ["card"], window: .days(3)),
            ])
        var history = engine.makeHistory()
        let events = SharedHistoryTests.events(400, seed: 8)
        for event in events[..<200] { try engine.record(event.record, in: &history) }
        let copy = history
        let bytes = copy.encoded()
        let expected = try events[200..<220].map { try SharedHistoryTests.compute(engine, $0, copy) }
        for event in events[200...] { try engine.record(event.record, in: &history) }
        #expect(try events[200..<220].map { try SharedHistoryTests.compute(engine, $0, copy) } == expected)
        #expect(copy.encoded() == bytes)
        #expect(history.encoded() != bytes)
    }
}
