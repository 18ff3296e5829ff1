/// The order of transactions: by time, then id, then where they come from.
struct TimeKey<ID: Comparable> {
    let time: Int64
    let id: ID
    /// The number of the message or of its buffer.
    let origin: Int

    static func < (left: TimeKey, right: TimeKey) -> Bool {
        if left.time != right.time { return left.time < right.time }
        return left.id != right.id ? left.id < right.id : left.origin < right.origin
    }
}

/// Puts transactions in order by time, then id, as in the batch features; equal ones stay in theirs. Keeps its memory.
///
/// A merge of partitions is not enough: within a partition messages may be out of order.
struct TimeOrder<Messages: TransactionMessages> {
    private var keys: [TimeKey<Messages.ID>] = []

    mutating func sort(_ transactions: inout [Messages.Item], _ messages: Messages) {
        keys.removeAll(keepingCapacity: true)
        keys.reserveCapacity(transactions.count)
        var isSorted = true
        for (index, transaction) in transactions.enumerated() {
            let key = TimeKey(time: messages.time(of: transaction), id: messages.id(of: transaction), origin: index)
            if let last = keys.last, key < last { isSorted = false }
            keys.append(key)
        }
        guard !isSorted else { return }
        keys.sort(by: <)
        transactions = keys.map { transactions[$0.origin] }
    }
}
