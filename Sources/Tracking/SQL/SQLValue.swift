/// A value written to, or read from, a database.
enum SQLValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)

    init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
    init(_ integer: Int64?) { self = integer.map(SQLValue.integer) ?? .null }
    init(_ time: Timestamp?) { self.init(time?.millisecondsSince1970) }
}

extension SQLValue: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self = .text(text) }
}

/// A row of a result, by position.
struct SQLRow: Sendable {
    let values: [SQLValue]

    func optionalText(_ index: Int) -> String? {
        switch values[index] {
        case .null: nil
        case .boolean(let value): value ? "1" : "0"
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .text(let value): value
        }
    }

    func optionalInteger(_ index: Int) -> Int64? {
        switch values[index] {
        case .null: nil
        case .boolean(let value): value ? 1 : 0
        case .integer(let value): value
        case .real(let value): Int64(exactly: value.rounded(.towardZero))
        case .text(let value): Int64(value)
        }
    }

    func optionalTimestamp(_ index: Int) -> Timestamp? {
        optionalInteger(index).map(Timestamp.init(millisecondsSince1970:))
    }

    /// Columns that programs may leave NULL although MLflow never does.
    func text(_ index: Int) -> String { optionalText(index) ?? "" }
    func integer(_ index: Int) -> Int64 { optionalInteger(index) ?? 0 }
    func timestamp(_ index: Int) -> Timestamp { Timestamp(millisecondsSince1970: integer(index)) }

    func real(_ index: Int) -> Double {
        switch values[index] {
        case .null: 0
        case .boolean(let value): value ? 1 : 0
        case .integer(let value): Double(value)
        case .real(let value): value
        case .text(let value): Double(value) ?? 0
        }
    }
}
