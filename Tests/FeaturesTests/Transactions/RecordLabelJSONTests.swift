import Features
import TestSupport
import Testing

/// Labels of any transactions as JSON.
@Suite struct RecordLabelJSONTests {
    private static let schema = TransactionSchema(columns: [
        SchemaColumn("id", .text, role: .id), SchemaColumn("time", .timestamp(format: .unixSeconds), role: .time),
        SchemaColumn("card", .text, role: .key), SchemaColumn("shop", .text, role: .key, spellings: ["merchant"]),
        SchemaColumn("amount", .float(), role: .amount), SchemaColumn("kind", .category),
        SchemaColumn("fraud", .integer(), role: .label()),
    ])
    /// Id, time, shop, kind, label.
    private static let columns = [0, 1, 3, 5, 6]

    private func decode(_ text: String) throws -> [TransactionValue] {
        let json = try RecordJSON(Self.schema, required: RecordJSON.labelRoles)
        return try Array(text.utf8).withUnsafeBufferPointer { try json.decodeLabel($0, columns: Self.columns) }.values
    }

    @Test func otherColumnsNeedNotBeThere() throws {
        #expect(
            try decode(#"{"id":"a","time":1,"shop":"s","kind":"x","fraud":1}"#)
                == [.text("a"), .time(1_000_000), .null, .text("s"), .null, .text("x"), .integer(1)])
        // What the transaction did not have is null.
        #expect(
            try decode(#"{"fraud":"0","id":1,"time":1,"MERCHANT":null,"kind":"","card":"c","amount":1}"#)
                == [.text("1"), .time(1_000_000), .text("c"), .null, .number(1), .null, .integer(0)])
    }

    @Test(
        arguments: [
            (#"{"time":1,"shop":"s","kind":"x","fraud":1}"#, "'id'"),
            (#"{"id":"a","time":null,"shop":"s","kind":"x","fraud":1}"#, "'time'"),
            (#"{"id":"a","time":1,"shop":"s","kind":"x"}"#, "'fraud'"),
            (#"{"id":"a","time":1,"shop":"s","kind":"x","fraud":null}"#, "'fraud'"),
            (#"{"id":"a","time":1,"shpo":"s","kind":"x","fraud":1}"#, "did you mean 'shpo'?"),
            (#"{"id":"a","time":1,"shop":"s","fraud":1}"#, "'kind'"),
            (#"{"id":"a","time":1,"shop":"s","kind":"x","fraud":2}"#, "one of '1', '0'"),
        ])
    func whatIsMissingIsNamed(text: String, message: String) {
        let error = #expect(throws: RecordJSONError.self) { try decode(text) }
        #expect(error.map { "\($0)" }?.contains(message) == true, "\(error.map { "\($0)" } ?? "")")
    }

    @Test func anyBytesAreReadOrRefused() throws {
        let json = try RecordJSON(Self.schema, required: RecordJSON.labelRoles)
        let text = Array(#"{"id":"a\u00fc","time":1.5,"shop":null,"kind":"","fraud":1,"amount":2e1}"#.utf8)
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<5_000 {
            var mutated = text
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                mutated[Int.random(in: 0..<mutated.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            do {
                let values = try mutated.withUnsafeBufferPointer { text throws(RecordJSONError) in
                    try json.decodeLabel(text, columns: Self.columns)
                }.values
                #expect(values.count == Self.schema.columns.count)
            } catch {
                #expect((0...mutated.count).contains(error.byteOffset))
            }
        }
    }
}
