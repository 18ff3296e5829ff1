import Features
/// The values of a transaction that features need, and its row; seven words.
package struct SortedTransaction: Sendable, Comparable, BitwiseCopyable {
    package static let words = 7

    package var key: TransactionKey
    /// Counted from the first row of all.
    package var row: Int64
    var customerID: Int64
    var terminalID: Int64
    var amount: Double
    var fraud: Int64

    package static func < (left: SortedTransaction, right: SortedTransaction) -> Bool {
        left.key != right.key ? left.key < right.key : left.row < right.row
    }

    package static func == (left: SortedTransaction, right: SortedTransaction) -> Bool { left.row == right.row }
}

extension TransactionColumns {
    /// The transactions with the values that features need; the others are 0.
    package init(_ sorted: [SortedTransaction]) {
        self.init(
            transactionID: sorted.map(\.key.transactionID), dateTime: sorted.map(\.key.dateTime),
            customerID: sorted.map(\.customerID), terminalID: sorted.map(\.terminalID), amount: sorted.map(\.amount),
            fraud: sorted.map { Int32(truncatingIfNeeded: $0.fraud) })
    }
}
