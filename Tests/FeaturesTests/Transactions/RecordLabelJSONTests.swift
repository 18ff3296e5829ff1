import Features
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
}
