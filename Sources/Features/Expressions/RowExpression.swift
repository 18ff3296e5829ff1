/// An expression over the columns of a transaction, such as `amount > 0 and currency in ("EUR", "USD")`.
public struct RowExpression: Sendable, Hashable {
    /// As it was written.
    public let text: String

    package init(unchecked text: String) { self.text = text }
}
