import Features

/// Identifies the transaction that a label belongs to. The id alone would suffice, except for the rare ones that occur
/// twice.
struct LabelKey: Sendable, Hashable {
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

/// A bounded set of label keys: those that no window reaches are removed first, then the oldest.
struct BoundedLabelKeys: Sendable {
    private let capacity: Int
    private var arrivals: [LabelKey: UInt64] = [:]
    private var nextArrival: UInt64 = 0

    init(capacity: Int) { self.capacity = max(4, capacity) }

    var isEmpty: Bool { arrivals.isEmpty }
    var count: Int { arrivals.count }

    func contains(_ key: LabelKey) -> Bool { arrivals[key] != nil }

    mutating func remove(_ key: LabelKey) -> Bool { arrivals.removeValue(forKey: key) != nil }

    /// - Parameter horizon: the latest time that no window reaches.
    /// - Returns: the keys that were removed.
    mutating func insert(_ key: LabelKey, horizon: Int64?) -> [LabelKey] {
        if arrivals[key] == nil {
            arrivals[key] = nextArrival
            nextArrival += 1
        }
        guard arrivals.count > capacity else { return [] }
        var dropped = arrivals.keys.filter { $0.occurrence.dateTime <= (horizon ?? .min) }
        // A quarter at once, so that the scan of all keys costs constant time per key.
        let excess = arrivals.count - dropped.count - capacity / 4 * 3
        if dropped.count < capacity / 4, excess > 0 {
            let gone = Set(dropped)
            dropped += arrivals.filter { !gone.contains($0.key) }.sorted { $0.value < $1.value }.prefix(excess).map(
                \.key)
        }
        for key in dropped { arrivals[key] = nil }
        return dropped
    }
}
