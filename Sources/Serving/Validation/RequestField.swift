import Columnar
package import Features

/// One field of a request's body: validation and the OpenAPI document both read these, so that neither knows a field which the
/// other does not.
package struct RequestField: Sendable, Hashable {
    /// The kind of value.
    package enum Kind: Sendable, Hashable {
        case int64
        case int32
        case dateTime
        case number
        /// 0 or 1.
        case flag
    }

    package let column: TransactionColumn

    package init(_ column: TransactionColumn) { self.column = column }

    /// Follows from the type under which tables hold the column.
    package var kind: Kind {
        if column.isLabel { return .flag }
        return switch column.type {
        case .timestamp: .dateTime
        case .float64, .float32: .number
        case .int32: .int32
        default: .int64
        }
    }

    /// The fields of `POST /predict`: all that is known when a transaction is to be scored.
    package static let transaction = TransactionColumn.unlabelled.map(RequestField.init)

    /// The fields of `POST /labels`: which transaction, where it belongs in the history, and whether it was a fraud.
    package static let label = [TransactionColumn.transactionID, .dateTime, .terminalID, .fraud].map(RequestField.init)
}

/// The values of an object's fields, by column.
struct FieldValues {
    private var integers: [TransactionColumn: Int64] = [:]
    private var numbers: [TransactionColumn: Double] = [:]

    /// 0 for a field that could not be read, which is reported as a problem.
    func integer(_ column: TransactionColumn) -> Int64 { integers[column, default: 0] }

    func number(_ column: TransactionColumn) -> Double { numbers[column, default: 0] }

    fileprivate mutating func set(_ column: TransactionColumn, _ value: Int64) { integers[column] = value }

    fileprivate mutating func set(_ column: TransactionColumn, _ value: Double) { numbers[column] = value }
}

extension FieldReader {
    /// Reads each field as its kind asks.
    mutating func values(_ fields: [RequestField]) -> FieldValues {
        var values = FieldValues()
        for field in fields {
            let column = field.column
            switch field.kind {
            case .int64: values.set(column, integer(column) as Int64)
            case .int32: values.set(column, Int64(integer(column) as Int32))
            case .dateTime: values.set(column, dateTime(column))
            case .number: values.set(column, float(column))
            case .flag: values.set(column, flag(column) ? 1 : 0 as Int64)
            }
        }
        return values
    }
}
