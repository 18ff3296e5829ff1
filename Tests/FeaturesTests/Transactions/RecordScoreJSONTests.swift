import Columnar
import Features
import Testing

/// Scores of any transactions as JSON, and what messages about them are keyed by.
@Suite struct RecordScoreJSONTests {
    private static let columns = [
        SchemaColumn("time", .timestamp(), role: .time), SchemaColumn("card \"no\"", .text, role: .key),
        SchemaColumn("amount", .float(), role: .amount), SchemaColumn("shop", .integer(), role: .key),
    ]

    private func score(_ schema: TransactionSchema, _ record: TransactionRecord) -> (key: String, value: String) {
        let json = RecordScoreJSON(schema)
        var key: [UInt8] = [], value: [UInt8] = []
        json.key(of: record).appendText(to: &key)
        json.append(record, probability: 0.1, prediction: 1, to: &value)
        return (String(decoding: key, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    @Test(
        arguments: [
            (SchemaColumnType.text, TransactionValue.text("a\"7"), "a\"7", #""a\"7""#),
            (.integer(), .integer(-7), "-7", "-7"),
        ])
    func theIdentityIsTheID(type: SchemaColumnType, id: TransactionValue, key: String, json: String) {
        let schema = TransactionSchema(columns: Self.columns + [SchemaColumn("trans_num", type, role: .id)])
        let score = score(schema, TransactionRecord([.time(0), .text("c"), .number(1), .integer(3), id]))
        #expect(score.key == key)
        #expect(score.value == #"{"trans_num":\#(json),"probability":0.1,"prediction":1}"#)
    }

    @Test func withoutAnIDItIsTimeAndKeys() {
        let schema = TransactionSchema(columns: Self.columns)
        let score = score(schema, TransactionRecord([.time(1_500_000), .text("c"), .number(1), .integer(3)]))
        #expect(score.key == "c")
        #expect(
            score.value
                == #"{"time":"1970-01-01T00:00:01.500Z","card \"no\"":"c","shop":3,"probability":0.1,"prediction":1}"#)
        let withoutCard = self.score(schema, TransactionRecord([.time(0), .null, .number(1), .integer(3)]))
        #expect(withoutCard.key == "")
        #expect(
            withoutCard.value
                == #"{"time":"1970-01-01T00:00:00.000Z","shop":3,"probability":0.1,"prediction":1}"#)
        let amounts = TransactionSchema(columns: [SchemaColumn("amount", .float(), role: .amount)])
        #expect(RecordScoreJSON(amounts).key(of: TransactionRecord([.number(1)])) == .null)
        #expect(self.score(amounts, TransactionRecord([.number(1)])).value == #"{"probability":0.1,"prediction":1}"#)
    }

    @Test func valuesHaveTheirTextAsKeys() {
        func text(_ value: TransactionValue) -> String {
            var bytes: [UInt8] = []
            value.appendText(to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(text(.null) == "" && text(.boolean(true)) == "true" && text(.number(0.5)) == "0.5")
        #expect(text(.time(-1)) == "1969-12-31T23:59:59.999999Z" && text(.text("ä\n")) == "ä\n")
    }
}
