import Columnar
import Features
import Testing

/// Rows of tables as single transactions.
@Suite struct TransactionRecordTableTests {
    @Test func aRowHasTheValuesOfItsTable() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("id", .text, role: .id), SchemaColumn("card", .integer(), role: .key),
            SchemaColumn("day", .integer(width: .bits32)), SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("amount", .float(), role: .amount), SchemaColumn("online", .boolean()),
            SchemaColumn("kind", .category),
        ])
        let present = Bitmap([true, false])
        let batch = try RecordBatch(
            schema: schema.tableSchema(),
            columns: [
                Column(type: .string, storage: .bytes(ByteArrays(["ä", "b"]))),
                Column(type: .int64, storage: .int64([.min, 0]), validity: present),
                Column(type: .int32, storage: .int32([-7, 0]), validity: present),
                Column(type: .timestamp(unit: .microseconds, isUTC: false), storage: .int64([-1, 5])),
                Column(type: .float64, storage: .float64([0.1, 0]), validity: present),
                Column(type: .boolean, storage: .boolean(Bitmap([true, false])), validity: present),
                Column(type: .string, storage: .bytes(ByteArrays(["x", ""])), validity: present),
            ])
        #expect(
            TransactionRecord(batch, row: 0)
                == TransactionRecord([
                    .text("ä"), .integer(.min), .integer(-7), .time(-1), .number(0.1), .boolean(true), .text("x"),
                ]))
        #expect(
            TransactionRecord(batch, row: 1)
                == TransactionRecord([.text("b"), .null, .null, .time(5), .null, .null, .null]))
    }
}
