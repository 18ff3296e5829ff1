/// How often each value occurs, by the value's 64-bit hash.
///
/// Counts are exact up to ``exactLimit`` values. Then the frequent ones are kept, as by J. Misra and D. Gries, "Finding
/// repeated elements" (1982): whenever the table is full, one count is subtracted from all, and values that reach zero
/// leave. A count is then at most ``countError`` too low, which is at most 1/4,096 of what was counted.
package struct CountTable: Sendable {
    package struct Entry: Sendable {
        package var hash: UInt64
        /// What the owner finds the value by.
        package var payload: Int64
        /// 0 in a free slot.
        package var count: Int
    }

    /// Values that are counted exactly.
    package static let exactLimit = 100_000
    /// Values that the table has room for afterwards: few, so that they stay in the processor's cache.
    package static let frequentLimit = 8_192

    private var slots = [Entry](repeating: Entry(hash: 0, payload: 0, count: 0), count: 256)
    private var mask: UInt64 = 255
    private var limit: Int
    /// Values in the table.
    package private(set) var used = 0
    /// How much too low a count can be.
    package private(set) var countError = 0

    package init(limit: Int = exactLimit) { self.limit = limit }

    /// Whether there is no room for another value.
    package var isFull: Bool { used >= limit }

    /// The values in no particular order.
    package var entries: some Sequence<Entry> { slots.lazy.filter { $0.count > 0 } }

    /// Counts a value that is in the table.
    /// - Returns: false if it is not.
    @inline(__always)
    package mutating func count(_ hash: UInt64) -> Bool {
        let mask = mask
        var slot = Int(truncatingIfNeeded: hash & mask)
        return slots.withUnsafeMutableBufferPointer { slots in
            while slots[slot].count > 0 {
                if slots[slot].hash == hash {
                    slots[slot].count += 1
                    return true
                }
                slot = Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: slot) &+ 1) & mask)
            }
            return false
        }
    }

    /// Adds a value that is not in the table.
    package mutating func insert(_ hash: UInt64, payload: Int64, count: Int = 1) {
        // Three quarters full at most, so that searches stay short and end.
        if (used + 1) * 4 > slots.count * 3 { rebuild(Array(entries), slotCount: slots.count * 2) }
        store(Entry(hash: hash, payload: payload, count: count))
    }

    /// Makes room for other values than the most frequent.
    package mutating func purge() {
        limit = Self.frequentLimit
        let all = Array(entries)
        let kept = limit / 2
        guard all.count > kept else { return }
        let subtracted = all.map(\.count).sorted(by: >)[kept]
        countError += subtracted
        var rest: [Entry] = []
        rest.reserveCapacity(kept)
        for var entry in all where entry.count > subtracted {
            entry.count -= subtracted
            rest.append(entry)
        }
        rebuild(rest, slotCount: limit * 2)
    }

    /// Removes all values but those for which `isKept` returns true.
    mutating func filter(_ isKept: (Entry) -> Bool) {
        rebuild(entries.filter(isKept), slotCount: slots.count)
    }

    /// Exchanges what the owner finds the values by.
    mutating func replacePayloads(_ transform: (Int64) -> Int64) {
        for slot in slots.indices where slots[slot].count > 0 {
            slots[slot].payload = transform(slots[slot].payload)
        }
    }

    private mutating func rebuild(_ entries: [Entry], slotCount: Int) {
        slots = [Entry](repeating: Entry(hash: 0, payload: 0, count: 0), count: slotCount)
        mask = UInt64(slotCount - 1)
        used = 0
        for entry in entries { store(entry) }
    }

    private mutating func store(_ entry: Entry) {
        var slot = Int(truncatingIfNeeded: entry.hash & mask)
        while slots[slot].count > 0 {
            slot = Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: slot) &+ 1) & mask)
        }
        slots[slot] = entry
        used += 1
    }
}
