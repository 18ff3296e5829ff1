/// Identifies a transaction whose label is known.
protocol BoundedLabelKey: Sendable, Hashable {
    /// What the history can tell transactions apart by.
    associatedtype Occurrence: Hashable, Sendable
    associatedtype Occurrences: Collection<Occurrence>

    var dateTime: Int64 { get }
    /// One for each table of the history.
    var occurrences: Occurrences { get }
}

/// A bounded set of label keys: those that no window reaches are removed first, then the oldest.
struct BoundedLabelKeys<Key: BoundedLabelKey>: Sendable {
    private let capacity: Int
    private var arrivals: [Key: UInt64] = [:]
    private var nextArrival: UInt64 = 0
    private var counts: [Key.Occurrence: Int] = [:]

    init(capacity: Int) { self.capacity = max(4, capacity) }

    var isEmpty: Bool { arrivals.isEmpty }
    var count: Int { arrivals.count }

    func contains(_ key: Key) -> Bool { arrivals[key] != nil }

    /// The number of keys with that occurrence.
    func count(_ occurrence: Key.Occurrence) -> Int { counts[occurrence] ?? 0 }

    /// - Returns: The key as it was inserted; nil if it was not there.
    @discardableResult
    mutating func remove(_ key: Key) -> Key? {
        guard let index = arrivals.index(forKey: key) else { return nil }
        let stored = arrivals.remove(at: index).key
        for occurrence in stored.occurrences {
            guard let count = counts[occurrence] else { continue }
            counts[occurrence] = count > 1 ? count - 1 : nil
        }
        return stored
    }

    /// - Parameter horizon: the latest time that no window reaches.
    mutating func insert(_ key: Key, horizon: Int64?) {
        guard arrivals[key] == nil else { return }
        arrivals[key] = nextArrival
        nextArrival += 1
        for occurrence in key.occurrences { counts[occurrence, default: 0] += 1 }
        guard arrivals.count > capacity else { return }
        var dropped = arrivals.keys.filter { $0.dateTime <= (horizon ?? .min) }
        // A quarter at once, so that the scan of all keys costs constant time per key.
        let excess = arrivals.count - dropped.count - capacity / 4 * 3
        if dropped.count < capacity / 4, excess > 0 {
            let gone = Set(dropped)
            dropped += arrivals.filter { !gone.contains($0.key) }.sorted { $0.value < $1.value }.prefix(excess).map(
                \.key)
        }
        for key in dropped { remove(key) }
    }
}
