/// Rows by ascending time, then transaction id, then position.
enum TransactionOrder {
    /// The rows in that order; nil if they are in that order already.
    static func sorted(_ transactions: TransactionColumns) -> [Int32]? {
        let times = transactions.dateTime, ids = transactions.transactionID
        let isSorted = times.withUnsafeBufferPointer { times in
            ids.withUnsafeBufferPointer { ids in
                for row in stride(from: 1, to: times.count, by: 1)
                where times[row - 1] > times[row] || (times[row - 1] == times[row] && ids[row - 1] > ids[row]) {
                    return false
                }
                return true
            }
        }
        guard !isSorted else { return nil }
        var keys = [(time: Int64, id: Int64, row: Int32)]()
        keys.reserveCapacity(times.count)
        for row in times.indices { keys.append((times[row], ids[row], Int32(row))) }
        keys.sort { left, right in
            if left.time != right.time { return left.time < right.time }
            return left.id != right.id ? left.id < right.id : left.row < right.row
        }
        return keys.map(\.row)
    }
}
