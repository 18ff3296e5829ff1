public import Columnar

/// A truth value for each row of a batch: true, false or null.
public struct TruthColumn: Sendable, Hashable {
    /// A one bit for each row for which the expression is true: the rows that a filter keeps.
    public let isTrue: Bitmap
    /// A one bit for each row for which it is null; that row's bit in ``isTrue`` is zero.
    public let isNull: Bitmap

    /// Rows.
    public var count: Int { isTrue.count }

    /// A row's value; nil for null.
    public subscript(row: Int) -> Bool? { isNull[row] ? nil : isTrue[row] }
}
