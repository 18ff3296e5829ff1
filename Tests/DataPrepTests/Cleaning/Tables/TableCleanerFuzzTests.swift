import DataPrep
import Features
import StorageIO
import TestSupport
import Testing

/// Damaged text files are cleaned, with every row accounted for, or refused.
@Suite struct TableCleanerFuzzTests {
    private static let schema = TransactionSchema(columns: [
        SchemaColumn("id", .text, role: .id), SchemaColumn("time", .timestamp(), role: .time),
        SchemaColumn("shop", .category, role: .key), SchemaColumn("amount", .float(), role: .amount),
        SchemaColumn("fraud", .boolean(), role: .label(fraud: ["true"], genuine: ["false"])),
    ])

    private static func csv(_ generator: inout SeededGenerator) -> [UInt8] {
        let shops = ["a", "\"b, c\"", "\"d \"\"e\"\"\"", "\"f\ng\"", "ä", ""]
        let rows = (0..<20).map { row in
            let shop = shops.randomElement(using: &generator) ?? ""
            return "\(row),2019-08-22 00:00:\(10 + row),\(shop),\(row).5,\(row % 4 == 0)"
        }
        return Array((["id,time,shop,amount,fraud"] + rows).joined(separator: "\n").utf8)
    }

    private static func jsonLines(_ generator: inout SeededGenerator) -> [UInt8] {
        let shops = ["\"a\"", "\"b\\u00fc\"", "null", "7", "\"\""]
        let rows = (0..<20).map { row in
            let shop = shops.randomElement(using: &generator) ?? ""
            return
                #"{"id":\#(row),"time":"2019-08-22 00:00:\#(10 + row)","shop":\#(shop),"amount":\#(row).5,"fraud":false}"#
        }
        return Array(rows.joined(separator: "\n").utf8)
    }

    private static func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let pool = Array("{}[]\":,\\\n\r 019eE+-.tfn".utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.remove(at: index)
            case 1: bytes.insert(pool.randomElement(using: &generator) ?? 0, at: index)
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + 30))
            default: bytes[index] = pool.randomElement(using: &generator) ?? 0
            }
        }
    }

    /// What became of the rows, or nil for a file that is refused.
    private static func clean(_ bytes: [UInt8], _ name: String, blockBytes: Int) async throws -> CleaningReport? {
        let store = InMemoryObjectStore(name: "tests")
        let input = try ObjectKey(name), output = try ObjectKey("out.parquet")
        try await store.put(bytes, to: input)
        var options = CleaningOptions(threads: 2)
        options.blockBytes = blockBytes
        var plan = TableCleaningPlan(for: schema)
        plan.maximumDroppedShare = 1
        return try? await TableCleaner(schema: schema, plan: plan, options: options).clean(
            [StoredObjectInput(store: store, key: input)], to: .file(output, in: store))
    }

    @Test(arguments: ["in.csv", "in.jsonl"])
    func damagedFilesAreCleanedOrRefused(name: String) async throws {
        var generator = SeededGenerator(seed: 5)
        var cleaned = 0
        for _ in 0..<300 {
            var bytes = name == "in.csv" ? Self.csv(&generator) : Self.jsonLines(&generator)
            Self.damage(&bytes, &generator)
            let blockBytes = [150, 1 << 20].randomElement(using: &generator) ?? 150
            guard let report = try await Self.clean(bytes, name, blockBytes: blockBytes) else { continue }
            cleaned += 1
            #expect(
                report.rowsRead - report.rowsKept == report.rules.reduce(0) { $0 + $1.rows },
                "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(cleaned > 10)
    }
}
