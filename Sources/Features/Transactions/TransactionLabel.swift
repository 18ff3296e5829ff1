/// What became known of one transaction after the fact: whether it was a fraud.
public struct TransactionLabel: Sendable, Hashable {
    /// The transaction of the label.
    public var transactionID: Int64
    /// The transaction's wall-clock microseconds since 1970-01-01T00:00:00.
    public var dateTime: Int64
    /// Where it was paid.
    public var terminalID: Int64
    /// Whether it was a fraud.
    public var isFraud: Bool

    /// Creates a label from its parts.
    public init(transactionID: Int64, dateTime: Int64, terminalID: Int64, isFraud: Bool) {
        self.transactionID = transactionID
        self.dateTime = dateTime
        self.terminalID = terminalID
        self.isFraud = isFraud
    }
}
