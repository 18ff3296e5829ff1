import Features

/// Identifies the transaction that a label belongs to. The id alone would suffice, except for the rare ones that occur
/// twice.
struct LabelKey: BoundedLabelKey {
    /// A terminal and a microsecond: all that the history keeps of a transaction.
    struct Occurrence: Sendable, Hashable {
        var terminalID: Int64
        var dateTime: Int64
    }

    var transactionID: Int64
    var occurrence: Occurrence

    init(_ label: TransactionLabel) {
        transactionID = label.transactionID
        occurrence = Occurrence(terminalID: label.terminalID, dateTime: label.dateTime)
    }

    init(_ transaction: Transaction) {
        transactionID = transaction.transactionID
        occurrence = Occurrence(terminalID: transaction.terminalID, dateTime: transaction.dateTime)
    }
}

extension LabelKey {
    var dateTime: Int64 { occurrence.dateTime }
    var occurrences: CollectionOfOne<Occurrence> { CollectionOfOne(occurrence) }
}
