import Columnar
import Features
import Foundation
import TestSupport

/// A random schema, plan and sequence of transactions: late ones, ties, missing values.
struct EngineCase {
    let schema: TransactionSchema
    let plan: FeaturePlan
    let records: [TransactionRecord]
    /// The transactions in the order in which they come, cut into portions; each is processed by time and id.
    let portions: [Range<Int>]
    let lateness: FeatureDuration
    /// The features for ``EngineOracle``.
    let features: [[String: Any]]

    static let filters = ["category = 'a'", "number > 0", "category is null or number < 1"]

    /// - Parameter rows: How many transactions; nil for a few.
    init(seed: UInt64, rows rowCount: Int? = nil) throws {
        var generator = SeededGenerator(seed: seed)
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
        let hasTextIDs = chance(50), hasKnownAt = chance(30), hasAmount = chance(80)
        schema = TransactionSchema(columns: [
            SchemaColumn("id", hasTextIDs ? .text : .integer(), role: .id),
            SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("amount", .float(), role: hasAmount ? .amount : .attribute),
            SchemaColumn("label", .integer(width: .bits32), role: .label()),
            SchemaColumn("known", .timestamp(), role: hasKnownAt ? .knownAt : .attribute),
            SchemaColumn("customer", .integer(), role: .key), SchemaColumn("merchant", .text, role: .key),
            SchemaColumn("category", .category), SchemaColumn("number", .float()),
            SchemaColumn("latitude", .float(), role: .latitude(point: "home")),
            SchemaColumn("longitude", .float(), role: .longitude(point: "home")),
        ])
        let lateDays = Int.random(in: 0...3, using: &generator)
        lateness = .days(lateDays)
        let isExact = chance(50)
        let step: Int64 = [1_000_000, 3_600_000_000, 86_400_000_000].randomElement(using: &generator) ?? 1
        let count = rowCount ?? Int.random(in: 5...60, using: &generator)
        var rows: [(arrival: Int64, record: TransactionRecord)] = []
        for index in 0..<count {
            let time = Int64.random(in: -20 * 86_400_000_000..<20 * 86_400_000_000, using: &generator) / step * step
            func amount() -> Double {
                isExact || chance(70)
                    ? Double(Int.random(in: -300...30_000, using: &generator)) / 100
                    : Double.random(in: -1000...1000, using: &generator)
            }
            let known = time + Int64.random(in: 0...10, using: &generator) * 43_200_000_000
            let isLocated = chance(80)
            let record = TransactionRecord([
                hasTextIDs ? .text("t\((index * 7919) % 1000)") : .integer(Int64((index * 7919) % 1000)),
                .time(time), .number(chance(3) ? .nan : amount()),
                chance(10) ? .null : .integer(chance(30) ? 1 : 0), chance(20) ? .null : .time(known),
                chance(10) ? .null : .integer(Int64.random(in: -1...2, using: &generator)),
                chance(10) ? .null : .text(["", "m", "shop, \"x\"", "Ä"].randomElement(using: &generator) ?? ""),
                chance(20) ? .null : .text(["a", "b", "c", "d"].randomElement(using: &generator) ?? ""),
                chance(20) ? .null : .number(chance(5) ? .infinity : chance(20) ? -0.0 : amount()),
                isLocated ? .number(Double.random(in: -90...90, using: &generator)) : .null,
                .number(Double.random(in: -180...180, using: &generator)),
            ])
            let jitter = lateDays == 0 ? 0 : Int64.random(in: 0..<Int64(lateDays) * 86_400_000_000, using: &generator)
            rows.append((time + jitter, record))
        }
        records = rows.sorted { $0.arrival < $1.arrival }.map(\.record)
        var portions: [Range<Int>] = []
        while (portions.last?.upperBound ?? 0) < count {
            let start = portions.last?.upperBound ?? 0
            portions.append(start..<min(count, start + Int.random(in: 1...20, using: &generator)))
        }
        self.portions = portions
        var declarations: [FeatureDeclaration] = []
        var features: [[String: Any]] = []
        for index in 0..<Int.random(in: 1...8, using: &generator) {
            let (kind, feature) = EngineCase.feature(&generator, hasKnownAt: hasKnownAt)
            declarations.append(FeatureDeclaration("feature_\(index)", kind))
            features.append(feature)
        }
        plan = FeaturePlan(name: "random", features: declarations)
        self.features = features
    }

