import Columnar
package import Features
import JSONText

/// One field of a request's body: validation and the OpenAPI document both read these, so that neither knows a field which the
/// other does not.
package struct RequestField: Sendable {
    /// The kind of value.
    package enum Kind: Sendable {
        case int64
        case int32
        case dateTime
        case number
        /// 0 or 1.
        case flag
        /// What a schema describes.
        case column(SchemaField)
    }

    /// Whether a body must have the field.
    package enum Presence: Sendable, Hashable {
        case required
        /// It must be there, and may be null.
        case nullable
        /// It may be null or left out.
        case optional
    }

    package let name: String
    package let kind: Kind
    package let presence: Presence
    /// What it means, for people.
    let meaning: String
    /// A value that is accepted.
    let example: JSONValue

    /// A field that follows from the type under which tables hold the column.
    package init(_ column: TransactionColumn) {
        name = column.name
        presence = .required
        meaning = column.meaning
        example = column.example
        if column.isLabel {
            kind = .flag
        } else {
            kind =
                switch column.type {
                case .timestamp: .dateTime
                case .float64, .float32: .number
                case .int32: .int32
                default: .int64
                }
        }
    }

    /// A field that a schema describes.
    init(_ field: SchemaField, _ presence: Presence) {
        name = field.column.name
        kind = .column(field)
        self.presence = presence
        meaning = field.meaning
        example = field.example
    }

    /// Whether a member of an object is this field.
    func isNamed(_ member: String) -> Bool {
        switch kind {
        case .int64, .int32, .dateTime, .number, .flag: member.utf8.elementsEqual(name.utf8)
        case .column(let field):
            ([name] + field.column.spellings).contains { RecordJSON.areSame($0, member) }
        }
    }

    /// The fields of `POST /predict`: all that is known when a transaction is to be scored.
    package static let transaction = TransactionColumn.unlabelled.map(RequestField.init)

    /// The fields of `POST /labels`: which transaction, where it belongs in the history, and whether it was a fraud.
    package static let label = [TransactionColumn.transactionID, .dateTime, .terminalID, .fraud].map(RequestField.init)
}

/// The values of an object's fields, by name.
struct FieldValues {
    private var values: [String: TransactionValue] = [:]

    /// Null for a field that is not there, and for one that could not be read, which is reported as a problem.
    subscript(name: String) -> TransactionValue { values[name] ?? .null }

    /// 0 for a field that could not be read.
    func integer(_ column: TransactionColumn) -> Int64 {
        switch self[column.name] {
        case .integer(let value), .time(let value): value
        case .null, .number, .boolean, .text: 0
        }
    }

    /// 0 for a field that could not be read.
    func number(_ column: TransactionColumn) -> Double {
        if case .number(let value) = self[column.name] { value } else { 0 }
    }

    fileprivate mutating func set(_ field: RequestField, _ value: TransactionValue) { values[field.name] = value }
}

extension FieldReader {
    /// Reads each field as its kind asks.
    mutating func values(_ fields: [RequestField]) -> FieldValues {
        var values = FieldValues()
        for field in fields {
            let value: TransactionValue =
                switch field.kind {
                case .int64: .integer(integer(field))
                case .int32: .integer(Int64(integer(field) as Int32))
                case .dateTime: .time(dateTime(field))
                case .number: .number(float(field))
                case .flag: .integer(flag(field) ? 1 : 0)
                case .column(let column): self.value(field, column)
                }
            values.set(field, value)
        }
        return values
    }
}
