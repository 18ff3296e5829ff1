import Columnar
import Features
import Foundation
import TestSupport
import Testing

@Suite struct FeatureEngineTests {
    private let schema = TransactionSchema(columns: [
        SchemaColumn("when", .timestamp(timeZone: UTCOffset("+03:00")), role: .time),
        SchemaColumn("amount", .float(), role: .amount), SchemaColumn("card", .text, role: .key),
        SchemaColumn("kind", .category), SchemaColumn("from_lat", .float(), role: .latitude(point: "from")),
        SchemaColumn("from_lon", .float(), role: .longitude(point: "from")),
        SchemaColumn("to_lat", .float(), role: .latitude(point: "to")),
        SchemaColumn("to_lon", .float(), role: .longitude(point: "to")),
    ])

    private func engine(_ kinds: FeatureKind..., custom: CustomFeatures = .none) throws -> FeatureEngine {
        let features = kinds.enumerated().map { FeatureDeclaration("f\($0)", $1) }
        return try FeatureEngine(FeaturePlan(name: "", features: features), schema: schema, custom: custom)
    }

    private func record(
        _ seconds: Int64, _ amount: Double = 1, card: String = "c", kind: String? = "a",
        from: (Double, Double) = (0, 0), to: (Double, Double) = (0, 0)
    ) -> TransactionRecord {
        TransactionRecord([
            .time(seconds * 1_000_000), .number(amount), .text(card), kind.map { .text($0) } ?? .null,
            .number(from.0), .number(from.1), .number(to.0), .number(to.1),
        ])
    }

    private func compute(
        _ engine: FeatureEngine, _ record: TransactionRecord, after records: [TransactionRecord] = []
    ) throws -> [Float] {
        var history = engine.makeHistory()
        for record in records { try engine.record(record, in: &history) }
        var row = [Float](repeating: 0, count: engine.count)
        try row.withUnsafeMutableBufferPointer { try engine.compute(record, history: history, into: $0) }
        return row
    }

    @Test func partsOfTheCalendarAreThoseOfTheWallClock() throws {
        let engine = try engine(
            .calendar(.hour), .calendar(.minuteOfDay), .calendar(.weekday), .calendar(.dayOfMonth), .calendar(.month),
            .calendar(.isWeekend), .calendar(.isNight), .calendar(.quarterOfDay))
        // 2024-02-29T21:30:00Z, a Thursday, is Friday, 2024-03-01T00:30:00 three hours further east.
        #expect(try compute(engine, record(1_709_242_200)) == [0, 30, 4, 1, 3, 0, 1, 0])
        #expect(try compute(engine, record(-1)) == [2, 179, 3, 1, 1, 0, 1, 0])
    }

    @Test func categoriesArePositions() throws {
        let engine = try engine(.category(column: "kind", values: ["b", "a"]))
        #expect(try compute(engine, record(0, kind: "a")) == [1])
        #expect(try compute(engine, record(0, kind: "other")) == [2])
        #expect(try compute(engine, record(0, kind: nil))[0].isNaN)
    }

    @Test func expressionsUseEarlierFeaturesWithTheirDoubles() throws {
        let aggregate = WindowAggregate(.mean, of: "amount", keys: ["card"], window: .days(1), includesCurrent: false)
        let engine = try engine(
            .aggregate(aggregate), .expression(RowExpression("amount / f0")),
            .expression(RowExpression("f0 = 0.1 and kind = 'a'")))
        let records = [record(0, 0.1), record(1, 0.1)]
        #expect(try compute(engine, record(2, 0.3), after: records) == [0.1, Float(0.3 / 0.1), 1])
        #expect(try compute(engine, record(2, 0.3, kind: nil), after: records)[2].isNaN)
        var history = engine.makeHistory()
        let batch = try RecordBatch(
            schema: schema.tableSchema(),
            columns: [
                .timestamp([0, 1_000_000, 2_000_000], isUTC: true), .float64([0.1, 0.1, 0.3]),
                .string(["c", "c", "c"]), .string(["a", "a", "a"]),
            ] + (0..<4).map { _ in .float64([0, 0, 0]) })
        let columns = try engine.columns(batch, history: &history)
        #expect(columns.map { $0[2] } == [0.1, Float(0.3 / 0.1), 1])
    }

