import DataPrep

/// Puts transactions in order by time, then id, as in the batch features; equal ones stay in theirs. Keeps its memory.
///
/// A merge of partitions is not enough: within a partition messages may be out of order.
struct TimeOrder {
    private struct Key {
        let time: Int64
        let id: Int64
        let index: Int32

        static func < (left: Key, right: Key) -> Bool {
            if left.time != right.time { return left.time < right.time }
            return left.id != right.id ? left.id < right.id : left.index < right.index
        }
    }

    private var keys: [Key] = []

    mutating func sort(_ transactions: inout [Transaction]) {
        keys.removeAll(keepingCapacity: true)
        keys.reserveCapacity(transactions.count)
        var isSorted = true
        for (index, transaction) in transactions.enumerated() {
            let key = Key(time: transaction.dateTime, id: transaction.transactionID, index: Int32(index))
            if let last = keys.last, key < last { isSorted = false }
            keys.append(key)
        }
        guard !isSorted else { return }
        keys.sort(by: <)
        transactions = keys.map { transactions[Int($0.index)] }
    }
}
