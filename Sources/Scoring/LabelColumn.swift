package import Columnar
package import Features

/// A column of labels under any name and in any type that holds 0 and 1: integers, floating point, booleans, text.
package enum LabelColumn {
    /// The labels, 0 or 1, and which of them are known; nil where all are. Unknown ones read as 0.
    /// - Throws: `TransactionError` that names the column and, for another value, the row.
    package static func values(
        _ column: Column, name: String
    ) throws(TransactionError) -> (values: [Int32], validity: Bitmap?) {
        func label(_ row: Int, _ value: Int32?, _ text: @autoclosure () -> String) throws(TransactionError) -> Int32 {
            if column.isNull(row) { return 0 }
            guard let value, value == 0 || value == 1 else {
                throw .invalidValue(column: name, row: row, value: text(), expected: "0 or 1")
            }
            return value
        }
        var result: [Int32] = []
        result.reserveCapacity(column.count)
        switch column.storage {
        case .boolean(let bits):
            for row in 0..<column.count { result.append(try label(row, bits[row] ? 1 : 0, "")) }
        case .int32(let values) where column.type == .int32:
            for (row, value) in values.enumerated() { result.append(try label(row, value, "\(value)")) }
        case .int64(let values) where column.type == .int64:
            for (row, value) in values.enumerated() {
                result.append(try label(row, Int32(exactly: value), "\(value)"))
            }
        case .float32(let values):
            for (row, value) in values.enumerated() {
                result.append(try label(row, Int32(exactly: value), "\(value)"))
            }
        case .float64(let values):
            for (row, value) in values.enumerated() {
                result.append(try label(row, Int32(exactly: value), "\(value)"))
            }
        case .bytes(let texts) where column.type == .string:
            for row in 0..<column.count {
                let text = texts[row]
                result.append(try label(row, parsed(text), String(decoding: text.prefix(1_000), as: UTF8.self)))
            }
        default:
            throw .wrongType(column: name, expected: "0 and 1 as numbers, booleans or text", actual: column.type)
        }
        return (result, column.validity)
    }

    /// The table with that column as `tx_fraud`, replacing one of that name. A table without the column stays as it is.
    /// - Parameter name: nil for `tx_fraud` itself.
    package static func applying(_ name: String?, to batch: RecordBatch) throws -> RecordBatch {
        let own = TransactionColumn.index(of: .fraud, in: batch.schema)
        guard let index = name.map({ batch.schema.index(of: $0) }) ?? own else { return batch }
        let column = batch.columns[index]
        if index == own, column.type == .int32 { return batch }
        let (values, validity) = try values(column, name: batch.schema.fields[index].name)
        var fields: [Field] = [], columns: [Column] = []
        for (position, field) in batch.schema.fields.enumerated() where position != index {
            guard TransactionColumn(spelling: field.name) != .fraud else { continue }
            fields.append(field)
            columns.append(batch.columns[position])
        }
        fields.append(Field(TransactionColumn.fraud.name, .int32))
        columns.append(.int32(values, validity: validity))
        return try RecordBatch(schema: Schema(fields), columns: columns)
    }

    private static func parsed(_ text: ArraySlice<UInt8>) -> Int32? {
        switch String(decoding: text.prefix(6), as: UTF8.self).lowercased() {
        case "0", "0.0", "false", "f": 0
        case "1", "1.0", "true", "t": 1
        default: nil
        }
    }
}

extension FraudModel {
    /// A table's transactions, with the labels of the column that the model learnt from, where there is one.
    func transactions(_ batch: RecordBatch) throws -> TransactionColumns {
        try TransactionColumns(LabelColumn.applying(provenance.label, to: batch))
    }
}
