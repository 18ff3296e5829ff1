import Features

/// Stored histories. The checksum is made right, so that what is behind it is reached.
enum FuzzedHistory {
    /// Texts, numbers and labels that come late.
    static let schema = TransactionSchema(columns: [
        SchemaColumn("id", .text, role: .id), SchemaColumn("time", .timestamp(), role: .time),
        SchemaColumn("amount", .float(), role: .amount), SchemaColumn("card", .text, role: .key),
        SchemaColumn("shop", .integer(), role: .key), SchemaColumn("kind", .category),
        SchemaColumn("latitude", .float(), role: .latitude(point: "shop")),
        SchemaColumn("longitude", .float(), role: .longitude(point: "shop")),
        SchemaColumn("fraud", .boolean(), role: .label(fraud: ["true"], genuine: ["false"])),
        SchemaColumn("known", .timestamp(), role: .knownAt),
    ])

    private static let kinds: [FeatureKind] = [
        .aggregate(WindowAggregate(.standardDeviation, of: "amount", keys: ["card"], window: .days(7))),
        .aggregate(WindowAggregate(.distinct, of: "kind", keys: ["card"], window: .days(7))),
        .aggregate(WindowAggregate(.fraudShare, keys: ["shop"], window: .days(7))),
        .aggregate(WindowAggregate(.maximum, of: "amount", keys: ["card", "shop"], window: .days(1))),
        .aggregate(
            WindowAggregate(.standardDeviation, of: "amount", keys: ["kind"], window: .days(7), tile: .days(1))),
        .aggregate(WindowAggregate(.minimum, of: "amount", keys: [], window: .days(7), tile: .days(1))),
        .speedFromPrevious(point: "shop", HistoryScope(keys: ["card"])),
    ]

    private static let engine = try? FeatureEngine(
        FeaturePlan(
            name: "fuzz", features: kinds.enumerated().map { FeatureDeclaration("f\($0)", $1) }), schema: schema)

    /// Whatever is read can be used like any other history.
    static func run(_ bytes: [UInt8]) {
        guard let engine, bytes.count > 4 else { return }
        let contents = Array(bytes.dropLast(4))
        let sum = checksum(contents)
        let stored = contents + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
        guard var history = try? FeatureHistory(decoding: stored, for: engine) else { return }
        let record = TransactionRecord([
            .text("1"), .time(history.newestTime ?? 0), .number(1.3), .text("c"), .integer(1), .text("k"), .number(1),
            .number(2), .null, .null,
        ])
        var row = [Float](repeating: 0, count: engine.count)
        row.withUnsafeMutableBufferPointer { try? engine.compute(record, history: history, into: $0) }
        try? engine.record(record, in: &history)
        _ = try? engine.recordLabel(isFraud: true, of: record, knownAt: 0, in: &history)
        for part in history.split(into: 2) { try? history.merge(part) }
        _ = history.encoded()
    }

    /// CRC-32C (RFC 3720, appendix B.4).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0) }
        }
    }
}