    private struct Product: RowFunction {
        func value(_ inputs: UnsafeBufferPointer<Double>, settings: [String: Double]) -> Double {
            inputs.reduce(settings["factor"] ?? 1, *)
        }
    }

    private struct WeightedSum: WindowFunction {
        func value(values: [Double], ages: [Double], settings: [String: Double]) -> Double {
            zip(values, ages).reduce(0) { $0 + $1.0 / (1 + $1.1) }
        }
    }

    @Test func programsAddKindsOfFeatures() throws {
        var custom = CustomFeatures()
        custom.add("product", Product())
        custom.add("weighted", WeightedSum())
        let engine = try engine(
            .custom(CustomFeature("product", inputs: ["amount", "from_lat"], settings: ["factor": 2])),
            .custom(CustomFeature("weighted", inputs: ["amount", "card"], settings: ["window_seconds": 60])),
            .custom(
                CustomFeature(
                    "weighted", inputs: ["amount"], settings: ["window_seconds": 3, "delay_seconds": 1])),
            custom: custom)
        let records = [record(0, 100), record(7, 8), record(8, 5, card: "d"), record(9, 4), record(9, 2)]
        let found = try compute(engine, record(10, 3, from: (5, 0)), after: records)
        #expect(found == [30, Float(100.0 / 11 + 8.0 / 4 + 3), Float(8.0 / 4 + 5.0 / 3 + 3)])
    }

    @Test func distancesAreThoseOfHaversine() throws {
        let engine = try engine(.distance(from: "from", to: "to"))
        let points = [
            ((52.52, 13.405), (48.8566, 2.3522), 877.463), ((0, 0), (0, 180), 20_015.115),
            ((90, 0), (-90, 77), 20_015.115), ((10, 179.5), (10, -179.5), 109.505), ((1, 2), (1, 2), 0),
        ]
        for (from, to, expected) in points {
            let found = try compute(engine, record(0, from: from, to: to))[0]
            #expect(abs(Double(found) - expected) < 0.01, "\(from) \(to)")
        }
        #expect(try compute(engine, record(0, from: (91, 0)))[0].isNaN)
    }

