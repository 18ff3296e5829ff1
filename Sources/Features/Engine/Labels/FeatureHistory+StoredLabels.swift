extension VarintWriter {
    /// The labels that came after their transactions, in ascending order.
    mutating func append(_ labels: [TransactionIdentity: LabelReports]) {
        append(unsigned: UInt64(labels.count))
        let order = labels.sorted { left, right in
            left.key.time != right.key.time
                ? left.key.time < right.key.time : left.key.bytes.lexicographicallyPrecedes(right.key.bytes)
        }
        for (transaction, labels) in order {
            append(signed: transaction.time)
            append(text: transaction.bytes[...])
            append(unsigned: UInt64(labels.reports.count))
            for report in labels.reports {
                append(signed: report.knownAt)
                append(unsigned: report.isFraud ? 1 : 0)
            }
        }
    }

    /// The corrections of a key's labels, in ascending order.
    mutating func append(_ changes: [LabelChange]) {
        append(unsigned: UInt64(changes.count))
        let order = changes.sorted { left, right in
            (left.time, left.knownAt, left.isFraud ? 1 : 0) < (right.time, right.knownAt, right.isFraud ? 1 : 0)
        }
        for change in order {
            append(signed: change.time)
            append(signed: change.knownAt)
            append(unsigned: change.isFraud ? 1 : 0)
        }
    }
}

extension VarintReader {
    // Every entry takes at least a byte, which bounds their numbers by the number of bytes.

    mutating func labels() throws(FeatureError) -> [TransactionIdentity: LabelReports] {
        var labels: [TransactionIdentity: LabelReports] = [:]
        for _ in 0..<(try integer(upTo: bytes.endIndex - position)) {
            let transaction = TransactionIdentity(time: try signed(), bytes: Array(try text()))
            var reports = LabelReports()
            let count = try integer(upTo: bytes.endIndex - position)
            for index in 0..<count {
                let knownAt = try signed()
                guard knownAt < .max, index == 0 || knownAt > reports.reports[index - 1].knownAt else {
                    throw failure("times of labels that do not ascend")
                }
                reports.add(isFraud: try integer(upTo: 1) == 1, knownAt: knownAt)
            }
            guard count > 0, labels.updateValue(reports, forKey: transaction) == nil else {
                throw failure("a transaction without labels, or with two lists of them")
            }
        }
        return labels
    }

    mutating func labelChanges(of history: inout KeyHistory, _ layout: HistoryLayout) throws(FeatureError) {
        for _ in 0..<(try integer(upTo: bytes.endIndex - position)) {
            let change = LabelChange(time: try signed(), knownAt: try signed(), isFraud: try integer(upTo: 1) == 1)
            let end = history.position(after: change.time, layout)
            guard end > Int(history.first), history.rows[(end - 1) * layout.stride] == change.time else {
                throw failure("a corrected label without its transaction")
            }
            history.add(change, layout)
        }
    }
}
