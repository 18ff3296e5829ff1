/// One transaction of any columns: the values of a ``TransactionSchema``'s columns, in its order.
public struct TransactionRecord: Sendable, Hashable {
    /// One for each column of the schema.
    public var values: [TransactionValue]

    /// A transaction; there must be as many values as the schema has columns.
    public init(_ values: [TransactionValue]) { self.values = values }
}

/// A value of a ``TransactionRecord``, in the type that the schema's column has in tables.
public enum TransactionValue: Sendable, Hashable {
    /// Missing.
    case null
    /// Of an integer column.
    case integer(Int64)
    /// Of a floating-point column.
    case number(Double)
    /// Of a boolean column.
    case boolean(Bool)
    /// Of a text or category column.
    case text(String)
    /// Of a timestamp or relative time: microseconds since 1970-01-01T00:00:00, as in tables.
    case time(Int64)
}
