import Columnar
import Features
import TestSupport
import Testing

/// The reader's numbers against Swift's own, which it uses for long ones only.
@Suite struct NumberTextTests {
    private func read(_ type: SchemaColumnType, _ texts: [String]) throws -> SchemaRows {
        let batch = try RecordBatch([("a", .string(texts))])
        let schema = TransactionSchema(columns: [SchemaColumn("a", type)])
        return try SchemaReader(schema, table: batch.schema).read(batch)
    }

    /// Digits with mutations, so that most texts are almost numbers.
    private func texts(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        let characters = Array("0123456789.+-eE 9\t,")
        return (0..<count).map { _ in
            var text = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
                characters[Int.random(in: 0..<10, using: &generator)]
            }
            if Bool.random(using: &generator), !text.isEmpty {
                text[Int.random(in: 0..<text.count, using: &generator)] = "."
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { text.insert("-", at: 0) }
            if Int.random(in: 0..<4, using: &generator) == 0, !text.isEmpty {
                text[Int.random(in: 0..<text.count, using: &generator)] =
                    characters[Int.random(in: 0..<characters.count, using: &generator)]
            }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                text += Array("e\(Int.random(in: -30...30, using: &generator))")
            }
            return String(text)
        }
    }

    private func trimmed(_ text: String) -> String {
        String(text.drop { " \t".contains($0) }.reversed().drop { " \t".contains($0) }.reversed())
    }

    @Test func integersAgreeWithSwift() throws {
        let texts = texts(50_000, seed: 1)
        let rows = try read(.integer(), texts)
        let values = try rows.batch.columns[0].int64Values()
        for (row, text) in texts.enumerated() {
            let text = trimmed(text)
            let whole = text.split(separator: ".", omittingEmptySubsequences: false)
            var expected = Int64(text)
            if expected == nil, whole.count == 2, !whole[1].isEmpty, whole[1].allSatisfy({ $0 == "0" }) {
                expected = Int64(whole[0]).flatMap { $0.magnitude < 1 << 53 ? $0 : nil }
            }
            let found = rows.batch.columns[0].isNull(row) ? nil : values[row]
            #expect(found == expected, "'\(text)'")
            #expect((rows.invalid[0]?[row] ?? false) == (expected == nil && !text.isEmpty), "'\(text)'")
        }
    }

    @Test func numbersAgreeWithSwift() throws {
        let texts = texts(50_000, seed: 2)
        let rows = try read(.float(), texts)
        let values = try rows.batch.columns[0].float64Values()
        for (row, text) in texts.enumerated() {
            let text = trimmed(text)
            let found = rows.batch.columns[0].isNull(row) ? nil : values[row]
            #expect(found?.bitPattern == Double(text)?.bitPattern, "'\(text)'")
        }
    }
}
