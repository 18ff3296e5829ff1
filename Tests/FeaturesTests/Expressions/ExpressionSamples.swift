import Columnar
import Features

/// A schema with every type, rows of it, and the same rows as records.
enum ExpressionSamples {
    static let schema = TransactionSchema(columns: [
        SchemaColumn("id", .integer(), role: .id),
        SchemaColumn("card", .integer(), role: .key),
        SchemaColumn("code", .integer(width: .bits32)),
        SchemaColumn("amount", .float(), role: .amount, spellings: ["betrag"]),
        SchemaColumn("limit", .float()),
        SchemaColumn("currency", .category),
        SchemaColumn("merchant", .text),
        SchemaColumn("online", .boolean()),
        SchemaColumn("foreign card", .boolean()),
        SchemaColumn("booked", .timestamp(), role: .time),
        SchemaColumn("opened", .timestamp(timeZone: .utc)),
    ])

    /// The values of the columns that are named; the others are null.
    static func record(_ values: [String: TransactionValue]) -> TransactionRecord {
        TransactionRecord(schema.columns.map { values[$0.name] ?? .null })
    }

    /// A canonical batch of records.
    static func batch(_ records: [TransactionRecord]) throws -> RecordBatch {
        let columns = try schema.columns.indices.map { index in
            let values = records.map { $0.values[index] }
            let validity = Bitmap(values.map { $0 != .null })
            let type = schema.columns[index].type.dataType
            func integers() -> [Int64] {
                values.map {
                    switch $0 {
                    case .integer(let value), .time(let value): value
                    default: 0
                    }
                }
            }
            let storage: ColumnStorage =
                switch type.physicalType {
                case .boolean: .boolean(Bitmap(values.map { $0 == .boolean(true) }))
                case .int32: .int32(integers().map { Int32(truncatingIfNeeded: $0) })
                case .int64: .int64(integers())
                case .float32: .float32([])
                case .float64: .float64(values.map { if case .number(let value) = $0 { value } else { 0 } })
                case .bytes: .bytes(ByteArrays(values.map { if case .text(let value) = $0 { value } else { "" } }))
                }
            return try Column(type: type, storage: storage, validity: validity)
        }
        return try RecordBatch(schema: schema.tableSchema(), columns: columns)
    }

    /// An expression's value for one record, which must be the same in a batch.
    static func number(
        _ text: String, _ values: [String: TransactionValue] = [:], features: [String: Double] = [:]
    ) throws -> Double {
        let record = record(values)
        let names = features.keys.sorted()
        let bound = try RowExpression(text).bind(to: schema, features: names)
        let number = bound.number(of: record, features: names.compactMap { features[$0] })
        let batch = try bound.evaluateNumbers(
            batch([record]), features: names.compactMap { features[$0] }.map { [$0] })
        return batch.map(\.bitPattern) == [number.bitPattern] ? number : .signalingNaN
    }

    /// A condition's value for one record, as a word; the same in a batch.
    static func truth(_ text: String, _ values: [String: TransactionValue] = [:]) throws -> String {
        let record = record(values)
        let bound = try RowExpression(text).bind(to: schema, as: .truth)
        let truth = bound.truth(of: record)
        guard try bound.evaluateTruth(batch([record]))[0] == truth else { return "another value in a batch" }
        return truth.map { "\($0)" } ?? "null"
    }
}