    @Test func errorsNameFeatureAndColumn() throws {
        func message(_ kind: FeatureKind) -> String? {
            let error = #expect(throws: FeatureEngineError.self) { try self.engine(kind) }
            return error?.description
        }
        #expect(
            message(.aggregate(WindowAggregate(.sum, of: "amuont", keys: ["card"], window: .days(1))))
                == "feature 'f0': there is no column 'amuont'; did you mean 'amount'?")
        #expect(
            message(.aggregate(WindowAggregate(.sum, of: "kind", keys: ["card"], window: .days(1))))
                == "feature 'f0': column 'kind' is of type category, expected integer or float or boolean")
        #expect(
            message(.aggregate(WindowAggregate(.fraudShare, keys: ["card"], window: .days(1), delay: .days(1))))
                == "feature 'f0' needs a column with the role label")
        #expect(
            message(
                .aggregate(
                    WindowAggregate(.distinct, of: "kind", keys: [], window: .days(1), tile: .hours(1))))
                == "feature 'f0': different values cannot be counted in tiles")
        #expect(
            message(.distance(from: "home", to: "to"))
                == "feature 'f0': there is no point 'home' (points: from, to)")
        #expect(
            message(.custom(CustomFeature("f", inputs: [])))
                == "feature 'f0': no function 'f' is registered (functions: none)")
        let engine = try engine(.calendar(.hour))
        var timeless = record(0)
        timeless.values[0] = .null
        #expect(throws: FeatureEngineError.missingTime(row: 0)) { try compute(engine, timeless) }
        var mistaken = record(0)
        mistaken.values[1] = .text("1")
        #expect(throws: FeatureEngineError.wrongValue(column: "amount", expected: "of type float")) {
            try compute(engine, mistaken)
        }
    }

    /// The aggregates that DuckDB has, as its window functions compute them.
    @Test(.needs(.python)) func aggregatesAreThoseOfDuckDB() throws {
        let transactions = FeatureOracle.transactions(3000, seed: 11)
        let folder = try TemporaryFolder()
        let rows = transactions.map {
            "\($0.transactionID),\($0.dateTime),\($0.customerID),\($0.terminalID),\($0.amount)"
        }
        let text = "id,time,customer,terminal,amount\n" + rows.joined(separator: "\n")
        try text.write(toFile: folder.path("rows.csv"), atomically: true, encoding: .utf8)
        let expected = try Oracle.json(
            [[Double?]].self,
            """
            import sys, json, duckdb
            names = ["count(*)", "sum(amount)", "avg(amount)", "min(amount)", "max(amount)", "stddev_samp(amount)", "count(distinct terminal)"]
            columns = ", ".join(f"{name} over w as c{i}" for i, name in enumerate(names))
            query = f"select {columns} from (select row_number() over () as n, * from read_csv('{sys.argv[1]}')) " \\
                "window w as (partition by customer order by time range between 604799999999 preceding and current row) order by n"
            print(json.dumps([list(row) for row in duckdb.sql(query).fetchall()]))
            """, [folder.path("rows.csv")])
        func aggregate(_ function: WindowAggregate.Function, _ column: String?) -> FeatureKind {
            .aggregate(WindowAggregate(function, of: column, keys: ["customer_id"], window: .days(7)))
        }
        let kinds = [
            aggregate(.count, nil), aggregate(.sum, "tx_amount"), aggregate(.mean, "tx_amount"),
            aggregate(.minimum, "tx_amount"), aggregate(.maximum, "tx_amount"),
            aggregate(.standardDeviation, "tx_amount"), aggregate(.distinct, "terminal_id"),
        ]
        let plan = FeaturePlan(
            name: "", features: kinds.enumerated().map { FeatureDeclaration("f\($0)", $1) })
        let engine = try FeatureEngine(plan, schema: .handbook)
        var history = engine.makeHistory()
        let found = try engine.columns(HandbookPlanTests.batch(transactions), history: &history)
        // SQL's ranges take all rows of the same time, also those that come later.
        var latest: [String: Int] = [:]
        for (row, transaction) in transactions.enumerated() {
            let key = "\(transaction.customerID) \(transaction.dateTime)"
            if let other = latest[key], transactions[other].transactionID > transaction.transactionID { continue }
            latest[key] = row
        }
        for row in latest.values {
            for (feature, value) in expected[row].enumerated() {
                let mine = Double(found[feature][row])
                guard let value else {
                    #expect(mine.isNaN)
                    continue
                }
                #expect(abs(mine - value) <= 1e-5 * max(1, abs(value)), "\(engine.names[feature]), row \(row)")
            }
        }
    }

    @Test func labelsNeedTheKeysThatFindTheirTransactions() throws {
        func columns(_ columns: SchemaColumn...) throws -> [String] {
            let schema = TransactionSchema(
                columns: columns + [
                    SchemaColumn("when", .timestamp(), role: .time), SchemaColumn("card", .text, role: .key),
                    SchemaColumn("shop", .text, role: .key), SchemaColumn("fraud", .integer(), role: .label()),
                ])
            let share = WindowAggregate(.fraudShare, keys: ["card"], window: .days(1), delay: .days(1))
            let plan = FeaturePlan(name: "", features: [FeatureDeclaration("share", .aggregate(share))])
            return try FeatureEngine(plan, schema: schema).labelColumns.map { schema.columns[$0].name }
        }
        #expect(try columns(SchemaColumn("id", .text, role: .id)) == ["id", "when", "card", "fraud"])
        // Without an id, all keys tell transactions of one moment apart.
        #expect(try columns() == ["when", "card", "shop", "fraud"])
    }
}
