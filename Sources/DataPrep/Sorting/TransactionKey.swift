import Features
/// The sort key of a transaction: time, then transaction id.
package struct TransactionKey: Sendable, Hashable, Comparable, BitwiseCopyable {
    package var dateTime: Int64
    package var transactionID: Int64

    package static func < (left: TransactionKey, right: TransactionKey) -> Bool {
        left.dateTime != right.dateTime
            ? left.dateTime < right.dateTime : left.transactionID < right.transactionID
    }
}

extension TransactionColumns {
    /// The keys of the first and of the last row in time order; nil without rows.
    package var bounds: ClosedRange<TransactionKey>? {
        guard count > 0 else { return nil }
        var first = TransactionKey(dateTime: dateTime[0], transactionID: transactionID[0])
        var last = first
        for row in 1..<count {
            let key = TransactionKey(dateTime: dateTime[row], transactionID: transactionID[row])
            if key < first { first = key }
            if last < key { last = key }
        }
        return first...last
    }
}
