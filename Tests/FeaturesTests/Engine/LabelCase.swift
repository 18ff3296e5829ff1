import Features
import TestSupport
import Testing

/// A random sequence of transactions and of labels that come later, repeated, out of order or corrected; and what features of
/// labels are by the definition.
struct LabelCase {
    struct Feature {
        let keys: [String]
        let window: Int64
        let delay: Int64
        let tile: Int64
        let isShare: Bool
        let isFiltered: Bool
    }

    struct Recorded {
        let record: TransactionRecord
        let time: Int64
        let customer: Int64?
        let amount: Double
        /// What became known when, in the order in which it was recorded.
        var labels: [(knownAt: Int64, isFraud: Bool)]
    }

    static let hour: Int64 = 3_600_000_000

    let schema: TransactionSchema
    let hasKnownAt: Bool
    let features: [Feature]
    private let hasID: Bool
    private(set) var recorded: [Recorded] = []
    private(set) var newest: Int64 = 0

    init(_ generator: inout SeededGenerator) {
        let hasKnownAt = Bool.random(using: &generator)
        self.hasKnownAt = hasKnownAt
        hasID = Bool.random(using: &generator)
        schema = TransactionSchema(columns: [
            SchemaColumn("id", .text, role: hasID ? .id : .attribute), SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("amount", .float(), role: .amount),
            SchemaColumn("label", .integer(width: .bits32), role: .label()),
            SchemaColumn("known", .timestamp(), role: hasKnownAt ? .knownAt : .ignored),
            SchemaColumn("customer", .integer(), role: .key),
        ])
        features = (0..<4).map { _ in
            Feature(
                keys: Bool.random(using: &generator) ? ["customer"] : [],
                window: [24, 48, 168].randomElement(using: &generator).map { $0 * LabelCase.hour } ?? 0,
                delay: (hasKnownAt ? [0, 6, 36] : [6, 36]).randomElement(using: &generator).map {
                    $0 * LabelCase.hour
                } ?? 0,
                tile: hasKnownAt ? 0 : [0, 6, 24].randomElement(using: &generator).map { $0 * LabelCase.hour } ?? 0,
                isShare: Bool.random(using: &generator), isFiltered: Bool.random(using: &generator))
        }
    }

    func engine() throws -> FeatureEngine {
        let filter = try RowExpression("amount < 30")
        let declarations = try features.enumerated().map { index, feature in
            FeatureDeclaration(
                "f\(index)",
                .aggregate(
                    WindowAggregate(
                        feature.isShare ? .fraudShare : .fraudCount, keys: feature.keys,
                        window: try #require(FeatureDuration(microseconds: feature.window)),
                        delay: try #require(FeatureDuration(microseconds: feature.delay)),
                        filter: feature.isFiltered ? filter : nil,
                        tile: feature.tile == 0 ? nil : FeatureDuration(microseconds: feature.tile))))
        }
        return try FeatureEngine(FeaturePlan(name: "labels", features: declarations), schema: schema)
    }

    /// The next transaction, mostly later than the others and often at the same time as one.
    mutating func record(_ generator: inout SeededGenerator) -> TransactionRecord {
        let time = newest + Int64.random(in: -4...3, using: &generator) * 6 * LabelCase.hour
        newest = max(newest, time)
        let number = recorded.count
        let amount = Double(number)
        let customer: Int64? = Int.random(in: 0..<10, using: &generator) == 0 ? nil : Int64(number % 2)
        var labels: [(knownAt: Int64, isFraud: Bool)] = []
        if Int.random(in: 0..<4, using: &generator) == 0 {
            labels = [(knownAt(time, &generator), Bool.random(using: &generator))]
        }
        let record = TransactionRecord([
            .text("t\(number)"), .time(time), .number(amount),
            labels.first.map { .integer($0.isFraud ? 1 : 0) } ?? .null,
            labels.first.map { .time($0.knownAt) } ?? .null, customer.map { .integer($0) } ?? .null,
        ])
        recorded.append(Recorded(record: record, time: time, customer: customer, amount: amount, labels: labels))
        return record
    }

    private func knownAt(_ time: Int64, _ generator: inout SeededGenerator) -> Int64 {
        time + Int64.random(in: -1...6, using: &generator) * 12 * LabelCase.hour
    }

    /// A label of any of the transactions, or again the one that it got last.
    mutating func label(
        _ generator: inout SeededGenerator
    ) -> (record: TransactionRecord, knownAt: Int64, isFraud: Bool)? {
        guard let index = recorded.indices.randomElement(using: &generator) else { return nil }
        var label = (knownAt: knownAt(recorded[index].time, &generator), isFraud: Bool.random(using: &generator))
        if let last = recorded[index].labels.last, Int.random(in: 0..<3, using: &generator) == 0 { label = last }
        recorded[index].labels.append(label)
        return (recorded[index].record, label.knownAt, label.isFraud)
    }

    /// Whether a transaction is known as a fraud at a time; nil where nothing is known of it.
    private func label(_ transaction: Recorded, at time: Int64) -> Bool? {
        guard hasKnownAt else { return transaction.labels.last?.isFraud ?? false }
        var latest: (knownAt: Int64, isFraud: Bool)?
        for label in transaction.labels where label.knownAt <= time && label.knownAt >= latest?.knownAt ?? .min {
            latest = label
        }
        return latest?.isFraud
    }

    /// The features of a transaction of a customer at a time.
    func expected(at time: Int64, customer: Int64) -> [Float] {
        features.map { feature in
            var end = time - feature.delay
            if feature.tile > 0 {
                end = Int64((Double(end) / Double(feature.tile)).rounded(.down)) * feature.tile - 1
            }
            let labels = recorded.filter {
                $0.time > end - feature.window && $0.time <= end && (feature.keys.isEmpty || $0.customer == customer)
                    && (!feature.isFiltered || $0.amount < 30)
            }.compactMap { label($0, at: time) }
            let frauds = labels.count { $0 }
            guard feature.isShare else { return Float(frauds) }
            return labels.isEmpty ? 0 : Float(Double(frauds) / Double(labels.count))
        }
    }

    /// A transaction that is scored at a time and not recorded.
    func scored(at time: Int64, customer: Int64) -> TransactionRecord {
        TransactionRecord([.text("new"), .time(time), .number(1), .null, .null, .integer(customer)])
    }
}
