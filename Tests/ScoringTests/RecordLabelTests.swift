import Features
import ModelKit
import Scoring
import TestSupport
import Testing

/// Labels of transactions of any columns: late, early, repeated, corrected, and in data whose times are whole hours, so that many
/// transactions of a key share one.
@Suite struct RecordLabelTests {
    private static let hour: Int64 = 3_600_000_000

    private static func schema(hasKnownAt: Bool) -> TransactionSchema {
        var columns = [
            SchemaColumn("nr", .text, role: .id), SchemaColumn("step", .timestamp(), role: .time),
            SchemaColumn("card", .category, role: .key), SchemaColumn("shop", .integer(), role: .key),
            SchemaColumn("amount", .float(), role: .amount), SchemaColumn("kind", .category),
            SchemaColumn("fraud", .category, role: .label(fraud: ["ja"], genuine: ["nein"])),
        ]
        if hasKnownAt { columns.append(SchemaColumn("known", .timestamp(), role: .knownAt)) }
        return TransactionSchema(name: "hourly", columns: columns)
    }

    /// - Parameter hasTiles: Tiles do not tell when their labels became known.
    private static func plan(hasTiles: Bool) throws -> FeaturePlan {
        func share(_ name: String, _ keys: [String], filter: RowExpression? = nil, tile: FeatureDuration? = nil)
            -> FeatureDeclaration
        {
            FeatureDeclaration(
                name,
                .aggregate(
                    WindowAggregate(
                        .fraudCount, keys: keys, window: .days(20), delay: .days(1), filter: filter, tile: tile)))
        }
        let features = [
            share("card", ["card"]), share("shop", ["shop"]), share("both", ["card", "shop"]),
            share("transfers", ["shop"], filter: try RowExpression("kind = 'transfer'")),
        ]
        return FeaturePlan(
            name: "frauds", features: features + (hasTiles ? [share("days", ["card"], tile: .days(1))] : []))
    }

    private static func model(_ schema: TransactionSchema) throws -> FraudModel {
        let plan = try plan(hasTiles: schema.column(.knownAt) == nil)
        let columns = plan.names.map { _ in (0..<40).map { Float($0 % 7) } }
        let classifier = try ScoringFixture.classifier(
            try FeatureMatrix(names: plan.names, columns: columns), (0..<40).map { $0 % 7 > 3 ? 1 : 0 }, 1)
        return try FraudModel(
            features: .plan(plan, schema: schema), classifier: classifier, provenance: ScoringFixture.provenance)
    }

    private static func record(
        _ id: Int, hour: Int, card: Int, shop: Int, kind: String, fraud: Bool?, known: Int64? = nil,
        isLabel: Bool = false,
        _ schema: TransactionSchema
    ) -> TransactionRecord {
        var values: [TransactionValue] = [
            .text("T-\(id)"), .time(Int64(hour) * Self.hour), .text("C\(card)"), .integer(Int64(shop)),
            // A label need not repeat it.
            isLabel ? .null : .number(10),
            .text(kind), fraud.map { .text($0 ? "ja" : "nein") } ?? .null,
        ]
        if schema.columns.count > 7 { values.append(known.map { .time($0) } ?? .null) }
        return TransactionRecord(values)
    }