    private static func feature(
        _ generator: inout SeededGenerator, hasKnownAt: Bool
    ) -> (FeatureKind, [String: Any]) {
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
        let keys =
            [[], ["customer"], ["merchant"], ["category"], ["customer", "merchant"], ["merchant", "category"]]
            .randomElement(using: &generator) ?? []
        let filter = chance(30) ? Int.random(in: 0..<filters.count, using: &generator) : nil
        let expression = filter.flatMap { try? RowExpression(filters[$0]) }
        let window = [1, 2, 7, 30].randomElement(using: &generator) ?? 1
        var feature: [String: Any] = ["keys": keys, "filter": filter ?? -1, "window": window * 86_400_000_000]
        if chance(25) {
            let scope = HistoryScope(keys: keys, within: .days(window), filter: expression)
            let kinds: [(String, FeatureKind)] = [
                ("time_since", .timeSincePrevious(scope)), ("is_first", .isFirst(scope)),
                ("distance", .distanceFromPrevious(point: "home", scope)),
                ("speed", .speedFromPrevious(point: "home", scope)),
            ]
            let (name, kind) = kinds.randomElement(using: &generator) ?? kinds[0]
            feature["function"] = name
            return (kind, feature)
        }
        let tile = chance(25) ? [6, 24].randomElement(using: &generator) ?? 24 : 0
        var functions = WindowAggregate.Function.allCases
        if tile > 0 { functions.removeAll { $0 == .distinct || $0.needsLabels && hasKnownAt } }
        let function = functions.randomElement(using: &generator) ?? .count
        let delay = [0, 1, 6, 36].randomElement(using: &generator) ?? 0
        let isDelayed = function.needsLabels && !hasKnownAt && delay == 0
        let column: String? =
            switch function {
            case .count, .fraudCount, .fraudShare: nil
            case .distinct: ["merchant", "customer", "category", "number"].randomElement(using: &generator)
            default: ["amount", "number", "customer"].randomElement(using: &generator)
            }
        let aggregate = WindowAggregate(
            function, of: column, keys: keys, window: .days(window), delay: .hours(isDelayed ? 12 : delay),
            includesCurrent: chance(60), filter: expression, tile: tile > 0 ? .hours(tile) : nil)
        feature["function"] = function.rawValue
        feature["column"] = column ?? ""
        feature["delay"] = aggregate.delay.microseconds
        feature["current"] = aggregate.includesCurrent
        feature["tile"] = tile * 3_600_000_000
        return (.aggregate(aggregate), feature)
    }

    /// The transactions of a range as a canonical batch.
    func batch(_ rows: [Int]) throws -> RecordBatch {
        let table = try schema.tableSchema()
        let columns = try table.fields.enumerated().map { index, field in
            let values = rows.map { records[$0].values[index] }
            let validity = Bitmap(values.map { $0 != .null })
            func integers() -> [Int64] {
                values.map {
                    switch $0 {
                    case .integer(let value), .time(let value): value
                    default: 0
                    }
                }
            }
            let storage: ColumnStorage =
                switch field.type {
                case .int32: .int32(integers().map { Int32($0) })
                case .float64:
                    .float64(
                        values.map {
                            if case .number(let value) = $0 { value } else { 0 }
                        })
                case .string:
                    .bytes(
                        ByteArrays(
                            values.map {
                                if case .text(let value) = $0 { value } else { "" }
                            }))
                default: .int64(integers())
                }
            return try Column(type: field.type, storage: storage, validity: validity)
        }
        return try RecordBatch(schema: table, columns: columns)
    }

    /// The rows of a portion in the order in which they are processed.
    func ordered(_ portion: Range<Int>) -> [Int] {
        func isBefore(_ left: Int, _ right: Int) -> Bool {
            guard case .time(let mine) = records[left].values[1], case .time(let other) = records[right].values[1]
            else { return left < right }
            if mine != other { return mine < other }
            switch (records[left].values[0], records[right].values[0]) {
            case (.integer(let mine), .integer(let other)): return mine < other
            case (.text(let mine), .text(let other)): return mine.utf8.lexicographicallyPrecedes(other.utf8)
            default: return left < right
            }
        }
        return portion.sorted(by: isBefore)
    }

    /// The case for ``EngineOracle``: rows in the order in which they are processed.
    func json() -> [String: Any] {
        let names = schema.columns.map(\.name)
        let rows = portions.flatMap(ordered).map { row in
            var members: [String: Any] = [:]
            for (name, value) in zip(names, records[row].values) {
                switch value {
                case .null: break
                case .integer(let value), .time(let value): members[name] = value
                case .number(let value): members[name] = ["bits": value.bitPattern]
                case .boolean(let value): members[name] = value
                case .text(let value): members[name] = value
                }
            }
            return members
        }
        return [
            "rows": rows, "features": features, "has_known_at": schema.column(.knownAt) != nil,
            "has_amount": schema.column(.amount) != nil,
        ]
    }
}
