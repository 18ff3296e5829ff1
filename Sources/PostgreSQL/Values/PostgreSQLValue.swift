/// A value in a statement or a result.
///
/// The server infers the types of a statement's values from where they are used: an `integer` may go into a column of
/// `double precision`, a `text` into one of `timestamp`, `uuid` or `jsonb`.
public enum PostgreSQLValue: Sendable, Hashable {
    /// `NULL`.
    case null
    /// `boolean`.
    case boolean(Bool)
    /// `smallint`, `integer`, `bigint`, `oid`.
    case integer(Int64)
    /// `real`, `double precision`; not a number and the infinities included.
    case real(Double)
    /// Any other type, as PostgreSQL writes it: `text`, `numeric`, `timestamp`, `uuid`, `jsonb`.
    case text(String)
    /// `bytea`.
    case bytes([UInt8])
}

extension PostgreSQLValue {
    /// Whether it is `NULL`.
    public var isNull: Bool { self == .null }

    /// The value of a ``boolean(_:)``.
    public var booleanValue: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The value of an ``integer(_:)``.
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// The value of a ``real(_:)``, or of an ``integer(_:)``, rounded.
    public var realValue: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The value of a ``text(_:)``.
    public var textValue: String? { if case .text(let value) = self { value } else { nil } }

    /// The value of a ``bytes(_:)``.
    public var bytesValue: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
}

extension PostgreSQLValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
    /// `NULL`.
    public init(nilLiteral: ()) { self = .null }
    /// A ``boolean(_:)``.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// An ``integer(_:)``.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A ``real(_:)``.
    public init(floatLiteral value: Double) { self = .real(value) }
    /// A ``text(_:)``.
    public init(stringLiteral value: String) { self = .text(value) }
}
