/// The histories of all customers, or of all terminals.
struct HistoryTable: Sendable {
    private var index = SlotIndex()
    private(set) var keys: [Int64] = []
    var histories: [EventHistory] = []

    /// Reserves room for this many keys.
    mutating func reserveCapacity(_ count: Int) {
        keys.reserveCapacity(count)
        histories.reserveCapacity(count)
    }

    func history(of key: Int64) -> EventHistory? { slot(of: key).map { histories[$0] } }

    func slot(of key: Int64) -> Int? { index.slot(of: key, in: keys) }

    /// The position of the key's history, which is created if it does not exist.
    mutating func makeSlot(of key: Int64) -> Int {
        if let slot = slot(of: key) { return slot }
        keys.append(key)
        histories.append(EventHistory())
        index.addLast(of: keys)
        return keys.count - 1
    }

    /// Adds a key's whole history; the key is not in the table yet.
    mutating func add(_ key: Int64, _ history: EventHistory) {
        let slot = makeSlot(of: key)
        histories[slot] = history
    }

    var eventCount: Int { histories.reduce(0) { $0 + $1.count } }

    /// Removes the events up to and including that time, and the keys that have none left.
    mutating func evict(through time: Int64) {
        var kept = HistoryTable()
        for slot in histories.indices {
            histories[slot].evict(through: time)
            if histories[slot].count > 0 { kept.add(keys[slot], histories[slot]) }
        }
        self = kept
    }
}
