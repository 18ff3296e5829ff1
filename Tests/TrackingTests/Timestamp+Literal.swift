public import Tracking

/// Tests write times as bare numbers.
extension Timestamp: ExpressibleByIntegerLiteral {
    /// Milliseconds since 1970.
    public init(integerLiteral milliseconds: Int64) { self.init(millisecondsSince1970: milliseconds) }
}
