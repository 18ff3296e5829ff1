import Features

/// The order of transactions: by time, then id, then where they come from.
struct TimeKey {
    let time: Int64
    let id: Int64
    /// The number of the message or of its buffer.
    let origin: Int

    init(_ transaction: Transaction, origin: Int) {
        time = transaction.dateTime
        id = transaction.transactionID
        self.origin = origin
    }

    static func < (left: TimeKey, right: TimeKey) -> Bool {
        if left.time != right.time { return left.time < right.time }
        return left.id != right.id ? left.id < right.id : left.origin < right.origin
    }
}

/// Puts transactions in order by time, then id, as in the batch features; equal ones stay in theirs. Keeps its memory.
///
/// A merge of partitions is not enough: within a partition messages may be out of order.
struct TimeOrder {
    private var keys: [TimeKey] = []

    mutating func sort(_ transactions: inout [Transaction]) {
        keys.removeAll(keepingCapacity: true)
        keys.reserveCapacity(transactions.count)
        var isSorted = true
        for (index, transaction) in transactions.enumerated() {
            let key = TimeKey(transaction, origin: index)
            if let last = keys.last, key < last { isSorted = false }
            keys.append(key)
        }
        guard !isSorted else { return }
        keys.sort(by: <)
        transactions = keys.map { transactions[$0.origin] }
    }
}