    /// The features that a transaction sees of a scorer's history.
    private static func row(_ probe: TransactionRecord, _ scorer: OnlineScorer) throws -> [Float] {
        let schema = try #require(scorer.schema)
        let engine = try FeatureEngine(plan(hasTiles: schema.column(.knownAt) == nil), schema: schema)
        var row = [Float](repeating: 0, count: engine.count)
        try row.withUnsafeMutableBufferPointer {
            try engine.compute(probe, history: try #require(scorer.history), into: $0)
        }
        return row
    }

    /// Whatever the order in which labels come, the history is as if each transaction had been recorded with its last one.
    @Test(arguments: 0..<60) func theLastLabelCounts(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let hasKnownAt = seed % 3 == 0
        let schema = Self.schema(hasKnownAt: hasKnownAt)
        let model = try Self.model(schema)
        let scorer = try OnlineScorer(model), truth = try OnlineScorer(model)
        struct Known { var hour, card, shop: Int; var kind: String; var fraud: Bool?; var known: Int64? }
        var transactions = (0..<60).map { _ in
            Known(
                hour: .random(in: 0..<(hasKnownAt ? 4_000 : 24), using: &generator),
                card: .random(in: 0..<3, using: &generator),
                shop: .random(in: 0..<2, using: &generator),
                kind: Bool.random(using: &generator) ? "transfer" : "payment")
        }
        if hasKnownAt { for index in transactions.indices { transactions[index].hour = index / 3 + index % 3 * 200 } }
        func record(_ index: Int, labelled: Bool, isLabel: Bool = false) -> TransactionRecord {
            let one = transactions[index]
            return Self.record(
                index, hour: one.hour, card: one.card, shop: one.shop, kind: one.kind,
                fraud: labelled ? one.fraud : nil,
                known: labelled ? one.known : nil, isLabel: isLabel, schema)
        }
        var isRecorded = [Bool](repeating: false, count: transactions.count)
        var told = 0
        for _ in 0..<400 {
            let index = Int.random(in: transactions.indices, using: &generator)
            if !isRecorded[index], Bool.random(using: &generator) {
                isRecorded[index] = true
                _ = try scorer.score(record(index, labelled: false))
                continue
            }
            let isFraud = Int.random(in: 0..<3, using: &generator) > 0
            let isRepeated = transactions[index].fraud == isFraud && !hasKnownAt
            told += 1
            transactions[index].fraud = isFraud
            transactions[index].known = hasKnownAt ? Self.hour * 800 + Int64(told) : nil
            let outcome = try scorer.applyLabel(record(index, labelled: true, isLabel: true))
            if !isRecorded[index] { #expect(outcome != .applied) }
            if isRepeated, isRecorded[index] { #expect(outcome == .unchanged) }
            #expect(
                try scorer.applyLabel(record(index, labelled: true, isLabel: true))
                    == (isRecorded[index] ? .unchanged : outcome))
        }
        for index in transactions.indices {
            if !isRecorded[index] { try scorer.record(record(index, labelled: false)) }
            try truth.record(record(index, labelled: true))
        }
        for card in 0..<3 {
            for shop in 0..<2 {
                for hour in [40, 60, 300, 470, 820, 1_000] {
                    let probe = Self.record(
                        -1, hour: hour, card: card, shop: shop, kind: "transfer", fraud: nil, schema)
                    let (row, expected) = (try Self.row(probe, scorer), try Self.row(probe, truth))
                    #expect(row == expected, "card \(card), shop \(shop), hour \(hour)")
                }
            }
        }
    }

    /// A stream begins with the history of training, which knows the labels of then, and reads all labels again.
    @Test func labelsThatTheHistoryBeganWithCountOnce() throws {
        let schema = Self.schema(hasKnownAt: false)
        var model = try Self.model(schema)
        let training = try OnlineScorer(model)
        let frauds: Set = [0, 3, 4, 9]
        func record(_ id: Int, fraud: Bool?) -> TransactionRecord {
            Self.record(id, hour: id / 5, card: id % 2, shop: 1, kind: "transfer", fraud: fraud, schema)
        }
        for id in 0..<12 { try training.record(record(id, fraud: frauds.contains(id))) }
        model.history = training.history
        let scorer = try OnlineScorer(model)
        let probe = Self.record(-1, hour: 60, card: 1, shop: 1, kind: "transfer", fraud: nil, schema)
        let before = try Self.row(probe, scorer)
        #expect(before == [2, 4, 2, 4, 2])
        for id in (0..<12).reversed() {
            #expect(try scorer.applyLabel(record(id, fraud: frauds.contains(id))) == .unchanged)
        }
        #expect(try Self.row(probe, scorer) == before)
        // One of them turns out to be none.
        #expect(try scorer.applyLabel(record(3, fraud: false)) == .applied)
        #expect(try Self.row(probe, scorer) == [1, 3, 1, 3, 1])
        #expect(try scorer.applyLabel(record(3, fraud: false)) == .unchanged)
        #expect(try scorer.applyLabel(record(3, fraud: true)) == .applied)
        #expect(try Self.row(probe, scorer) == before)
    }

    @Test func labelsThatCannotBeUsed() throws {
        let schema = Self.schema(hasKnownAt: true)
        let scorer = try OnlineScorer(Self.model(schema))
        let one = Self.record(1, hour: 1, card: 1, shop: 1, kind: "payment", fraud: true, schema)
        // Nobody says since when.
        #expect(try scorer.applyLabel(one) == .unknown)
        #expect(scorer.labelSilence == nil)
        try scorer.record(Self.record(1, hour: 1, card: 1, shop: 1, kind: "payment", fraud: nil, schema))
        // So many that the new time is believed.
        for id in 2..<100 {
            try scorer.record(Self.record(id, hour: 2_000, card: 1, shop: 1, kind: "payment", fraud: nil, schema))
        }
        let late = Self.record(1, hour: 1, card: 1, shop: 1, kind: "payment", fraud: true, known: 5, schema)
        #expect(try scorer.applyLabel(late) == .unknown)
        #expect(try #require(scorer.labelSilence).isTooLong)
        #expect(throws: ScoringError.self) {
            try scorer.applyLabel(TransactionLabelTests.label(TransactionLabelTests.transaction(1, day: 1), true))
        }
    }
}
