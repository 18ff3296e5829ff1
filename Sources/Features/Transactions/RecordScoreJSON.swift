import Columnar
import JSONText

/// Scores of a schema's transactions as JSON objects, with what identifies the transaction: its id, or where the schema has none, its
/// time and keys.
///
///     {"trans_num":"a7","probability":0.25,"prediction":0}
package struct RecordScoreJSON: Sendable {
    /// The columns that identify a transaction, each with `"name":`.
    private let identity: [(column: Int, name: [UInt8])]
    /// The column whose value is a message's key.
    private let key: Int?

    package init(_ schema: TransactionSchema) {
        func columns(_ role: ColumnRole.Kind) -> [Int] {
            schema.columns.indices.filter { schema.columns[$0].role.kind == role }
        }
        let id = columns(.id)
        key = id.first ?? columns(.key).first
        identity = (id.isEmpty ? columns(.time) + columns(.key) : id).map { column in
            (column, JSONValue.string(schema.columns[column].name).bytes + [UInt8(ascii: ":")])
        }
    }

    /// Appends an object; values that the transaction does not have are left out. The probability reads back to the same double.
    package func append(
        _ record: TransactionRecord, probability: Double, prediction: Int32, to text: inout [UInt8]
    ) {
        text.append(UInt8(ascii: "{"))
        for (column, name) in identity where !record.values[column].hasNoJSON {
            text += name
            record.values[column].append(to: &text)
            text.append(UInt8(ascii: ","))
        }
        TransactionJSON.append("\"probability\":", to: &text)
        TransactionJSON.append(probability, to: &text)
        TransactionJSON.append(",\"prediction\":", to: &text)
        TransactionJSON.append(Int64(prediction), to: &text)
        text.append(UInt8(ascii: "}"))
    }

    /// What the key of a message about a transaction is: its id, or where the schema has none, the first key; null for no key.
    package func key(of record: TransactionRecord) -> TransactionValue { key.map { record.values[$0] } ?? .null }
}

extension TransactionValue {
    /// Appends the value as plain text: texts as they are, others as JSON writes them, times without quotes; nothing for null.
    package func appendText(to bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .text(let text): bytes += text.utf8
        case .time(let microseconds): CivilDateTime.append(microseconds: microseconds, as: .iso8601, to: &bytes)
        case .integer, .number, .boolean: append(to: &bytes)
        }
    }
}
